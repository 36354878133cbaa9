"""A whole staff room opens the same long record at once: everybody gets it, and gets it new."""

import asyncio
from collections import Counter

import pytest

from tests.journeys.family import CONCERN, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
FACTS, READERS = 100, 200


async def test_two_hundred_readers_of_a_long_case_are_all_served(town: Town):
    family = await register(town.school)
    doors = [town.school, town.school.at(town.other)]
    await asyncio.gather(*(town.school.post(f"{family.path}/concerns", CONCERN) for _ in range(FACTS)))
    views = ("timeline", "stage", "agreements", "told")

    answers = await asyncio.gather(*(doors[n % 2].get(f"{family.path}/{views[n % 4]}") for n in range(READERS)))

    assert Counter(answer.status_code for answer in answers) == {200: READERS}


async def test_what_one_process_recorded_the_other_reads_at_once(town: Town):
    family = await register(town.school)
    here, there = town.school, town.school.at(town.other)
    for _ in range(20):
        await there.seen(f"{family.path}/timeline")
        made = await here.post(f"{family.path}/concerns", CONCERN)
        story = (await there.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
        assert story[-1]["data"]["concern_id"] == made.json()["id"]
