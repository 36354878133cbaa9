"""A legal hold is placed and lifted by the authority, and seen by whoever reads the case, on both databases."""

import pytest

from tests.journeys.family import Family, register
from tests.journeys.house import House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def family(house: House) -> Family:
    return await register(house.school)


async def test_a_hold_is_placed_seen_and_lifted(house: House, family: Family):
    admin, path = house.door("authority_admin"), f"{family.path}/retention-holds"
    placed = await admin.done(path, {"reason": "legal_claim"})
    [shown] = (await house.door("pupil_support").seen(path))["holds"]
    assert (shown["hold_id"], shown["reason"], shown["stands"]) == (placed["id"], "legal_claim", True)

    await admin.done(f"{path}/{placed['id']}/lifting", {"reason": "claim_settled"})
    [shown] = (await admin.seen(path))["holds"]
    assert (shown["stands"], shown["lifted_because"]) == (False, "claim_settled")
    told = [item["type"] for item in (await house.school.seen(f"{family.path}/timeline"))["items"]]
    assert told[-2:] == ["RetentionHoldPlaced.v1", "RetentionHoldLifted.v1"]


@pytest.mark.parametrize("role", ["pupil_support", "auditor", "notifier", "child_protection"])
async def test_only_the_authority_places_a_hold(role: str, house: House, family: Family):
    refused = await house.door(role).post(f"{family.path}/retention-holds", {"reason": "legal_claim"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")


async def test_a_hold_that_keeps_nothing_is_refused_in_words(house: House, family: Family):
    path = f"{family.path}/retention-holds"
    refused = await house.door("authority_admin").post(path, {"reason": "inquiry", "until": "2020-01-01"})
    assert (refused.status_code, refused.json()["code"], refused.json()["rule_id"]) == (
        409,
        "hold-would-not-stand",
        "I34",
    )


async def test_neither_a_service_nor_the_family_hears_of_a_hold(house: House, family: Family):
    path = f"{family.path}/retention-holds"
    await house.door("authority_admin").done(path, {"reason": "legal_claim"})
    carer = house.door("carer", person=family.anna, case=family.case_id)
    assert (await carer.get(path)).status_code == 403
    assert (await house.door("agency", services=["slt"]).get(path)).status_code == 403
    assert "legal_claim" not in str(await carer.seen(f"{family.path}/family-view"))
