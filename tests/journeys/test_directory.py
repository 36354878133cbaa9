"""What an authority lists counts in the next command of the process that was told, on both databases."""

import pytest

from tests.journeys.api import NEIGHBOUR
from tests.journeys.family import SERVICE, register
from tests.journeys.town import Town
from tests.webhook_targets import BY_ADDRESS, BY_FORM, written_out

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


async def test_no_service_enters_the_directory_with_an_endpoint_that_leads_inside(town: Town):
    admin = town.door("authority_admin", authority=NEIGHBOUR)
    for url in (*BY_FORM.values(), *map(written_out, BY_ADDRESS.values())):
        asked = {**SERVICE, "webhook_url": url.replace("{port}", "8025")}
        answer = await admin.post("/v1/directory/services", asked)
        assert (answer.status_code, answer.json()["code"]) in {(400, "invalid-request"), (409, "endpoint-unfit")}, url
        assert answer.json()["errors"][0]["pointer"] == "/webhook_url"
    directory = await town.one.get("/v1/directory", headers=admin.headers)
    assert directory.json()["services"] == []


async def test_an_endpoint_that_leads_outside_enters_the_directory(town: Town):
    admin = town.door("authority_admin", authority=NEIGHBOUR)
    await admin.done("/v1/directory/services", {**SERVICE, "service": "eps"})
    directory = await town.one.get("/v1/directory", headers=admin.headers)
    assert [one["webhook_url"] for one in directory.json()["services"]] == [SERVICE["webhook_url"]]
