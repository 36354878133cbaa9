"""What is kept from a carer: who decides it, what they still hear, and what the ledger says of it (R92, I25)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.journeys.family import CONCERN, Family, agreed, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio


def days_ahead(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


async def withhold(town: Town, family: Family, **more: Any) -> str:
    """Something is kept from the father; the id of the withholding."""
    said = {"person_id": family.piotr, "extent": "everything", "reason": "It may raise risk.", "authoriser": "hay"}
    receipt = await town.school.done(f"{family.path}/withholdings", {**said, "review_on": days_ahead(30), **more})
    made: str = receipt["id"]
    return made


async def withheld(town: Town, family: Family) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await town.school.seen(f"{family.path}/told"))["withheld"]
    return lines


async def test_it_is_decided_renewed_and_lifted_and_all_of_it_stays_on_record(town: Town):
    family = await register(town.school)
    made = await withhold(town, family)
    place = f"{family.path}/withholdings/{made}"

    await town.school.done(f"{place}/renewal", {"reason": "It still may.", "review_on": days_ahead(60)})
    [line] = await withheld(town, family)
    assert (line["person_id"], line["extent"], line["overdue"]) == (family.piotr, "everything", False)
    assert line["review_on"] == days_ahead(60)

    await town.school.done(f"{place}/lifting", {"reason": "The risk has passed."})
    [line] = await withheld(town, family)
    assert line["lifted_because"] == "The risk has passed."
    again = await town.school.post(f"{place}/renewal", {"reason": "Once more.", "review_on": days_ahead(90)})
    assert (again.status_code, again.json()["rule_id"]) == (409, "I25")


async def test_withholding_never_moves_the_case(town: Town):
    family = await register(town.school)
    before = (await town.school.get(family.path)).headers["ETag"]
    await withhold(town, family)
    assert (await town.school.get(family.path)).headers["ETag"] == before


async def test_nothing_is_withheld_without_a_review_or_on_a_case_that_is_not_there(town: Town):
    family = await register(town.school)
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    assert (await town.school.post(f"{family.path}/withholdings", body)).status_code == 400
    late = await town.school.post(f"{family.path}/withholdings", {**body, "review_on": days_ahead(281)})
    assert late.json()["missing"][0]["what"] == "reviewed_by"
    elsewhere = f"/v1/cases/{family.learner}/withholdings"
    assert (await town.school.post(elsewhere, {**body, "review_on": days_ahead(9)})).status_code == 404


async def test_a_dry_run_says_what_would_be_withheld_and_keeps_nothing(town: Town):
    family = await register(town.school)
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    answer = await town.school.post(
        f"{family.path}/withholdings", {**body, "review_on": days_ahead(9)}, params={"dry_run": "true"}
    )
    assert [event["type"] for event in answer.json()["would_record"]] == ["DisclosureWithheld.v1"]
    assert await withheld(town, family) == []


async def test_only_the_school_withholds(town: Town):
    family = await agreed(town.school)
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    for door in (
        town.door("agency", services=["slt"]),
        town.door("notifier"),
        town.door("carer", person=family.anna, case=family.case_id),
    ):
        answer = await door.post(f"{family.path}/withholdings", {**body, "review_on": days_ahead(9)})
        assert answer.status_code == 403


async def test_it_can_be_about_events_of_this_case_alone(town: Town):
    family, other = await register(town.school), await register(town.school)
    await town.school.done(f"{other.path}/concerns", CONCERN)
    items = (await town.school.seen(f"{other.path}/timeline"))["items"]
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    about = {"about": {"events": [items[-1]["event_id"]]}, "review_on": days_ahead(9)}
    refused = await town.school.post(f"{family.path}/withholdings", {**body, **about})
    assert (refused.status_code, refused.json()["code"]) == (409, "reference-unknown")
