"""Whom no channel could reach: tasks for staff, until somebody has told them by hand (ADR 0008)."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.domain.words import start_of


class ContactTaskRow(Row, frozen=True, gc=False):
    """One message that reached nobody."""

    message_id: UUID
    about: UUID
    recipient: str
    template: str
    channel: str
    reason: str | None
    since: datetime


def contact_task_rows(folded: FoldedCase) -> Iterator[ContactTaskRow]:
    """A row for each person who is still to be told, and whom the school may contact."""
    barred = {str(one.person_id) for one in folded.case.people.carers.values() if not one.may_contact}
    for one in folded.told.still_to_tell():
        if one.made.to in barred:
            continue
        yield ContactTaskRow(
            case_id=folded.case.id,
            message_id=one.made.message_id,
            about=one.made.about,
            recipient=one.made.to,
            template=one.made.template,
            channel=one.made.channel,
            reason=one.made.reason,
            since=start_of(one.at, folded.policy.tz),
        )


CONTACT_TASKS = Board(
    "contact_tasks",
    ContactTaskRow,
    key=("case_id", "message_id"),
    rows=contact_task_rows,
    of=("people", "told"),
    rests_on=("told",),
)
