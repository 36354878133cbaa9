"""The ledger of who was told: one line for each message, and what is left for a person to do (R92)."""

from typing import Any

from case_api.domain.decisions.told import RecordDisclosure, TellByHand
from case_api.domain.facts.told import DisclosureMade
from case_api.domain.questions.references import NotOnThisCase
from tests.domain.dsl import a, given
from tests.domain.running import event_id, new, told_after
from tests.domain.situations import ANNA, FAMILY, NEED_ASSESSED, the

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


def test_whoever_could_not_be_reached_is_a_task_until_somebody_tells_them():
    unreachable = made("unreachable")
    assert [one.made for one in told_after([unreachable]).still_to_tell()] == [unreachable]
    by_hand = made(message_id=the("call"), channel="call", by_hand="okafor")
    assert told_after([unreachable, by_hand]).still_to_tell() == ()


def test_telling_one_person_is_not_telling_another():
    other = made(message_id=the("call"), to=str(the("tom")))
    assert len(told_after([made("unreachable"), other]).still_to_tell()) == 1
