"""The ledger of who was told: one line for each message, and what is left for a person to do (R92)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from case_api.domain.decisions.told import RecordDisclosure, TellByHand
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, Withheld, WithholdingLifted
from case_api.domain.questions.inviting import MayNotBeContacted
from case_api.domain.questions.references import NotOnThisCase, ReferenceUnknown
from case_api.domain.questions.shielding import StillWithheld
from case_api.domain.questions.telling import NotTheirsToTell
from tests.domain.dsl import a, given
from tests.domain.running import event_id, new, told_after
from tests.domain.situations import (
    ANNA,
    BARRED,
    CONCERN,
    DEAN,
    DIRECTORY,
    FAMILY,
    MAJA,
    MOTHER,
    NEED_ASSESSED,
    REGISTERED,
    TOM,
    the,
)

REPORT = RecordDisclosure(
    message_id=the("message"),
    event_id=event_id(4),
    recipient=str(ANNA),
    channel="sms",
    template="support",
    outcome="sent",
)


def made(delivery: str = "sent", **more: Any) -> DisclosureMade:
    said = {
        "message_id": the("message"),
        "about": event_id(4),
        "to": str(ANNA),
        "channel": "sms",
        "template": "support",
    }
    return DisclosureMade(**said | {"delivery": delivery} | more)


def test_a_message_that_was_sent_is_in_the_ledger():
    given(*FAMILY, NEED_ASSESSED).when(REPORT).then(made())


def test_the_same_outcome_is_reported_once():
    given(*FAMILY, NEED_ASSESSED, made()).when(REPORT).then_nothing()
    given(*FAMILY, NEED_ASSESSED, made("in_doubt")).when(REPORT).then(made())


def test_a_member_of_staff_tells_somebody_by_telephone():
    command = TellByHand(event_id=event_id(4), recipient=str(ANNA), channel="call")
    given(*FAMILY, NEED_ASSESSED).by("okafor").when(command).then(
        a(DisclosureMade, message_id=new(1), channel="call", by_hand="okafor", delivery="sent")
    )


def test_nobody_is_told_by_hand_of_an_event_of_another_case():
    given(*FAMILY).when(REPORT).then_refused(NotOnThisCase)
    given(*FAMILY).when(TellByHand(event_id=event_id(9), recipient=str(ANNA), channel="call")).then_refused(
        NotOnThisCase
    )


def by_hand(recipient: object) -> TellByHand:
    return TellByHand(event_id=event_id(4), recipient=str(recipient), channel="call")


def withheld(**more: Any) -> DisclosureWithheld:
    said = {"person_id": ANNA, "extent": "everything", "reason": "It may raise risk.", "authoriser": "hay"}
    return DisclosureWithheld(withholding_id=the("withholding"), review_on=date(2025, 12, 1), **said | more)


@pytest.mark.parametrize(
    "recipient",
    [the("stranger"), str(ANNA).upper(), f"urn:uuid:{ANNA}", "anna", "service:nobody", "service:", "staff:nobody"],
)
def test_nobody_is_told_by_hand_who_is_not_of_the_case(recipient):
    given(*FAMILY, NEED_ASSESSED).when(by_hand(recipient)).then_refused(ReferenceUnknown, pointer="/recipient")


def test_a_carer_whom_the_school_may_not_contact_is_not_told_by_hand():
    told = given(REGISTERED, MOTHER, BARRED, NEED_ASSESSED).when(by_hand(DEAN))
    told.then_refused(MayNotBeContacted, missing=[("may_not_be_contacted", DEAN)], pointer="/recipient")


@pytest.mark.parametrize("recipient", [MAJA, ANNA, "service:slt", "staff:ure", "staff:hay", "staff:okafor"])
def test_family_listed_services_and_the_staff_whom_it_concerns_are_told_by_hand(recipient):
    ure = StaffAssigned(staff="ure", setting="burnside-primary", role="teacher", from_day=date(2025, 8, 18))
    concern = ConcernRaised(
        concern_id=CONCERN, raised_by=RaisedBy(kind="staff", staff="okafor"), description="Hm.", received_by="hay"
    )
    directory = replace(DIRECTORY, staff=(ure,))
    told = given(*FAMILY, NEED_ASSESSED, concern).by(authority=directory).when(by_hand(recipient))
    told.then(a(DisclosureMade, to=str(recipient)))


def test_what_is_withheld_is_not_told_by_hand_before_it_is_lifted():
    kept = given(*FAMILY, NEED_ASSESSED, withheld())
    kept.when(by_hand(ANNA)).then_refused(StillWithheld, missing=[("withheld", ANNA)])
    kept.not_shown_what_is_withheld().when(by_hand(ANNA)).then_refused(
        NotTheirsToTell, pointer="/recipient", missing=[]
    )
    kept.when(by_hand(TOM)).then(DisclosureMade)
    of_others = withheld(about=Withheld(events=(event_id(3),)))
    given(*FAMILY, NEED_ASSESSED, of_others).when(by_hand(ANNA)).then(a(DisclosureMade, withholding_id=None))
    lifted = WithholdingLifted(withholding_id=the("withholding"), reason="The risk has passed.")
    given(*FAMILY, NEED_ASSESSED, withheld(), lifted).when(by_hand(ANNA)).then(DisclosureMade)


def test_where_detail_is_withheld_the_ledger_says_by_which_decision():
    told = given(*FAMILY, NEED_ASSESSED, withheld(extent="detail")).when(by_hand(ANNA))
    told.then(a(DisclosureMade, withholding_id=the("withholding")))


def test_whoever_could_not_be_reached_is_a_task_until_somebody_tells_them():
    unreachable = made("unreachable")
    assert [one.made for one in told_after([unreachable]).still_to_tell()] == [unreachable]
    by_hand = made(message_id=the("call"), channel="call", by_hand="okafor")
    assert told_after([unreachable, by_hand]).still_to_tell() == ()


def test_telling_one_person_is_not_telling_another():
    other = made(message_id=the("call"), to=str(the("tom")))
    assert len(told_after([made("unreachable"), other]).still_to_tell()) == 1
