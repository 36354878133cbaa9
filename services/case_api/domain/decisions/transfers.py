"""Passing the record on to another setting, and confirming that it arrived whole."""

from typing import ClassVar
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.transfers import ContentHash, RecordReceived, RecordTransferred
from case_api.domain.questions.record_content import content_of
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.questions.transferring import (
    it_is_what_was_sent,
    nothing_newer_was_sent,
    the_receiver_is_there,
    they_are_the_receiver,
)
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, Day, Line


class TransferRecord(Command):
    """The record goes to the setting to which the learner moves, as it is known now."""

    needs_history: ClassVar[bool] = True
    to_setting: Code
    """The school or nursery to which the learner moves."""
    to_staff: Line
    """Who of that setting receives it, by the subject of their token."""
    from_day: Day
    """From when on the learner is there; it places nobody, which is a command of its own."""

    examples = ({"to_setting": "burnside-academy", "to_staff": "lennox", "from_day": "2026-08-18"},)


class ReceiveRecord(Command):
    """Whom the record was sent to confirms that it arrived whole."""

    content_hash: ContentHash
    """SHA-256, in hexadecimal, over the UTF-8 bytes of the transfer's `content` as it arrived."""

    examples = ({"content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},)


def transfer_record(case: Case, command: TransferRecord, at: Situation) -> Decision:
    """Within the authority. The same to the same person for the same day is nothing to do; else the later counts."""
    refused = the_receiver_is_there(command.to_setting, command.to_staff, at)
    if refused is None and _is_with_them(case, command, at):
        return decided()
    content, transfer_id = content_of(at.history, case.version), at.new_id()
    return decided(
        refused,
        then=RecordTransferred(
            transfer_id=transfer_id,
            to_setting=command.to_setting,
            to_staff=command.to_staff,
            from_day=command.from_day,
            content_hash=content.hash,
            events=content.events,
            upto=case.version,
        ),
        created=transfer_id,
    )


def _is_with_them(case: Case, command: TransferRecord, at: Situation) -> bool:
    """Whether the last transfer went to the same person for the same day, and only its receipt came after it."""
    last = case.transfers.last
    wanted = (command.to_setting, command.to_staff, command.from_day)
    if last is None or (last.sent.to_setting, last.sent.to_staff, last.sent.from_day) != wanted:
        return False
    since = (event for event in at.history if event.version > last.sent.upto)
    return all(event.fact.owner == RecordTransferred.owner for event in since)


def receive_record(case: Case, transfer_id: UUID, command: ReceiveRecord, at: Situation) -> Decision:
    """Only by the named receiver, with the hash of what was sent.

    Whoever coordinates is named until somebody else is, and sees the case until the learner is in another setting.
    """
    transfer = case.transfers.by_id.get(transfer_id)
    if transfer is None:
        return decided(NotOnThisCase())
    rules = (
        they_are_the_receiver(transfer.sent, at),
        nothing_newer_was_sent(transfer),
        it_is_what_was_sent(transfer.sent, command.content_hash),
    )
    if transfer.received and not any(rules):
        return decided()
    received = RecordReceived(transfer_id=transfer_id, received_by=at.actor.subject, content_hash=command.content_hash)
    return decided(*rules, then=received)
