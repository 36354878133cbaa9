"""What goes to a service stands on what everybody agrees to at that moment; a withdrawal wins over what waits (I9)."""

from uuid import uuid4

import pytest

from tests.journeys.family import REQUEST, Door, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
SHARED = {"categories": ["learning_profile"], "content_hash": "0" * 64, "summary": "A report of two pages."}
ACCEPTED = {"kind": "accept", "input_kind": "ongoing", "practitioner": "Ms Rao"}
ASKED = {"kind": "ask", "items": ["Which language does she speak with friends?"]}


async def at_work(town: Town) -> tuple[Family, str]:
    """A family whose request the service has accepted, and its path."""
    family = await agreed(town.school)
    made = await town.school.done(family.requests, {**REQUEST, "input_sought": ["ongoing"]})
    path = f"{family.requests}/{made['id']}"
    await slt(town).done(f"{path}/updates", ACCEPTED)
    return family, path


def slt(town: Town) -> Door:
    return town.door("agency", services=["slt"])


async def test_what_was_shared_is_in_the_ledger_with_the_agreements_it_relied_on(town: Town):
    family, path = await at_work(town)
    receipt = await town.school.done(f"{path}/shared-information", SHARED)
    [line] = (await town.school.seen(f"{family.path}/told"))["shared"]
    assert line["sharing_id"] == receipt["id"]
    assert {ref["id"] for ref in line["agreement_refs"]} == set(family.agreements.values())
    assert (line["service"], line["lawful_basis"]) == ("slt", {"art6": "consent"})


async def test_n5_nothing_is_shared_that_somebody_took_back(town: Town):
    family, path = await at_work(town)
    taken_back = {"route": "paper", "told_consequences": True, "categories": ["learning_profile"]}
    await town.school.done(f"{family.path}/agreements/{family.agreements[family.learner]}/withdrawal", taken_back)

    refused = await town.school.post(f"{path}/shared-information", SHARED)

    assert (refused.status_code, refused.json()["rule_id"]) == (409, "I9")
    assert [(one["what"], one["person"]) for one in refused.json()["missing"]] == [("withdrawn", family.learner)]
    assert (await town.school.seen(f"{family.path}/told")).get("shared", []) == []


async def test_e46_an_answer_that_is_queued_is_not_sent_once_somebody_took_back_their_agreement(town: Town):
    family, path = await at_work(town)
    await slt(town).done(f"{path}/updates", ASKED)
    await town.school.done(f"{path}/information", {"items": ["English."]})
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    [supplied] = [item for item in items if item["type"] == "FurtherInformationSupplied.v1"]
    queued = {"event_id": supplied["event_id"], "recipient": "service:slt", "channel": "webhook"}
    wanted = {**queued, "template": "information-supplied", "message_id": str(uuid4())}
    notifier = town.door("notifier", at=town.other)
    assert (await notifier.post("/v1/send-permits", wanted)).status_code == 200

    await family.withdraw(town.school, family.learner)

    assert (await notifier.post("/v1/send-permits", wanted)).json()["reason"] == "withdrawn"


@pytest.mark.owasp("API5")
async def test_only_the_team_and_the_schools_system_share(town: Town):
    _, path = await at_work(town)
    for door in (slt(town), town.door("teacher"), town.door("auditor")):
        assert (await door.post(f"{path}/shared-information", SHARED)).status_code == 403
