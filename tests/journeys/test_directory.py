"""What an authority lists counts in the next command of the process that was told, on both databases."""

import pytest

from tests.journeys.api import NEIGHBOUR
from tests.journeys.family import register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
ELM = {"setting": "elm-nursery", "setting_class": "robins", "from_day": "2025-08-18"}


async def test_once_settings_are_listed_a_learner_is_placed_in_no_other(town: Town):
    admin = town.door("authority_admin", authority=NEIGHBOUR)
    school = town.door("pupil_support", authority=NEIGHBOUR)
    family = await register(school)
    await school.done(f"{family.path}/placements", ELM)
    school = town.door("pupil_support", authority=NEIGHBOUR, org=ELM["setting"])
    await admin.done("/v1/directory/settings", {"setting": "oak-primary", "title": "Oak Primary School"})
    refused = await school.post(f"{family.path}/placements", {**ELM, "setting_class": "wrens"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/setting")
