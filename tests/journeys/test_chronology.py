"""The chronology over HTTP, on both databases."""

import pytest

from tests.journeys.family import CONCERN, REQUEST, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio


async def test_staff_read_what_marked_a_turn_and_the_other_process_says_the_same(town: Town):
    family = await agreed(town.school)
    await town.school.done(f"{family.path}/concerns", {**CONCERN, "occurred_at": "2025-09-08"})
    await town.school.done(family.requests, REQUEST)
    told = await town.school.at(town.other).seen(f"{family.path}/chronology")
    assert [item["type"].partition(".")[0] for item in told["items"]] == [
        "ConcernRaised",
        "LearnerRegistered",
        "NeedsAssessed",
        "AssistanceRequested",
    ]
    assert told["items"][0]["late_by_days"] > 0
    anna = town.door("carer", sub=family.anna, person=family.anna, case=family.case_id)
    assert (await anna.get(f"{family.path}/chronology")).status_code == 403
