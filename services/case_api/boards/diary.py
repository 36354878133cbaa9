"""What time will bring to each case: the clerk's diary (D15)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.boards.selection import EVERYTHING, Selection
from case_api.domain.questions.diary import diary
from case_api.domain.questions.watches import Answers, unsupported_concerns

ORDER = ("day", "case_id", "what", "ref")
"""In the order of the days."""


class DiaryRow(Row, frozen=True, gc=False):
    """Something that is to be recorded once its day has come; by which policy that was worked out."""

    day: date
    what: str
    ref: UUID
    """What it is about; the case itself where that is all."""
    policy: str


def diary_rows(folded: FoldedCase) -> Iterator[DiaryRow]:
    """A row for each entry, and one for a day that never comes: by it a case is found when the policy changes."""
    case, policy = folded.case, folded.policy
    if case.people.learner is None:
        return
    answers: Answers = {unsupported_concerns: folded.answer(unsupported_concerns)}
    for entry in diary(case, folded.told, policy, answers):
        yield DiaryRow(case.id, entry.day, entry.what, entry.ref or case.id, policy.ref)
    yield DiaryRow(case.id, date.max, "never", case.id, policy.ref)


def due_by(day: date) -> Selection:
    """The entries whose day is *day* or lies before it."""
    return EVERYTHING.upto(day=day)


def under_other(policy: str) -> Selection:
    """The entries that were worked out by another policy than the one in force."""
    return EVERYTHING.other(policy=policy)


DIARY = Board(
    "diary",
    DiaryRow,
    key=("case_id", "day", "what", "ref"),
    rows=diary_rows,
    of=(
        "people",
        "agreements",
        "concerns",
        "coordination",
        "involvement",
        "plans",
        "postcards",
        "recommendations",
        "requests",
        "reviews",
        "stages",
        "supports",
        "told",
        "watches",
    ),
    rests_on=("people",),
    indexes=(("day",),),
)
