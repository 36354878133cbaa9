"""One support for a class: for every learner or for none, whatever else happens meanwhile (D12, R27)."""

import asyncio
from collections import Counter
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.journeys.api import key
from tests.journeys.commands import stagepost
from tests.journeys.family import CONCERN, Door
from tests.journeys.sowing import WHY
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
SETTING, TOGETHER = "burnside-primary", "/v1/settings/burnside-primary/supports"
ROUNDS = 12
names = count(1)


def a_class() -> str:
    """A class that no other test knows."""
    return f"class-{next(names)}"


def nurture(setting_class: str, **more: Any) -> dict[str, Any]:
    return {"scope": "class", "setting_class": setting_class, "strategy_code": "nurture", **more}


async def learner(school: Door, setting_class: str | None = None, *, setting: str = SETTING) -> str:
    """A case, placed in the class."""
    born = {"name": "Isla", "date_of_birth": "2014-02-02", "setting": setting}
    case_id: str = (await school.done("/v1/cases", born))["id"]
    if setting_class:
        await place(school, case_id, setting_class)
    return case_id


async def place(school: Door, case_id: str, setting_class: str) -> dict[str, Any]:
    body = {"setting": SETTING, "setting_class": setting_class}
    return await school.done(f"/v1/cases/{case_id}/placements", body)


async def full(school: Door, setting_class: str, learners: int = 3) -> list[str]:
    return sorted([await learner(school, setting_class) for _ in range(learners)])


async def supports(school: Door, case_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await school.seen(f"/v1/cases/{case_id}/supports")).get("items", [])
    return items


async def test_every_learner_of_a_class_is_given_it_in_one_step(town: Town):
    p7 = a_class()
    cases, elsewhere = await full(town.school, p7), await learner(town.school, a_class())

    receipt = await town.school.at(town.other).done(TOGETHER, nurture(p7))

    assert [item["case_id"] for item in receipt["items"]] == cases
    for item in receipt["items"]:
        [measure] = await supports(town.school, item["case_id"])
        assert (measure["measure_id"], measure["joint_id"]) == (item["measure_id"], receipt["id"])
        assert (measure["scope"], measure["strategy_code"]) == ("class", "nurture")
        seen = {"If-Match": item["etag"]}
        path = f"/v1/cases/{item['case_id']}/supports/{item['measure_id']}/effects"
        await town.school.done(path, {"score": 1, "evidence": "Calmer."}, headers=seen)
    assert await supports(town.school, elsewhere) == []


async def test_the_receipts_cursor_lies_behind_all_that_was_recorded(town: Town):
    p7, follower = a_class(), town.door("notifier")
    cases = await full(town.school, p7)

    receipt = await town.school.done(TOGETHER, nurture(p7))
    await town.school.done(f"/v1/cases/{cases[0]}/concerns", CONCERN)

    after = (await follower.seen("/v1/events", params={"after": receipt["cursor"]}))["items"]
    assert [event["type"] for event in after] == ["ConcernRaised.v1"]


async def test_a_class_command_sent_again_has_one_effect_and_one_answer(town: Town):
    p7, same = a_class(), key()
    cases = await full(town.school, p7)
    doors = [town.school, town.school.at(town.other)]

    answers = await asyncio.gather(*(doors[n % 2].post(TOGETHER, nurture(p7), headers=same) for n in range(20)))
    otherwise = await town.school.post(TOGETHER, nurture(p7, level="augmented"), headers=same)

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert Counter(answer.headers.get("idempotency-replayed") for answer in answers) == {None: 1, "true": 19}
    assert (otherwise.status_code, otherwise.json()["code"]) == (422, "idempotency-key-used")
    assert [len(await supports(town.school, case_id)) for case_id in cases] == [1, 1, 1]


def in_the_way(answer: httpx.Response) -> dict[str, tuple[str, str]]:
    return {item["case_id"]: (item["what"], item["rule_id"]) for item in answer.json()["missing"]}


async def test_a_group_is_given_it_whole_or_not_at_all_and_who_stands_in_the_way_is_named(town: Town):
    academy = town.door("pupil_support", org="burnside-academy")
    here, there = await learner(town.school), await learner(academy, setting="burnside-academy")
    stranger, at_both = str(UUID(int=7)), town.door("pupil_support", sub="works-at-both")
    group = {"scope": "group", "cases": [here, there, stranger], "strategy_code": "varied_grouping"}

    async with town.works("works-at-both", "pupil_support", "burnside-academy"):
        answer = await at_both.post(TOGETHER, group)

        assert [await supports(at_both, case_id) for case_id in (here, there)] == [[], []]
    assert answer.status_code == 409
    assert in_the_way(answer) == {there: ("placed_elsewhere", "R27"), stranger: ("unknown", "reference")}
    of_one_school = await town.school.post(TOGETHER, group)
    assert in_the_way(of_one_school) == dict.fromkeys((there, stranger), ("unknown", "reference"))
    audit = town.door("auditor")
    for case_id, left in ((there, 2), (here, 0)):
        attempts = (await audit.seen("/v1/audit/attempts", params={"case_id": case_id}))["items"]
        assert [one["command"] for one in attempts] == ["GroupSupport"] * left
    receipt = await town.school.done(TOGETHER, {**group, "cases": [here, here]})
    assert [item["case_id"] for item in receipt["items"]] == [here]


async def test_nobody_is_refused_for_what_was_put_right_at_another_process(town: Town):
    school, other = town.school, town.school.at(town.other)
    members = [await learner(school) for _ in range(2)]
    group = {"scope": "group", "cases": members, "strategy_code": "varied_grouping", "need_refs": ["calm"]}
    for turn in range(ROUNDS):
        need = {**group, "need_refs": [f"calm-{turn}"]}
        refused = await other.post(TOGETHER, need)
        assert {item["case_id"] for item in refused.json()["missing"]} == set(members)
        for case_id in members:
            await school.done(f"/v1/cases/{case_id}/assessments", {"tool": "cps", "needs": [{"code": f"calm-{turn}"}]})
        await other.done(TOGETHER, need)


async def test_a_class_of_nobody_and_a_setting_that_is_no_code_are_refused(town: Town):
    answer = await town.school.post(TOGETHER, nurture(a_class()))
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody-in-class")
    elsewhere = await town.school.post("/v1/settings/No Such/supports", nurture("p7"))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not-found")
    family = await town.door("auditor").post(TOGETHER, nurture("p7"))
    assert family.status_code == 403


async def test_a_dry_run_tells_what_each_would_be_given_and_records_nothing(town: Town):
    p7 = a_class()
    cases = await full(town.school, p7)
    answer = await town.school.post(TOGETHER, nurture(p7), params={"dry_run": "true"})
    would = answer.json()["would_record"]
    assert (answer.status_code, [one["case_id"] for one in would]) == (200, cases)
    assert {one["type"] for one in would} == {"UniversalSupportApplied.v1"}
    assert [await supports(town.school, case_id) for case_id in cases] == [[], [], []]


async def test_who_was_placed_before_the_command_is_in_it_and_who_left_is_not(town: Town):
    p7 = a_class()
    school, other = town.school, town.school.at(town.other)
    stays = await learner(school, p7)
    for _ in range(ROUNDS):
        comes = await learner(school)
        await place(school, comes, p7)
        given = await other.done(TOGETHER, nurture(p7))
        assert {item["case_id"] for item in given["items"]} == {stays, comes}
        await place(school, comes, a_class())
        given = await other.done(TOGETHER, nurture(p7))
        assert [item["case_id"] for item in given["items"]] == [stays]


async def test_who_leaves_at_that_moment_left_before_or_was_given_it_first(town: Town):
    p7, school, other = a_class(), town.school, town.school.at(town.other)
    stays = await learner(school, p7)
    for turn in range(ROUNDS):
        leaves = await learner(school, p7)
        doors = (school, other) if turn % 2 else (other, school)
        giving = doors[1].done(TOGETHER, nurture(p7))
        receipt: dict[str, Any] = (await asyncio.gather(giving, place(doors[0], leaves, "p8")))[0]
        async with town.api.journal() as journal:
            story = [event.name for event in await journal.read(UUID(leaves))]
        given = {item["case_id"] for item in receipt["items"]}
        assert stays in given
        if leaves in given:
            assert story[-2:] == ["UniversalSupportApplied.v1", "LearnerPlaced.v1"]
        else:
            assert "UniversalSupportApplied.v1" not in story


async def test_class_commands_at_once_do_not_get_in_each_others_way(town: Town):
    p7, doors = a_class(), (town.school, town.school.at(town.other))
    cases = await full(town.school, p7, learners=6)

    answers = await asyncio.gather(*(doors[n % 2].post(TOGETHER, nurture(p7)) for n in range(ROUNDS)))

    assert Counter(answer.status_code for answer in answers) == {201: ROUNDS}
    given = [{item["case_id"]: item["measure_id"] for item in answer.json()["items"]} for answer in answers]
    for case_id in cases:
        recorded = {measure["measure_id"] for measure in await supports(town.school, case_id)}
        assert recorded == {one[case_id] for one in given}


async def test_a_class_command_and_commands_on_its_cases_all_get_through(town: Town):
    p7, doors = a_class(), (town.school, town.school.at(town.other))
    cases = await full(town.school, p7)
    single = [f"/v1/cases/{case_id}/concerns" for case_id in cases for _ in range(ROUNDS)]

    answers = await asyncio.gather(
        *(doors[n % 2].post(path, CONCERN) for n, path in enumerate(single)),
        *(doors[n % 2].post(TOGETHER, nurture(p7)) for n in range(4)),
    )

    assert Counter(answer.status_code for answer in answers) == {201: len(answers)}
    async with town.api.journal() as journal:
        for case_id in cases:
            facts = await journal.read(UUID(case_id))
            assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
            kinds = Counter(fact.name for fact in facts)
            assert (kinds["ConcernRaised.v1"], kinds["UniversalSupportApplied.v1"]) == (ROUNDS, 4)


async def test_an_answer_is_not_given_again_to_who_may_not_see_one_of_its_learners_any_more(town: Town):
    same, unknown = key(), await town.door("teacher", sub="nobody").get(f"/v1/cases/{UUID(int=7)}")
    cases = sorted([await learner(town.school), await learner(town.school)])
    body = {"scope": "group", "cases": cases, "strategy_code": "nurture"}
    late = town.door("teacher", sub="left-since")
    async with town.works("left-since"):
        given = await late.post(TOGETHER, body, headers=same)
        again = await late.at(town.other).post(TOGETHER, body, headers=same)
        assert (given.status_code, again.content) == (201, given.content)
    for door in (late, late.at(town.other)):
        refused = await door.post(TOGETHER, body, headers=same)
        assert (refused.status_code, refused.content) == (404, unknown.content)
        rows = (await town.door("auditor").seen("/v1/audit/accesses", params={"subject": "left-since"}))["items"]
        mine = [row for row in rows if row["request_id"] == refused.headers["x-request-id"]]
        assert [(row["case_id"], row["decision"]) for row in mine[::-1]] == [(one, "not_found") for one in cases]
    assert [len(await supports(town.school, one)) for one in cases] == [1, 1], "and nothing was recorded anew"


@pytest.mark.parametrize("scope", ["group", "class"])
async def test_an_answer_about_a_learner_who_was_erased_since_is_gone(town: Town, scope: str):
    p7, same = a_class(), key()
    cases = await full(town.school, p7, learners=2)
    group = {"scope": "group", "cases": cases, "strategy_code": "nurture"}
    body = group if scope == "group" else nurture(p7)
    assert (await town.school.post(TOGETHER, body, headers=same)).status_code == 201
    erased = await stagepost(town, "erase", cases[0], *WHY, "--yes")
    assert (erased.exit_code, erased.stderr) == (0, "")
    for door in (town.school, town.school.at(town.other)):
        refused = await door.post(TOGETHER, body, headers=same)
        assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
        assert cases[0] not in refused.text
    assert len(await supports(town.school, cases[1])) == 1
