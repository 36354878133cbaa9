"""A published policy governs from its day on and changes nothing before it (D17, I32), on both databases."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from case_api.packs import Packs
from tests.journeys.api import NEIGHBOUR
from tests.journeys.family import REQUEST, SERVICE, Door, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio

PACK = "scotland-generic"
PACKS = Packs(Path(__file__).parents[2] / "policies")


def as_json(name: str) -> dict[str, Any]:
    """A pack that ships, as a client would send it."""
    content: dict[str, Any] = json.loads(json.dumps(PACKS.content(name, "1"), default=str))
    return content


CONTENT = as_json(PACK)
ONE_SUFFICES = CONTENT | {"requests": {"contributors_of_different_roles": 1}}
ALONE = {**REQUEST, "contributors": [{"staff": "hay", "role": "teacher"}]}
BROKEN = CONTENT | {
    "zone": "Europe/Atlantis",
    "ladder": [CONTENT["ladder"][0], {**CONTENT["ladder"][1], "rank": 5}],
    "requests": {"contributors_of_different_roles": 0},
    "surprise": True,
}


def publication(version: str, day: date, content: Any = None, name: str = PACK) -> dict[str, Any]:
    said = {} if content is None else {"content": content}
    return {"name": name, "version": version, "in_force_from": day.isoformat(), **said}


async def today(town: Town) -> date:
    return date.fromisoformat((await town.one.get("/clock")).json()["now"][:10])


async def on_the_day(town: Town, day: date) -> None:
    """Both processes see the morning of a day."""
    for process in (town.one, town.other):
        moved = await process.put("/clock", json={"now": f"{day}T10:00:00Z"})
        assert moved.status_code == 200, moved.text


async def pins(town: Town, family: Family) -> dict[str, set[str]]:
    """By event, the policies under which it was decided, as the log has it."""
    async with town.api.journal() as journal:
        recorded = await journal.read(family.uuid)
    found: dict[str, set[str]] = {}
    for one in recorded:
        assert one.envelope
        found.setdefault(type(one.fact).__name__, set()).add(one.envelope.policy)
    return found


async def refused(door: Door, body: dict[str, Any]) -> dict[str, Any]:
    answer = await door.post("/v1/policy", body)
    assert answer.status_code == 409, answer.text
    problem: dict[str, Any] = answer.json()
    return problem


async def test_a_second_version_decides_from_its_day_on_and_touches_nothing_before(town: Town):
    admin, colleague = town.door("authority_admin"), town.school.at(town.other)
    family, day = await agreed(town.school), await today(town)
    await admin.done("/v1/policy", publication("1", day))
    await town.school.done(family.requests, REQUEST)
    await admin.done("/v1/policy", publication("2", day + timedelta(days=2), ONE_SUFFICES))

    alone = await colleague.post(family.requests, ALONE)
    assert (alone.json()["rule_id"], alone.json()["policy_version"]) == ("I12", f"{PACK}@1")
    before = await pins(town, family)
    stages_before = await town.school.seen(f"{family.path}/stage")
    assert before["AssistanceRequested"] == {f"{PACK}@1"}

    await on_the_day(town, day + timedelta(days=1))
    assert (await colleague.post(family.requests, ALONE)).status_code == 409
    await on_the_day(town, day + timedelta(days=2))
    assert (await colleague.post(family.requests, ALONE)).status_code == 201
    after = await pins(town, family)
    assert after.pop("AssistanceRequested") == {f"{PACK}@1", f"{PACK}@2"}
    assert after.items() <= before.items()
    assert (await town.school.seen("/v1/policy"))["version"] == "2"
    known = await town.school.seen(f"{family.path}/stage?known_at={day + timedelta(days=1)}")
    assert known["code"] == stages_before["code"]


async def test_a_published_version_is_never_published_with_other_content(town: Town):
    admin, later = town.door("authority_admin"), await today(town) + timedelta(days=9)
    body = publication("7", later, ONE_SUFFICES)
    await admin.done("/v1/policy", body)
    again = await admin.post("/v1/policy", body)
    assert again.status_code == 200, "nothing is new"
    problem = await refused(admin, publication("7", later, CONTENT))
    assert (problem["code"], problem["rule_id"]) == ("policy-already-published", "I32")
    too_early = await refused(admin, publication("8", await today(town), CONTENT))
    assert (too_early["code"], too_early["rule_id"]) == ("in-force-too-early", "I32")


async def test_what_is_still_to_come_into_force_can_be_read_and_put_off(town: Town):
    admin, soon = town.door("authority_admin"), await today(town) + timedelta(days=20)
    await admin.done("/v1/policy", publication("20", soon, ONE_SUFFICES))
    assert (await town.school.seen(f"/v1/policy?on={soon}"))["version"] == "20"
    assert (await town.school.seen("/v1/policy"))["version"] != "20"
    await admin.done("/v1/policy", publication("1", soon))
    assert (await town.school.seen(f"/v1/policy?on={soon}"))["version"] == "1"
    listed = (await admin.seen("/v1/policy/publications"))["items"]
    assert [one["policy"] for one in listed][-2:] == [f"{PACK}@20", f"{PACK}@1"]
    assert (await town.school.get("/v1/policy/publications")).status_code == 403
    assert (await town.school.get("/v1/policy?on=0")).status_code == 400


async def test_a_broken_pack_is_refused_with_each_place(town: Town):
    later = await today(town) + timedelta(days=9)
    problem = await refused(town.door("authority_admin"), publication("9", later, BROKEN))
    assert (problem["code"], problem["rule_id"]) == ("policy-broken", "D17")
    places = {one["ref"] for one in problem["missing"]}
    assert places == {"zone", "ladder", "requests/contributors_of_different_roles", "surprise"}
    words = {one["ref"]: one["detail"] for one in problem["missing"]}
    assert (words["zone"], words["ladder"]) == (
        "there is no such time zone",
        "the stages stand in order of rank, 0, 1, 2, …",
    )
    assert all(" " in one for one in words.values())
    assert "Atlantis" not in json.dumps(problem)


async def test_the_days_off_of_a_policy_are_told_in_order(town: Town):
    days = (await town.school.seen("/v1/policy"))["holidays"]
    assert len(days) > 8
    assert days == sorted(days)


async def test_versions_of_the_same_content_are_told_apart(town: Town):
    admin, day = town.door("authority_admin", authority=NEIGHBOUR), await today(town)
    school = town.door("pupil_support", authority=NEIGHBOUR)
    await admin.done("/v1/policy", publication("1", day, name="england-sen"))
    same = publication("2", day + timedelta(days=1), as_json("england-sen"), name="england-sen")
    assert (await school.seen("/v1/policy"))["version"] == "1"
    await admin.done("/v1/policy", same)
    await on_the_day(town, day + timedelta(days=1))
    assert (await school.seen("/v1/policy"))["version"] == "2"


async def test_an_english_authority_goes_by_its_own_pack_and_its_neighbour_by_another(town: Town):
    school = town.door("pupil_support", authority=NEIGHBOUR)
    await town.door("authority_admin", authority=NEIGHBOUR).done("/v1/directory/services", SERVICE)
    english, scottish = await agreed(school), await agreed(town.school)
    assert (await school.seen(f"{english.path}/stage"))["label"] == "Ordinary high-quality teaching"
    assert (await town.school.seen(f"{scottish.path}/stage"))["label"] == "Universal support"
    change = {"to_stage": "sen_support", "rationale": "More is wanted."}
    etag = (await town.school.get(scottish.path)).headers["ETag"]
    unknown = await town.school.post(f"{scottish.path}/stage-changes", change, headers={"If-Match": etag})
    assert unknown.json()["code"] == "reference-unknown"
    asked = await school.post(english.requests, REQUEST)
    assert asked.status_code == 201, asked.text


async def test_a_policy_published_a_moment_before_its_day_governs_that_day_in_every_process(town: Town):
    admin, colleague = town.door("authority_admin"), town.school.at(town.other)
    family, day = await agreed(town.school), await today(town) + timedelta(days=1)
    assert (await colleague.post(f"{family.requests}?dry_run=true", REQUEST)).status_code == 200
    await admin.done("/v1/policy", publication("moment", day, CONTENT))
    await on_the_day(town, day)
    await colleague.done(family.requests, REQUEST)
    assert (await pins(town, family))["AssistanceRequested"] == {f"{PACK}@moment"}
