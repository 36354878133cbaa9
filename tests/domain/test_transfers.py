"""A record passed on within the authority: to somebody who is there, whole, and confirmed by them alone (I33)."""

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from case_api.domain.command import Command
from case_api.domain.decisions.records import CorrectRecord
from case_api.domain.decisions.transfers import ReceiveRecord, TransferRecord
from case_api.domain.event import Unreadable
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.transfers import RecordReceived, RecordTransferred
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.record_content import content_of
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.questions.transferring import (
    ContentDiffers,
    NotTheReceiver,
    ReceiverNotThere,
    TransferReplaced,
)
from tests.domain.dsl import a, given
from tests.domain.running import POLICY, Running, event_id, new
from tests.domain.situations import ANNA, BARRED, DIRECTORY, FAMILY, TIMETABLE, TOM, TRIED_AND_OBSERVED, the

ACADEMY = "burnside-academy"
ARRIVES = date(2026, 8, 18)
MOVE = TransferRecord(to_setting=ACADEMY, to_staff="lennox", from_day=ARRIVES)


def staff(name: str, setting: str = ACADEMY, **more) -> StaffAssigned:
    return StaffAssigned(staff=name, setting=setting, role="pupil_support", from_day=date(2025, 8, 18), **more)


SCHOOLS = replace(DIRECTORY, staff=(staff("lennox"), staff("ure"), staff("hay", "burnside-primary")))


class Moving(Running):
    """A record under way between two schools."""

    def __init__(self) -> None:
        super().__init__(SCHOOLS)
        self.record([*FAMILY, NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))], date(2025, 8, 19))

    def does(self, command: Command, *about, **who):
        """What the command comes to, recorded; it must not be refused."""
        decision = self.ask(command, *about, **who)
        assert not decision.refusals
        return decision.events


def confirmed(sent: RecordTransferred, **other) -> ReceiveRecord:
    return ReceiveRecord(**{"content_hash": sent.content_hash} | other)


def test_a_record_goes_as_it_is_known_now_with_the_hash_of_its_text():
    moving = Moving()
    content = content_of(moving.history, 4)
    [sent] = moving.does(MOVE)
    expected = {"transfer_id": new(1), "events": 4, "upto": 4, "content_hash": content.hash, "to_staff": "lennox"}
    assert a(RecordTransferred, **expected).fits(sent)
    assert content.hash == sha256(content.text.encode()).hexdigest()
    assert [entry["type"] for entry in json.loads(content.text)["events"]] == [
        "LearnerRegistered.v1",
        "CarerLinked.v1",
        "CarerLinked.v1",
        "NamedPersonAssigned.v1",
    ]


def test_what_happens_afterwards_does_not_change_what_was_sent():
    moving = Moving()
    [sent] = moving.does(MOVE)
    moving.record(TRIED_AND_OBSERVED, date(2025, 11, 1))
    assert content_of(moving.history, sent.upto).hash == sent.content_hash
    assert content_of(moving.history, sent.upto + 1).hash != sent.content_hash


def test_a_corrected_fact_is_passed_on_with_its_correction_beside_it():
    moving = Moving()
    moving.record(TRIED_AND_OBSERVED, date(2025, 11, 1))
    wrong = next(one for one in moving.history if one.name == "UniversalSupportApplied.v1")
    moving.does(CorrectRecord(supersedes=wrong.event_id, reason="The date was wrong.", replacement=None))
    told = json.loads(content_of(moving.history, 8).text)["events"]
    assert [one["type"] for one in told[-4:]][::3] == ["NeedsAssessed.v1", "RecordCorrected.v1"]
    assert str(TIMETABLE) in json.dumps(told)


def test_what_is_labelled_protection_is_not_passed_on():
    moving = Moving()
    last = moving.history[-1]
    assert last.envelope is not None
    labelled = last.but(envelope=last.envelope.but(sensitivity="protection"))
    content = content_of([*moving.history[:-1], labelled], 4)
    assert content.events == 3
    assert str(last.event_id) not in content.text


def test_what_was_erased_shows_as_erased():
    moving = Moving()
    erased = moving.history[1].but(fact=Unreadable(why="erased", stored_name="CarerLinked.v1"), envelope=None)
    entry = json.loads(content_of([moving.history[0], erased], 2).text)["events"][1]
    assert entry["unreadable"] == "erased"
    assert "data" not in entry


@pytest.mark.parametrize(
    "command",
    [
        MOVE.model_copy(update={"to_staff": "nobody"}),
        MOVE.model_copy(update={"to_setting": "burnside-primary"}),
        MOVE.model_copy(update={"to_staff": "gone"}),
    ],
    ids=["unknown", "elsewhere", "left"],
)
def test_a_record_goes_to_somebody_who_works_in_that_setting(command):
    schools = replace(SCHOOLS, staff=(*SCHOOLS.staff, staff("gone", until=date(2025, 11, 14))))
    asked = given(FAMILY).by(authority=schools).when(command)
    asked.then_refused(ReceiverNotThere, missing=[("not_in_setting", command.to_staff)], pointer="/to_staff")
    given(FAMILY).by(authority=schools).when(MOVE).then(RecordTransferred)


def test_somebody_who_begins_there_later_may_receive_it_now():
    begins = StaffAssigned(staff="new", setting=ACADEMY, role="teacher", from_day=ARRIVES)
    schools = replace(SCHOOLS, staff=(begins,))
    given(FAMILY).by(authority=schools).when(MOVE.model_copy(update={"to_staff": "new"})).then(RecordTransferred)


def test_whom_it_was_sent_to_confirms_that_it_arrived_whole():
    moving = Moving()
    [sent] = moving.does(MOVE)
    [received] = moving.does(confirmed(sent), sent.transfer_id, by="lennox")
    assert received == RecordReceived(
        transfer_id=sent.transfer_id, received_by="lennox", content_hash=sent.content_hash
    )
    assert moving.case.transfers.by_id[sent.transfer_id].state == "received"


def test_nobody_else_confirms_it():
    moving = Moving()
    [sent] = moving.does(MOVE)
    for other in ("hay", "ure"):
        refused = moving.decide(confirmed(sent), sent.transfer_id, by=other)
        assert [type(one) for one in refused.refusals] == [NotTheReceiver]
    given(FAMILY, sent).by("ure").when(confirmed(sent), sent.transfer_id).then_refused(NotTheReceiver)


def test_a_record_that_arrived_otherwise_than_it_was_sent_is_not_received():
    moving = Moving()
    [sent] = moving.does(MOVE)
    broken = confirmed(sent, content_hash="0" * 64)
    asked = given(FAMILY, sent).by("lennox").when(broken, sent.transfer_id)
    asked.then_refused(ContentDiffers, pointer="/content_hash")
    assert ContentDiffers.rule_id == "I33"


def test_confirming_it_twice_is_nothing_to_do_but_another_hash_is_refused_still():
    moving = Moving()
    [sent] = moving.does(MOVE)
    moving.does(confirmed(sent), sent.transfer_id, by="lennox")
    assert moving.does(confirmed(sent), sent.transfer_id, by="lennox") == ()
    again = moving.decide(confirmed(sent, content_hash="0" * 64), sent.transfer_id, by="lennox")
    assert [type(one) for one in again.refusals] == [ContentDiffers]


def test_a_transfer_that_is_not_on_the_case_cannot_be_confirmed():
    given(FAMILY).when(ReceiveRecord(content_hash="0" * 64), the("transfer")).then_refused(NotOnThisCase)


def test_sending_the_same_again_to_the_same_person_is_nothing_to_do():
    moving = Moving()
    [sent] = moving.does(MOVE)
    assert moving.does(MOVE) == ()
    moving.does(confirmed(sent), sent.transfer_id, by="lennox")
    assert moving.does(MOVE) == ()


def test_another_day_for_the_same_person_replaces_the_transfer_that_is_open():
    moving = Moving()
    [first] = moving.does(MOVE)
    later = MOVE.model_copy(update={"from_day": date(2026, 9, 1)})
    [second] = moving.does(later)
    assert second.from_day == date(2026, 9, 1)
    assert [one.state for one in moving.case.transfers.by_id.values()] == ["replaced", "sent"]
    assert moving.does(later) == ()
    refused = moving.decide(confirmed(first), first.transfer_id, by="lennox")
    assert [type(one) for one in refused.refusals] == [TransferReplaced]


def test_once_there_is_more_to_tell_the_newer_transfer_is_the_one_to_confirm():
    moving = Moving()
    [first] = moving.does(MOVE)
    moving.record(TRIED_AND_OBSERVED, date(2025, 11, 1))
    [second] = moving.does(MOVE)
    assert (second.upto, second.events) == (8, 8)
    given(FAMILY, first, second).by("lennox").when(confirmed(first), first.transfer_id).then_refused(TransferReplaced)
    given(FAMILY, first, second).by("lennox").when(confirmed(second), second.transfer_id).then(RecordReceived)


def test_a_record_sent_to_another_is_no_longer_the_first_ones_to_confirm():
    moving = Moving()
    [first] = moving.does(MOVE)
    [second] = moving.does(MOVE.model_copy(update={"to_staff": "ure"}))
    assert moving.decide(confirmed(first), first.transfer_id, by="lennox").refusals
    assert moving.decide(confirmed(second), second.transfer_id, by="ure").events


def test_a_received_transfer_stays_received_when_the_record_goes_on():
    moving = Moving()
    [first] = moving.does(MOVE)
    moving.does(confirmed(first), first.transfer_id, by="lennox")
    moving.does(MOVE.model_copy(update={"to_staff": "ure"}))
    assert [one.state for one in moving.case.transfers.by_id.values()] == ["received", "sent"]


def test_the_named_person_stays_until_somebody_else_is_assigned():
    moving = Moving()
    [sent] = moving.does(MOVE)
    before = moving.case.coordination
    moving.does(confirmed(sent), sent.transfer_id, by="lennox")
    assert moving.case.coordination == before
    assert moving.case.people == Moving().case.people


def test_a_transfer_is_not_corrected_but_made_anew():
    moving = Moving()
    moving.does(MOVE)
    assert moving.decide(CorrectRecord(supersedes=event_id(5), reason="Wrong school.")).refusals


def test_the_receiver_and_the_family_hear_of_it_and_who_may_not_be_contacted_does_not():
    moving = Moving()
    moving.record([BARRED], date(2025, 8, 20))
    moving.does(MOVE)
    heard = recipients(moving.case, moving.history[-1], POLICY, SCHOOLS, moving.now.date())
    assert [(one.recipient, one.role) for one in heard] == [
        ("staff:lennox", "receiver"),
        (str(ANNA), "carer"),
        (str(TOM), "carer"),
    ]
