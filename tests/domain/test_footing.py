"""On what a message stood is on record with it: a public task, or agreements that held when it was sent (R79, R92)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from case_api.domain.decisions.told import RecordDisclosure, TellByHand
from case_api.domain.event import Event
from case_api.domain.facts.requests import FurtherInformationSupplied
from case_api.domain.facts.told import DisclosureMade
from case_api.domain.words import LawfulBasis
from tests.domain.dsl import Facts, a, given, on
from tests.domain.running import NOON, event_id
from tests.domain.situations import (
    ANNA,
    APPLIED,
    FAMILY,
    NEED_ASSESSED,
    OPEN_INVOLVEMENT,
    REQUEST,
    REQUESTED,
    agreement,
    the,
    withdrew,
)

TASK, AGREED = LawfulBasis(art6="public_task"), LawfulBasis(art6="consent")
SUPPLIED = FurtherInformationSupplied(request_id=REQUEST, service="slt", items=("At home, Polish.",))
PLACE = event_id(len(OPEN_INVOLVEMENT) + 1)
WITHDRAWN_AT = datetime(2025, 11, 12, 9, tzinfo=UTC)


def report(recipient: str, about: Any = PLACE, outcome: str = "sent", **more: Any) -> RecordDisclosure:
    said = {"message_id": the("message"), "event_id": about, "recipient": recipient, "channel": "webhook"}
    return RecordDisclosure(**said, template="information-supplied", outcome=outcome, **more)


def test_a_family_is_told_as_a_public_task():
    facts = (*FAMILY, NEED_ASSESSED, APPLIED)
    given(*facts).when(report(str(ANNA), event_id(len(facts)))).then(
        a(DisclosureMade, lawful_basis=TASK, categories=(), agreement_refs=())
    )


def test_what_a_service_is_sent_stands_on_the_agreements_that_hold():
    decision = given(*OPEN_INVOLVEMENT, SUPPLIED).when(report("service:slt")).decision
    [made] = decision.events
    assert isinstance(made, DisclosureMade)
    assert (made.lawful_basis, set(made.categories)) == (AGREED, set(REQUESTED.categories))
    assert agreement(ANNA) in {ref.id for ref in made.agreement_refs}
    assert len(made.agreement_refs) == 3


@pytest.mark.parametrize(
    ("sent", "basis"), [(WITHDRAWN_AT.replace(hour=8), AGREED), (WITHDRAWN_AT, None), (NOON, None)]
)
def test_no_message_claims_an_agreement_that_did_not_hold_when_it_was_sent(sent: datetime, basis: LawfulBasis | None):
    gone: Facts = on("2025-11-12T09:00:00+00:00", withdrew(ANNA, WITHDRAWN_AT))
    given(*OPEN_INVOLVEMENT, SUPPLIED, gone).when(report("service:slt", at=sent)).then(
        a(DisclosureMade, lawful_basis=basis)
    )


@pytest.mark.parametrize("outcome", ["suppressed", "unreachable", "failed"])
def test_what_reached_nobody_stood_on_nothing(outcome: str):
    given(*OPEN_INVOLVEMENT, SUPPLIED).when(report("service:slt", outcome=outcome)).then(
        a(DisclosureMade, lawful_basis=None, agreement_refs=())
    )


def test_whoever_tells_by_hand_says_on_what_it_stood_and_what_was_handed_over():
    facts: tuple[Event, ...] = (*FAMILY, NEED_ASSESSED)
    basis, hashed = LawfulBasis(art6="public_task", art9="substantial_public_interest"), "0" * 64
    told = TellByHand(event_id=event_id(4), recipient=str(ANNA), channel="letter")
    given(*facts).when(told).then(a(DisclosureMade, lawful_basis=None, content_hash=None))
    more = {"lawful_basis": basis, "categories": ("wellbeing_summary",), "content_hash": hashed}
    given(*facts).when(told.model_copy(update=more)).then(a(DisclosureMade, **more))
