"""The caseload: where each learner stands, and what is open (R17, R39)."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from case_api.boards.board import Board, FoldedCase, Row
from case_api.boards.selection import EVERYTHING, LIVE, Selection
from case_api.domain.case import Case
from case_api.domain.questions.request_state import open_requests
from case_api.domain.words import day_of

BEGUN: Final = ("active", "on_hold")
"""States of a request on which a service works, or did."""


class StageRow(Row, frozen=True, gc=False):
    """One learner, as shown from one day up to another: an assignment or a move may be known beforehand."""

    shown_from: date
    shown_until: date
    setting: str
    stage: str
    since: date
    next_review_on: date | None
    named_person: str | None
    lead_professional: str | None
    named_in: str | None
    """The setting in which the learner was when the named person began; elsewhere they see the case no longer."""
    lead_in: str | None
    """The same of the lead professional."""
    open_concerns: int
    open_requests: int
    waiting_requests: int
    """On which no service has begun to work."""
    waiting_since: date | None
    """The day on which the first of them was made."""
    open_watches: int


def stage_rows(folded: FoldedCase) -> Iterator[StageRow]:
    """A row for each spell between two assignments or moves; none for a learner who cannot be read."""
    case = folded.case
    if case.people.learner is None:
        return
    stage, since = _stage(folded)
    requests = [*open_requests(case)]
    waits = [day_of(request.asked_at, folded.policy.tz) for request, state in requests if state not in BEGUN]
    for shown_from, shown_until in _spells(case):
        named, lead = case.coordination.named_on(shown_from), case.coordination.lead_professional_on(shown_from)
        yield StageRow(
            case_id=case.id,
            shown_from=shown_from,
            shown_until=shown_until,
            setting=case.setting_on(shown_from) or case.people.learner.setting,
            stage=stage,
            since=since,
            next_review_on=case.reviews.next_on(date.max),
            named_person=named.staff if named else None,
            lead_professional=lead.staff if lead else None,
            named_in=case.setting_on(named.from_day) if named else None,
            lead_in=case.setting_on(lead.from_day) if lead else None,
            open_concerns=[concern.closed_at for concern in case.concerns.by_id.values()].count(None),
            open_requests=len(requests),
            waiting_requests=len(waits),
            waiting_since=min(waits, default=None),
            open_watches=len(case.watches.open),
        )


def _stage(folded: FoldedCase) -> tuple[str, date]:
    entry = folded.case.stages.on(date.max)
    if entry is not None:
        return entry.stage, entry.since
    registered = folded.case.people.registered_at or date.min
    return folded.policy.first_stage.code, day_of(registered, folded.policy.tz)


def _spells(case: Case) -> Iterator[tuple[date, date]]:
    assigned = [one.from_day for one in (*case.coordination.named_persons, *case.coordination.leads)]
    moved = [one.from_day for one in case.placements.placed]
    yield from pairwise(sorted({date.min, date.max, *assigned, *moved}))


STAGES = Board(
    "stages",
    StageRow,
    key=("case_id", "shown_from"),
    rows=stage_rows,
    of=("people", "placements", "coordination", "concerns", "stages", "reviews", "requests", "involvement", "watches"),
    rests_on=("people",),
    indexes=(("stage",), ("setting", "stage")),
)


def in_setting(wanted: Selection, setting: str | None, today: date) -> Selection:
    """Of the rows *wanted* of any board, those of learners who are in a setting *today*; all if none is named."""
    if setting is None:
        return wanted
    shown = f"{LIVE} AND setting=? AND shown_from<=? AND shown_until>?"
    there = f"case_id IN (SELECT case_id FROM {STAGES.table} WHERE {shown})"  # noqa: S608 (names are ours)
    return wanted.and_where(there, setting, today, today)


def caseload_on(today: date, **having: object) -> Selection:
    """The rows of the stage board that show *today*."""
    return EVERYTHING.upto(shown_from=today).beyond(shown_until=today).having(**having)
