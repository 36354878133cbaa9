"""D13: a command that is sent again, however often and wherever, has one effect and one answer."""

import asyncio
from collections import Counter

import httpx
import pytest

from tests.canaries import named
from tests.journeys.api import key
from tests.journeys.family import CONCERN, REQUEST, Family, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
TWINS = 100


async def concerns(town: Town, family: Family) -> int:
    return len((await town.school.seen(family.path))["open_concerns"])


def told(answer: httpx.Response) -> tuple[int, str, bytes]:
    return answer.status_code, answer.headers["etag"], answer.content


def fresh(answers: list[httpx.Response]) -> int:
    """How many were answered by the command itself; the others say that they are a replay."""
    said = Counter(answer.headers.get("idempotency-replayed") for answer in answers)
    assert set(said) <= {None, "true"}
    return said[None]


@pytest.mark.owasp("API6")
@pytest.mark.parametrize("processes", [1, 2])
async def test_a_hundred_twins_have_one_effect_and_one_answer(town: Town, processes: int):
    family = await register(town.school)
    doors = [town.school, town.school.at(town.other)][:processes]
    same = key()

    answers = await asyncio.gather(
        *(doors[n % processes].post(f"{family.path}/concerns", CONCERN, headers=same) for n in range(TWINS))
    )

    assert {told(answer) for answer in answers} == {told(answers[0])}
    assert answers[0].status_code == 201
    assert fresh(answers) == 1
    assert await concerns(town, family) == 1


@pytest.mark.parametrize("processes", [1, 2])
async def test_twins_of_a_registration_make_one_learner(town: Town, processes: int):
    doors = [town.school, town.school.at(town.other)][:processes]
    same, learner = key(), {"name": named("Maja"), "date_of_birth": "2016-05-11", "setting": "burnside-primary"}

    answers = await asyncio.gather(*(doors[n % processes].post("/v1/cases", learner, headers=same) for n in range(20)))

    assert {(told(answer), answer.headers["location"]) for answer in answers} == {
        (told(answers[0]), f"/v1/cases/{answers[0].json()['id']}")
    }
    assert fresh(answers) == 1
    assert (await town.school.get(answers[0].headers["location"])).status_code == 200


@pytest.mark.owasp("API6")
async def test_a_key_belongs_to_one_command(town: Town):
    family, other = await register(town.school), await register(town.school)
    same = key()
    await town.school.done(f"{family.path}/concerns", CONCERN, headers=same)

    changed = await town.school.post(f"{family.path}/concerns", {**CONCERN, "wants_reply": True}, headers=same)
    elsewhere = await town.school.at(town.other).post(f"{other.path}/concerns", CONCERN, headers=same)

    assert [(it.status_code, it.json()["code"]) for it in (changed, elsewhere)] == [(422, "idempotency-key-used")] * 2
    assert (await concerns(town, family), await concerns(town, other)) == (1, 0)


@pytest.mark.owasp("API6")
async def test_another_client_may_use_the_same_key(town: Town):
    family, same = await register(town.school), key()
    mis = town.door("mis", at=town.other, client="mis")

    first = await town.school.post(f"{family.path}/concerns", CONCERN, headers=same)
    second = await mis.post(f"{family.path}/concerns", CONCERN, headers=same)

    assert [first.status_code, second.status_code] == [201, 201]
    assert first.json()["id"] != second.json()["id"]


async def test_a_refused_command_keeps_nothing_under_its_key(town: Town):
    family, same = await register(town.school), key()
    assert (await town.school.post(family.requests, REQUEST, headers=same)).status_code == 409

    await family.asked(town.school)
    await family.agree(town.school)
    answer = await town.school.at(town.other).post(family.requests, REQUEST, headers=same)

    assert answer.status_code == 201, "the same key, decided anew"
    assert "idempotency-replayed" not in answer.headers


async def test_a_replay_comes_before_the_version_is_looked_at(town: Town):
    family, same = await register(town.school), key()
    seen = {"If-Match": (await town.school.get(family.path)).headers["etag"]}
    first = await town.school.post(f"{family.path}/concerns", CONCERN, headers={**seen, **same})
    await town.school.done(f"{family.path}/concerns", CONCERN)

    replays = [
        await door.post(f"{family.path}/concerns", CONCERN, headers={**seen, **same})
        for door in (town.school, town.school.at(town.other))
    ]

    assert [told(replay) for replay in replays] == [told(first)] * 2
    assert fresh(replays) == 0
    assert await concerns(town, family) == 2


async def test_nothing_to_do_is_an_answer_that_is_kept_too(town: Town):
    family, same = await register(town.school), key()
    await family.asked(town.school)
    await family.agree(town.school)
    again = {"answer": "granted", "route": "paper", "helped_by": "Ms Hay"}
    path = f"{family.path}/agreements/{family.agreements[family.anna]}/answer"

    first = await town.school.post(path, again, headers=same)
    await family.withdraw(town.school, family.anna)
    replay = await town.school.at(town.other).post(path, again, headers=same)

    assert first.status_code == 200
    assert told(replay) == told(first)
    assert fresh([replay]) == 0, "what was answered once is not decided anew"


async def test_a_dry_run_reads_no_key_and_keeps_nothing(town: Town):
    family, same = await register(town.school), key()
    for _ in range(2):
        answer = await town.school.post(f"{family.path}/concerns", CONCERN, headers=same, params={"dry_run": "true"})
        assert (answer.status_code, list(answer.json())) == (200, ["would_record"])
    assert await concerns(town, family) == 0
    assert fresh([await town.school.post(f"{family.path}/concerns", CONCERN, headers=same)]) == 1
