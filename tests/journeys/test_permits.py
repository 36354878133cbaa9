"""Leave to send is asked at the moment of sending: what was taken back, restricted or corrected is not sent (D19)."""

import asyncio
import os
import random
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.journeys.family import CONCERN, REQUEST, Door, Family, agreed, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
ROUNDS = int(os.environ.get("STAGEPOST_TEST_WITHDRAWALS", "120"))
"""On each of the two databases."""
SLT = {"recipient": "service:slt", "channel": "webhook", "template": "assistance_requested"}


@dataclass(frozen=True)
class Notifier:
    """Asks for leave to send."""

    door: Door

    async def asks(self, event_id: str, **message: str) -> httpx.Response:
        body = {**SLT, **message, "event_id": event_id, "message_id": str(uuid4())}
        return await self.door.post("/v1/send-permits", body)

    async def hears(self, event_id: str) -> set[tuple[str, str]]:
        """Who is to hear of it, each with their duty."""
        view = await self.door.seen(f"/v1/events/{event_id}/recipients")
        return {(one["recipient"], one["duty"]) for one in view["recipients"]}


@pytest.fixture(scope="module")
def notifier(town: Town) -> Notifier:
    """Works with the other process."""
    return Notifier(town.door("notifier", at=town.other))


async def event_of(town: Town, family: Family, kind: str) -> dict[str, Any]:
    """The latest event of this type on the case."""
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    found: dict[str, Any] = [item for item in items if item["type"] == f"{kind}.v1"][-1]
    return found


async def a_request(town: Town, family: Family) -> str:
    """The event of a request that was just made."""
    await town.school.done(family.requests, REQUEST)
    event_id: str = (await event_of(town, family, "AssistanceRequested"))["event_id"]
    return event_id


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 409, answer.text
    assert answer.json()["code"] == "permit-refused"
    reason: str = answer.json()["reason"]
    return reason


async def correct(town: Town, family: Family, event: dict[str, Any], **change: Any) -> None:
    replacement = {"replacement": {**event["data"], **change}} if change else {}
    body = {"supersedes": event["event_id"], "reason": "It was recorded wrongly.", **replacement}
    await town.school.done(f"{family.path}/corrections", body)


async def test_a_permit_holds_for_five_seconds_and_says_where_to(town: Town, notifier: Notifier):
    family = await agreed(town.school)
    event_id = await a_request(town, family)

    permit = (await notifier.asks(event_id)).json()

    assert permit["to"] == "https://slt.example/stagepost"
    assert permit["facts"]["service_name"] == "Speech and Language Therapy"
    assert permit["facts"]["event"]["id"] == event_id
    assert permit["facts"]["event"]["data"]["case_id"] == family.case_id
    assert "Maja" not in str(permit)


@pytest.mark.owasp("API6")
async def test_what_was_withdrawn_is_not_sent(town: Town, notifier: Notifier):
    family = await agreed(town.school)
    event_id = await a_request(town, family)
    assert (await notifier.asks(event_id)).status_code == 200

    await family.withdraw(town.school, family.learner)

    assert refused(await notifier.asks(event_id)) == "withdrawn"
    await family.agree(town.school)
    assert refused(await notifier.asks(event_id)) == "withdrawn", "the request itself was taken back with it"


async def test_the_service_still_hears_that_it_was_withdrawn(town: Town, notifier: Notifier):
    family = await agreed(town.school)
    await a_request(town, family)
    await family.withdraw(town.school, family.learner)
    ended = await event_of(town, family, "AssistanceWithdrawn")

    assert ("service:slt", "B") in await notifier.hears(ended["event_id"])
    assert (await notifier.asks(ended["event_id"], template="assistance_withdrawn")).status_code == 200


async def test_a_carer_who_may_no_longer_be_contacted_is_not_written_to(town: Town, notifier: Notifier):
    family = await agreed(town.school)
    await prefer(town, family, family.anna)
    event_id = await a_request(town, family)
    to_anna = {"recipient": family.anna, "channel": "email", "template": "assistance_requested_family"}
    assert (await notifier.asks(event_id, **to_anna)).json()["to"] == "anna@canary.example"

    linked = await linked_as(town, family, family.anna)
    await correct(town, family, linked, may_contact=False, restriction_reason="A court order of 3 May.")

    assert refused(await notifier.asks(event_id, **to_anna)) == "restricted"
    assert family.anna not in {recipient for recipient, _ in await notifier.hears(event_id)}


async def test_a_channel_without_an_address_is_no_channel(town: Town, notifier: Notifier):
    family = await agreed(town.school)
    await prefer(town, family, family.anna)
    event_id = await a_request(town, family)

    for recipient, channel in [(family.piotr, "email"), (family.anna, "sms"), ("service:slt", "email")]:
        answer = await notifier.asks(event_id, recipient=recipient, channel=channel)
        assert refused(answer) == "no_address"


@pytest.mark.owasp("API1")
async def test_who_is_no_recipient_gets_nothing(town: Town, notifier: Notifier):
    family, other = await agreed(town.school), await register(town.school)
    event_id = await a_request(town, family)

    for stranger in ("service:camhs", "staff:hay", other.anna, str(uuid4()), "carer"):
        assert refused(await notifier.asks(event_id, recipient=stranger)) == "restricted"


async def test_what_was_corrected_away_is_not_told(town: Town, notifier: Notifier):
    family = await register(town.school)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    raised = await event_of(town, family, "ConcernRaised")
    await correct(town, family, raised)

    assert refused(await notifier.asks(raised["event_id"], recipient="staff:hay", channel="email")) == "superseded"


async def test_an_event_that_is_not_there_has_no_permit(town: Town, notifier: Notifier):
    assert (await notifier.asks(str(uuid4()))).status_code == 404
    assert (await notifier.door.get(f"/v1/events/{uuid4()}/recipients")).status_code == 404


@pytest.mark.owasp("API5")
async def test_only_the_notifier_asks(town: Town, notifier: Notifier):
    family = await agreed(town.school)
    event_id = await a_request(town, family)
    for role in ("pupil_support", "auditor", "authority_admin", "agency"):
        door = town.door(role, services=["slt"])
        assert (await Notifier(door).asks(event_id)).status_code == 403
        assert (await door.get(f"/v1/events/{event_id}/recipients")).status_code == 403


@pytest.mark.owasp("API6")
async def test_no_permit_is_given_once_a_withdrawal_was_answered(town: Town, notifier: Notifier):
    dice = random.Random(19)
    given = withheld = 0
    family = await agreed(town.school)
    for number in range(ROUNDS):
        if number and number % 20 == 0:
            family = await agreed(town.school)
        await family.agree(town.school, family.anna)
        event_id = await a_request(town, family)
        writer = town.school.at((town.one, town.other)[number % 2])
        before, after = await race(notifier, family, writer, event_id, dice.uniform(0, 0.01))
        assert {answer.status_code for answer in before} <= {200, 409}
        assert [refused(answer) for answer in after] == ["withdrawn"] * len(after)
        given += sum(answer.status_code == 200 for answer in before)
        withheld += len(after)
    assert given > 0
    assert withheld >= ROUNDS


async def race(
    notifier: Notifier, family: Family, writer: Door, event_id: str, pause: float
) -> tuple[list[httpx.Response], list[httpx.Response]]:
    """Ask again and again while somebody withdraws: what was asked before that was answered, and after."""

    async def withdraw() -> None:
        await asyncio.sleep(pause)
        assert (await family.withdraw(writer, family.anna)).status_code == 201

    withdrawing = asyncio.create_task(withdraw())
    before: list[httpx.Response] = []
    after: list[httpx.Response] = []
    while not after:
        answered = withdrawing.done()
        (after if answered else before).append(await notifier.asks(event_id))
    await withdrawing
    return before, after


async def prefer(town: Town, family: Family, person: str) -> None:
    """They are reached by e-mail."""
    body = {"person_id": person, "channels": [{"channel": "email", "address": "anna@canary.example"}]}
    await town.school.done(f"{family.path}/contact-preferences", body, headers={"If-Match": "*"})


async def linked_as(town: Town, family: Family, person: str) -> dict[str, Any]:
    """The event by which a carer came onto the record."""
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    linked = [item for item in items if item["type"] == "CarerLinked.v1"]
    found: dict[str, Any] = next(item for item in linked if item["data"]["person_id"] == person)
    return found
