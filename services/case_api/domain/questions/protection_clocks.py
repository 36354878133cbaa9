"""The time limits of child protection: how long each is, and whether it was kept (R80)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from case_api.domain.facts.meetings import Meeting
from case_api.domain.matter import Matter
from case_api.domain.policy import Policy
from case_api.domain.words import day_of

CPPM, PACK, CORE_GROUP = "cppm", "cppm_pack", "core_group"


@dataclass(frozen=True, slots=True)
class TimeKept:
    """One time limit: the last day on which it is kept, and the day on which what it asks for was done."""

    clock: str
    began_on: date | None
    due: date
    done_on: date | None

    def kept_as_of(self, day: date) -> bool | None:
        """Whether it was kept; None while it may still be."""
        if self.done_on is not None:
            return self.done_on <= self.due
        return None if day <= self.due else False


def clocks_of(matter: Matter, policy: Policy, day: date) -> Iterator[TimeKept]:
    """What runs or ran by the end of *day*: the planning meeting from the concern, its pack, the core group from it."""
    began = matter.protection.since
    first = _first(matter, CPPM, policy, day)
    if began is not None and (due := policy.due(CPPM, day_of(began, policy.tz))):
        yield TimeKept(CPPM, day_of(began, policy.tz), due, first.held.held_on if first and first.held else None)
    if first and (before := _last_day_before(policy, day_of(first.called.at, policy.tz))):
        yield TimeKept(PACK, None, before, _packed_on(first, policy, day))
    if first and first.held and (due := policy.due(CORE_GROUP, first.held.held_on)):
        group = _first(matter, CORE_GROUP, policy, day)
        yield TimeKept(CORE_GROUP, first.held.held_on, due, group.held.held_on if group and group.held else None)


def _first(matter: Matter, kind: str, policy: Policy, day: date) -> Meeting | None:
    """The first meeting of a kind that was held by *day*; else the first that was called by then."""
    called = [
        one
        for one in matter.meetings.by_id.values()
        if one.called.kind == kind and day_of(one.called_at, policy.tz) <= day
    ]
    held = [one for one in called if one.held and one.held.held_on <= day]
    return min(held, key=_held_on) if held else min(called, key=lambda one: one.called.at, default=None)


def _held_on(meeting: Meeting) -> date:
    return meeting.held.held_on if meeting.held else date.max


def _last_day_before(policy: Policy, met_on: date) -> date | None:
    """The last day on which the pack goes out in time for a meeting: so long before it as the policy says."""
    day = met_on
    while (reached := policy.due(PACK, day)) and reached > met_on:
        day -= timedelta(days=1)
    return day if reached else None


def _packed_on(meeting: Meeting, policy: Policy, day: date) -> date | None:
    """The day by which everybody who was invited had a pack."""
    sent = [
        min((day_of(pack.sent_at, policy.tz) for pack in meeting.packs_of(person)), default=date.max)
        for person in meeting.called.invited
    ]
    last = max(sent, default=date.max)
    return last if last <= day else None
