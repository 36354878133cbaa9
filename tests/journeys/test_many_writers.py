"""Many people write on one case at once: nobody's words are lost, nobody overwrites what they have not seen."""

import asyncio
from collections import Counter

import pytest

from tests.canaries import sown
from tests.journeys.family import CONCERN, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
WRITERS = 50


def said_by(number: int) -> dict[str, object]:
    return {**CONCERN, "description": f"Said by writer {number}."}


async def test_fifty_writers_at_two_processes_all_get_through(town: Town):
    family = await register(town.school)
    doors = [town.school, town.school.at(town.other)]
    before = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]

    answers = await asyncio.gather(*(doors[n % 2].post(f"{family.path}/concerns", said_by(n)) for n in range(WRITERS)))

    assert Counter(answer.status_code for answer in answers) == {201: WRITERS}
    story = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    added = story[len(before) :]
    assert {entry["data"]["concern_id"] for entry in added} == {answer.json()["id"] for answer in answers}
    assert {entry["data"]["description"] for entry in added} == {
        sown(said_by(n))["description"] for n in range(WRITERS)
    }
    assert len({answer.headers["etag"] for answer in answers}) == WRITERS, "two were given the same version"


async def test_versions_have_no_gaps_and_times_never_go_back(town: Town):
    family = await register(town.school)
    doors = [town.school, town.school.at(town.other)]
    await asyncio.gather(*(doors[n % 2].post(f"{family.path}/concerns", said_by(n)) for n in range(WRITERS)))

    async with town.api.journal() as journal:
        facts = await journal.read(family.uuid)

    assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))
    assert [fact.recorded_at for fact in facts] == sorted(fact.recorded_at for fact in facts)


async def test_of_fifty_who_saw_the_same_version_one_writes_and_the_others_read_again(town: Town):
    family = await register(town.school)
    doors = [town.school, town.school.at(town.other)]
    seen = {"If-Match": (await town.school.get(family.path)).headers["etag"]}

    answers = await asyncio.gather(
        *(doors[n % 2].post(f"{family.path}/concerns", said_by(n), headers=seen) for n in range(WRITERS))
    )

    assert Counter(answer.status_code for answer in answers) == {201: 1, 412: WRITERS - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 412} == {"precondition-failed"}
    assert len((await town.school.seen(family.path))["open_concerns"]) == 1


async def test_each_who_was_late_gets_through_with_what_is_there_now(town: Town):
    family = await register(town.school)

    async def until_written(number: int) -> int:
        door = town.school.at(town.other) if number % 2 else town.school
        for tries in range(1, WRITERS):
            seen = {"If-Match": (await door.get(family.path)).headers["etag"]}
            answer = await door.post(f"{family.path}/concerns", said_by(number), headers=seen)
            if answer.status_code == 201:
                return tries
            assert answer.status_code == 412
        raise AssertionError("never got through")

    tries = await asyncio.gather(*(until_written(number) for number in range(8)))

    assert max(tries) > 1, "nobody was ever late: this proved nothing"
    assert len((await town.school.seen(family.path))["open_concerns"]) == 8
