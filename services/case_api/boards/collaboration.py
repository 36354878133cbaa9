"""What can be counted of how people work together: one small row for each occasion, for reports over many learners.

A row says what it was, when, where, whether it went as it should, and how many school days it took (R88-R99).
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain, pairwise
from typing import Literal

from msgspec.structs import replace

from case_api.boards.board import Board, FoldedCase, Row
from case_api.boards.selection import EVERYTHING, Selection
from case_api.domain.facts.postcards import Thread
from case_api.domain.words import day_of

What = Literal[
    "learner", "from_home", "from_school", "thread", "decision", "pack", "recommendation", "note", "staff_told", "wait"
]


class OccasionRow(Row, frozen=True, gc=False):
    """One occasion. For `learner` it is a spell in a setting, up to `until`."""

    number: int
    what: str
    day: date
    until: date
    setting: str
    good: int
    days: int | None
    staff: str | None


def occasion_rows(folded: FoldedCase) -> Iterator[OccasionRow]:
    """A row for each, numbered in a fixed order; none for a learner who cannot be read."""
    if folded.case.people.learner is None:
        return
    found = chain(_spells(folded), _messages(folded), _decisions(folded), _work(folded), _told(folded))
    for number, row in enumerate(found):
        yield replace(row, number=number) if number else row


def within(first: date, last: date, setting: str | None = None) -> Selection:
    """The occasions from *first* to *last*, and the spells that touch those days."""
    return EVERYTHING.upto(day=last).and_where("until>=?", first).having(setting=setting)


def _row(
    folded: FoldedCase,
    what: What,
    day: date,
    *,
    good: bool = True,
    days: int | None = None,
    staff: str | None = None,
    until: date | None = None,
) -> OccasionRow:
    setting = folded.case.setting_on(day) or ""
    return OccasionRow(folded.case.id, 0, what, day, until or day, setting, int(good), days, staff)


def _between(folded: FoldedCase, first: date, last: date) -> int:
    """School days: nobody answers on the others."""
    return folded.policy.calendar.school_days(first, last)


def _spells(folded: FoldedCase) -> Iterator[OccasionRow]:
    registered = day_of(folded.case.people.registered_at or date.min, folded.policy.tz)
    moves = (one.from_day for one in folded.case.placements.placed if one.from_day > registered)
    for begin, end in pairwise(sorted({registered, *moves, date.max})):
        yield _row(folded, "learner", begin, until=end)


def _messages(folded: FoldedCase) -> Iterator[OccasionRow]:
    """What went between home and school, and how each postcard was answered (R62-R65)."""
    zone = folded.policy.tz
    for thread in folded.case.postcards.threads.values():
        yield _message(folded, thread.sent_by, day_of(thread.at, zone))
        yield from (_message(folded, one.side, day_of(one.at, zone)) for one in thread.replies)
        yield _thread(folded, thread)


def _message(folded: FoldedCase, side: str, day: date) -> OccasionRow:
    return _row(folded, "from_home" if side == "home" else "from_school", day)


def _thread(folded: FoldedCase, thread: Thread) -> OccasionRow:
    sent = day_of(thread.at, folded.policy.tz)
    days = _between(folded, sent, day_of(thread.replies[0].at, folded.policy.tz)) if thread.replies else None
    return _row(folded, "thread", sent, good=bool(thread.replies), days=days)


def _decisions(folded: FoldedCase) -> Iterator[OccasionRow]:
    """Whether each decision carries the learner's own views (R19)."""
    case = folded.case
    learner = case.people.learner
    made = chain(
        ((one.since, one.views_refs) for one in case.stages.entries),
        ((one.held_on, one.views_refs) for one in case.reviews.held),
        ((one.agreed_on, one.views_refs) for plan in case.plans.by_id.values() for one in plan.versions),
    )
    for day, refs in made:
        heard = learner is not None and learner.person_id in case.assessments.parties_of(refs)
        yield _row(folded, "decision", day, good=heard)


def _work(folded: FoldedCase) -> Iterator[OccasionRow]:
    """Packs, advice and waiting (R59, R72, R93, R95)."""
    case, zone = folded.case, folded.policy.tz
    for meeting in case.meetings.by_id.values():
        for pack in meeting.packs:
            yield _row(folded, "pack", day_of(pack.sent_at, zone), good=pack.late_reason is None)
    for held in (holder for one in case.recommendations.by_id.values() for holder in one.holders.values()):
        shared, read = day_of(held.shared_at, zone), held.acknowledged_at
        days = _between(folded, shared, day_of(read, zone)) if read else None
        yield _row(folded, "recommendation", shared, good=read is not None, days=days, staff=held.staff)
    for request in case.requests.by_id.values():
        if request.accepted_on:
            accepted, asked = day_of(request.accepted_on, zone), day_of(request.asked_at, zone)
            yield _row(folded, "wait", accepted, days=_between(folded, asked, accepted))


def _told(folded: FoldedCase) -> Iterator[OccasionRow]:
    """Notes to the family, and whether in their language (R49); which staff heard of something (R95)."""
    preferences = {str(person): one for person, one in folded.case.people.preferences.items()}
    for line in folded.told.by_message.values():
        kind, _, staff = line.made.to.partition(":")
        day, wanted = day_of(line.at, folded.policy.tz), preferences.get(line.made.to)
        if line.made.delivery != "sent":
            continue
        if kind == "staff":
            yield _row(folded, "staff_told", day, staff=staff)
        elif wanted and line.made.language:
            yield _row(folded, "note", day, good=line.made.language == wanted.language)


COLLABORATION = Board(
    "collaboration",
    OccasionRow,
    key=("case_id", "number"),
    rows=occasion_rows,
    of=(
        "people",
        "placements",
        "assessments",
        "meetings",
        "plans",
        "postcards",
        "recommendations",
        "requests",
        "reviews",
        "stages",
        "told",
    ),
    rests_on=("people",),
    indexes=(("setting", "day"),),
)
