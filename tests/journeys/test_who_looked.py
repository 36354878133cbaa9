"""Whoever looks at a learner leaves a row, before a byte of the answer leaves: over HTTP, on each database."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from tests.canaries import named
from tests.house.repository import ROOT
from tests.journeys.api import AUTHORITY, key
from tests.journeys.family import CONCERN, REQUEST, Door, Family, agreed, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
TOGETHER = "/v1/settings/burnside-primary/supports"
DOCUMENT = json.loads((ROOT / "openapi/case-api.json").read_text())
NOBODYS = ("/v1/policy", "/v1/directory", "/v1/audit/checkpoint", "/v1/audit/proofs/")
NEEDED = {
    "/v1/cases/{case_id}/readiness": {"service": "slt", "purpose": "speech"},
    "/v1/collaboration-report": {"from": "2026-08-17", "until": "2026-09-30"},
}
READS = [path for path, operations in DOCUMENT["paths"].items() if "get" in operations and path.startswith("/v1/")]
OF_RECORDS = [path for path in READS if not path.startswith(NOBODYS)]
MATTER = {"concern": "What she said after the break.", "coordinator": "sinclair", "others": ["hay"]}
COORDINATOR = {
    "staff": "sinclair",
    "setting": "burnside-primary",
    "role": "child_protection",
    "from_day": "2025-08-18",
}


async def rows(town: Town, **filters: Any) -> list[dict[str, Any]]:
    """What auditors read, the newest first."""
    found: list[dict[str, Any]] = (
        await town.door("auditor", sub="audit").seen("/v1/audit/accesses", params={"limit": 100, **filters})
    )["items"]
    return found


async def rows_of(town: Town, answer: httpx.Response, **filters: Any) -> list[dict[str, Any]]:
    """The rows that one answer left."""
    return [row for row in await rows(town, **filters) if row["request_id"] == answer.headers["x-request-id"]]


async def test_a_row_says_who_asked_through_what_why_and_what_became_of_it(town: Town):
    family = await register(town.school)
    answer = await town.school.get(f"{family.path}/plan", headers={"Stagepost-Purpose": "review"})
    [row] = await rows_of(town, answer)
    assert {name: row[name] for name in row if name != "at"} == {
        "request_id": answer.headers["x-request-id"],
        "subject": "hay",
        "organisation": "burnside-primary",
        "client": "demo",
        "role": "pupil_support",
        "behalf": "",
        "purpose": "review",
        "operation": "plan_view",
        "seen": "plan",
        "case_id": family.case_id,
        "decision": "released",
        "rule_ids": ["A1"],
        "policy": "access-2",
    }


async def test_what_has_not_changed_is_a_read_all_the_same(town: Town):
    family = await register(town.school)
    etag = (await town.school.get(family.path)).headers["etag"]
    again = await town.school.get(family.path, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert [row["decision"] for row in await rows_of(town, again)] == ["released"]


@pytest.mark.parametrize(("role", "status", "decision"), [("external", 403, "refused"), ("carer", 404, "not_found")])
async def test_who_is_let_see_nothing_leaves_a_row(town: Town, role: str, status: int, decision: str):
    family = await register(town.school)
    claims: dict[str, Any] = {"person": uuid4(), "case": uuid4()} if role == "carer" else {}
    door = town.door(role, sub="prying", **claims)
    for path in (f"{family.path}/family-view" if role == "carer" else family.path, f"{family.path}/postcards"):
        answer = await door.get(path)
        assert answer.status_code == status
        [row] = await rows_of(town, answer, case_id=family.case_id)
        assert (row["subject"], row["decision"]) == ("prying", decision)


async def test_an_id_that_nobody_has_leaves_a_row_as_well(town: Town):
    unknown = str(uuid4())
    answer = await town.school.get(f"/v1/cases/{unknown}/stage")
    assert answer.status_code == 404
    assert [(row["case_id"], row["decision"]) for row in await rows_of(town, answer)] == [(unknown, "not_found")]


@pytest.mark.parametrize("asked", ["dry_run=true", "dr%79_run=1"])
async def test_a_dry_run_is_a_read_whichever_way_it_ends_or_is_written(asked: str, town: Town):
    family = await register(town.school)
    for path, body, status in ((f"{family.path}/concerns", CONCERN, 200), (family.requests, REQUEST, 409)):
        answer = await town.school.post(f"{path}?{asked}", body)
        assert answer.status_code == status
        [row] = await rows_of(town, answer)
        assert (row["seen"], row["case_id"], row["decision"]) == ("dry_run", family.case_id, "released")


async def test_what_was_recorded_is_its_own_record_and_what_the_rules_refused_is_a_read_beside_its_attempt(town: Town):
    family = await register(town.school)
    recorded = await town.school.post(f"{family.path}/concerns", CONCERN)
    refused = await town.school.post(family.requests, REQUEST)
    assert (recorded.status_code, refused.status_code) == (201, 409)
    assert await rows_of(town, recorded) == []
    [row] = await rows_of(town, refused)
    assert (row["seen"], row["case_id"], row["decision"]) == ("refusal", family.case_id, "released")
    attempts = await town.door("auditor").seen("/v1/audit/attempts", params={"case_id": family.case_id})
    assert len(attempts["items"]) == 1


async def test_what_has_changed_meanwhile_or_was_sent_otherwise_is_a_read_as_well(town: Town):
    family, used = await register(town.school), key()
    etag = (await town.school.get(family.path)).headers["etag"]
    await town.school.done(f"{family.path}/concerns", CONCERN, headers=used)
    told = {"description": "Something else.", "raised_by": CONCERN["raised_by"]}
    stale = await town.school.post(f"{family.path}/concerns", CONCERN, headers={"If-Match": etag})
    otherwise = await town.school.post(f"{family.path}/concerns", told, headers=used)
    assert (stale.status_code, otherwise.status_code) == (412, 422)
    for answer in (stale, otherwise):
        [row] = await rows_of(town, answer)
        assert (row["seen"], row["case_id"], row["decision"]) == ("refusal", family.case_id, "released")


@pytest.mark.parametrize("dry", [{}, {"dry_run": "true"}])
async def test_a_group_that_names_who_is_not_there_for_the_sender_leaves_what_each_alone_would(town: Town, dry: Any):
    here, there = (await register(town.school)).case_id, await register_elsewhere(town)
    unknown, sub = str(uuid4()), f"prying-{uuid4()}"
    prying = town.door("pupil_support", sub=sub)
    together = {"scope": "group", "strategy_code": "varied_grouping", "need_refs": ["none-of-theirs"]}
    alone = await prying.post(f"/v1/cases/{there}/concerns", CONCERN)
    [of_one] = await rows_of(town, alone)
    answer = await prying.post(TOGETHER, {**together, "cases": [here, there, unknown]}, params=dry)
    assert answer.status_code == 409
    found = {row["case_id"]: row["decision"] for row in await rows_of(town, answer)}
    assert found == {here: "released", there: of_one["decision"], unknown: of_one["decision"]}
    hidden = await prying.post(TOGETHER, {**together, "cases": [there]}, params=dry)
    nobody = await prying.post(TOGETHER, {**together, "cases": [unknown]}, params=dry)
    assert hidden.content.replace(there.encode(), b"") == nobody.content.replace(unknown.encode(), b"")
    for answer in (hidden, nobody):
        assert [row["decision"] for row in await rows_of(town, answer)] == ["not_found"]
    alerts = (await town.door("auditor").seen("/v1/audit/alerts", params={"limit": 100}))["items"]
    assert [one["cause"] for one in alerts if one["subject"] == sub] == ["many_refusals"]


async def test_a_class_of_which_somebody_sees_nobody_leaves_a_row_for_each_and_one_that_is_theirs_none(town: Town):
    elsewhere = await register_elsewhere(town)
    academy = town.door("pupil_support", org="burnside-academy")
    await academy.done(f"/v1/cases/{elsewhere}/placements", {"setting": "burnside-academy", "setting_class": "s1"})
    body = {"scope": "class", "setting_class": "s1", "strategy_code": "nurture"}
    asked = await town.school.post("/v1/settings/burnside-academy/supports", body)
    assert asked.json()["code"] == "nobody-in-class"
    assert [(row["case_id"], row["decision"]) for row in await rows_of(town, asked)] == [(elsewhere, "not_found")]
    given = await academy.post("/v1/settings/burnside-academy/supports", body)
    assert (given.status_code, await rows_of(town, given)) == (201, [])


async def register_elsewhere(town: Town) -> str:
    """A learner of the academy, by its own people."""
    born = {"name": named("Isla"), "date_of_birth": "2012-02-02", "setting": "burnside-academy"}
    case_id: str = (await town.door("pupil_support", org="burnside-academy").done("/v1/cases", born))["id"]
    return case_id


@pytest.mark.parametrize(
    ("role", "status", "decision"), [("auditor", 403, "refused"), ("pupil_support", 404, "not_found")]
)
async def test_a_command_that_is_let_do_nothing_leaves_a_row(town: Town, role: str, status: int, decision: str):
    case_id = str(uuid4())
    answer = await town.door(role, sub="prying").post(f"/v1/cases/{case_id}/concerns", CONCERN)
    assert answer.status_code == status
    [row] = await rows_of(town, answer, case_id=case_id)
    assert (row["operation"], row["decision"]) == ("raise_concern", decision)


async def test_a_list_and_a_search_leave_a_row_for_each_learner_that_they_show(town: Town):
    families = [await register(town.school, name=f"Ailsa {uuid4()}") for _ in range(2)]
    listed = await town.school.get("/v1/cases", params={"limit": 100})
    shown = sorted(item["case_id"] for item in listed.json()["items"])
    assert {family.case_id for family in families} <= set(shown)
    assert sorted(row["case_id"] for row in await rows_of(town, listed)) == shown
    name = (await town.school.seen(families[0].path))["learner"]["name"]
    found = await town.school.post("/v1/case-searches", {"q": name})
    assert [row["case_id"] for row in await rows_of(town, found)] == [families[0].case_id]
    nobody = await town.school.post("/v1/case-searches", {"q": "Nobody of this name"})
    assert [row.get("case_id") for row in await rows_of(town, nobody)] == [None]


def reader_of(town: Town, path: str) -> Door:
    """Somebody whose role the operation at *path* takes."""
    roles = DOCUMENT["paths"][path]["get"]["description"].rpartition("Roles: ")[2].removesuffix(".").split(", ")
    for role, name in (("any", "hay"), ("auditor", "audit"), ("pupil_support", "hay"), ("notifier", "notifier")):
        if role in roles:
            return town.door("pupil_support" if role == "any" else role, sub=name)
    raise AssertionError(f"nobody reads {path}")


@pytest.mark.parametrize("path", [path for path in OF_RECORDS if not path.startswith("/v1/matters")])
async def test_every_read_in_the_document_leaves_a_row(town: Town, path: str, seen_once: Family):
    ids = {"case_id": seen_once.case_id}
    door = reader_of(town, path)
    where = re.sub(r"\{(\w+)\}", lambda name: ids.get(name[1], str(uuid4())), path)
    answer = await door.get(where, params={**NEEDED.get(path, {}), **person_in(path, seen_once)})
    assert answer.status_code in ({200, 404} if path.count("{") > ("{case_id}" in path) else {200}), answer.text
    found = await rows_of(town, answer)
    assert found, "it was read, and nobody knows"
    assert {row["operation"] for row in found} == {DOCUMENT["paths"][path]["get"]["operationId"]}
    if "{case_id}" in path:
        assert [row["case_id"] for row in found] == [seen_once.case_id]


def person_in(path: str, family: Family) -> Mapping[str, str]:
    """Whose view staff ask for, where they have to say it."""
    parameters = DOCUMENT["paths"][path]["get"].get("parameters", [])
    return {"person": family.anna} if "person" in [one["name"] for one in parameters] else {}


@pytest.fixture(scope="module")
async def seen_once(town: Town) -> Family:
    return await agreed(town.school)


@pytest.mark.parametrize("path", ["/v1/policy", "/v1/directory"])
async def test_what_is_no_record_of_a_learner_leaves_none(town: Town, path: str):
    answer = await town.school.get(path)
    assert answer.status_code == 200
    assert await rows_of(town, answer) == []


async def test_a_purpose_is_a_code_since_anything_else_may_be_a_name(town: Town):
    answer = await town.school.get("/v1/cases", headers={"Stagepost-Purpose": "Maja's mother"})
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose-unreadable")
    assert "Maja" not in answer.text


async def test_leave_to_send_that_is_refused_tells_of_its_learner_and_leaves_whose(town: Town):
    family, notifier = await register(town.school), town.door("notifier", sub="notifier")
    story = (await town.school.seen(f"{family.path}/timeline"))["items"]
    for recipient in (str(uuid4()), family.anna):
        wanted = {"event_id": story[0]["event_id"], "recipient": recipient, "message_id": str(uuid4())}
        refused = await notifier.post("/v1/send-permits", {**wanted, "channel": "email", "template": "registered"})
        assert (refused.status_code, refused.json()["code"]) == (409, "permit-refused")
        [row] = await rows_of(town, refused)
        assert (row["case_id"], row["decision"], row["seen"]) == (family.case_id, "released", "refusal")


async def test_auditors_narrow_the_list_and_go_on_page_by_page(town: Town):
    family, sub = await register(town.school), f"auditor-{uuid4()}"
    door = town.door("auditor", sub=sub)
    for part in ("", "/stage", "/plan"):
        await door.get(f"{family.path}{part}")
    await door.get(f"/v1/cases/{uuid4()}")
    assert [row["seen"] for row in await rows(town, subject=sub, case_id=family.case_id)] == ["plan", "stage", "case"]
    asked = await door.get("/v1/audit/accesses", params={"case_id": family.case_id})
    assert [row["case_id"] for row in await rows_of(town, asked)] == [family.case_id], "who watches is watched"
    assert len(await rows(town, subject=sub, decision="not_found")) == 1
    assert await rows(town, subject=sub, until="2020-01-01") == []
    assert len(await rows(town, subject=sub, **{"from": "2020-01-01"})) == 5
    auditor, seen, after = town.door("auditor"), [], None
    while True:
        page = await auditor.seen(
            "/v1/audit/accesses", params={"subject": sub, "limit": 3, **({"after": after} if after else {})}
        )
        seen += [row["seen"] for row in page["items"]]
        after = page.get("next")
        if after is None:
            break
    assert seen == ["accesses", "case", "plan", "stage", "case"]


@pytest.mark.parametrize("params", [{"until": ""}, {"from": "yesterday"}, {"decision": "maybe"}, {"subject": "a b"}])
async def test_a_filter_that_cannot_be_read_narrows_nothing_unseen(town: Town, params: dict[str, str]):
    assert (await town.door("auditor").get("/v1/audit/accesses", params=params)).status_code == 400


async def test_auditors_alone_read_it(town: Town):
    for role in ("teacher", "pupil_support", "school_leader", "child_protection", "mis", "authority_admin"):
        assert (await town.door(role).get("/v1/audit/accesses")).status_code == 403


async def matter_of(town: Town) -> tuple[str, Door]:
    """A matter of Bain, Sinclair and Hay, and Sinclair."""
    await town.door("authority_admin").done("/v1/directory/staff", COORDINATOR)
    family = await register(town.school, name="Isla")
    bain = town.door("teacher", sub="bain")
    made = await bain.done("/v1/matters", {"case_id": family.case_id, **MATTER})
    return f"/v1/matters/{made['id']}", town.door("child_protection", sub="sinclair", at=town.other)


async def test_who_looked_at_a_matter_its_group_alone_can_read(town: Town):
    path, sinclair = await matter_of(town)
    before = await rows(town)
    for door in (sinclair, town.door("teacher", sub="okafor"), town.door("auditor", sub="audit")):
        await door.get(path)
    await sinclair.get("/v1/matters")
    await sinclair.post(
        f"{path}/decisions", {"forum": "ird", "decision": "No.", "decided_by": ["x"]}, params={"dry_run": "true"}
    )
    mine = [row["request_id"] for row in await rows(town)]
    assert mine[1:] == [row["request_id"] for row in before][: len(mine) - 1], "only the list itself was read since"
    seen = (await sinclair.seen(f"{path}/accesses"))["items"]
    assert [(row["subject"], row["seen"], row["decision"]) for row in seen] == [
        ("sinclair", "dry_run", "released"),
        ("sinclair", "matters", "released"),
        ("audit", "matter", "not_found"),
        ("okafor", "matter", "not_found"),
        ("sinclair", "matter", "released"),
    ]
    unknown = await town.door("auditor", sub="audit").get(f"/v1/matters/{uuid4()}/accesses")
    hidden = await town.door("auditor", sub="audit").get(f"{path}/accesses")
    assert (hidden.status_code, hidden.content) == (404, unknown.content)


async def test_who_breaks_the_glass_is_on_record_for_the_group_whether_or_not_there_is_a_matter(town: Town):
    path, sinclair = await matter_of(town)
    case_id = (await sinclair.seen(path))["case_id"]
    nothing_sealed = (await register(town.school)).case_id
    moffat = town.door("school_leader", sub="moffat")
    taken = [
        await moffat.post(f"/v1/cases/{one}/emergency-access", {"reason": "Cannot wait."})
        for one in (case_id, nothing_sealed)
    ]
    assert [len(one.json()["items"]) for one in taken] == [1, 0]
    assert [await rows_of(town, one, subject="moffat") for one in taken] == [[], []]
    seen = (await sinclair.seen(f"{path}/accesses"))["items"]
    assert taken[0].headers["x-request-id"] in [one["request_id"] for one in seen if one["subject"] == "moffat"]
    async with town.api.journal() as journal:
        [row] = await journal.accesses.restricted(UUID(nothing_sealed))
    assert str(row.request_id) == taken[1].headers["x-request-id"]


@asynccontextmanager
async def nobody_writes(town: Town, how: str) -> AsyncIterator[None]:
    """The record of who looked cannot be written for a while."""
    settings = town.api.settings
    if settings.database_url != "sqlite":
        with psycopg.connect(settings.database_url, options=f"-c search_path={AUTHORITY}") as connection:
            connection.execute("LOCK TABLE accesses IN ACCESS EXCLUSIVE MODE")
            yield
        return
    file = settings.var / AUTHORITY / "access.db"
    if how == "removed":
        file.rename(file.with_name("elsewhere.db"))
        yield
        file.with_name("elsewhere.db").rename(file)
        return
    with closing(sqlite3.connect(file, isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("how", ["locked", "removed"])
async def test_where_it_cannot_be_written_nothing_is_shown_and_then_it_goes_on_by_itself(town: Town, how: str):
    if how == "removed" and town.api.settings.database_url != "sqlite":
        pytest.skip("a table of PostgreSQL is not taken away from under a server")
    family = await register(town.school, name="Withheld Name")
    async with nobody_writes(town, how):
        paths = (family.path, f"/v1/cases/{uuid4()}")
        answers = await asyncio.gather(*(town.school.get(path) for path in paths))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "etag" not in answer.headers
        assert family.learner not in answer.text
        assert "Withheld" not in answer.text
    assert answers[0].content == answers[1].content
    again = await town.school.get(family.path)
    assert again.status_code == 200
    assert len(await rows_of(town, again)) == 1
