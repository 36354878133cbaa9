"""Who is in which class: the learners of a setting, from day to day (R27, D24)."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from case_api.boards.board import Board, FoldedCase, Row


class PlaceRow(Row, frozen=True, gc=False):
    """One learner in one class, from one day up to another."""

    shown_from: date
    shown_until: date
    setting: str
    setting_class: str


def place_rows(folded: FoldedCase) -> Iterator[PlaceRow]:
    """A row for each spell in a class; none for a learner who cannot be read."""
    case = folded.case
    if case.people.learner is None:
        return
    days = sorted({date.max, *(one.from_day for one in case.placements.placed)})
    for begin, end in pairwise(days):
        there = case.placements.on(begin)
        if there and there.setting_class:
            yield PlaceRow(case.id, begin, end, there.setting, there.setting_class)


CLASSES = Board(
    "classes",
    PlaceRow,
    key=("case_id", "shown_from"),
    rows=place_rows,
    of=("people", "placements"),
    rests_on=("placements",),
    indexes=(("setting", "setting_class"),),
)
