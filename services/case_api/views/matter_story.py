"""The story of a matter in order, and the time limits that it runs under, for its named group alone (I30)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.questions.protection_clocks import clocks_of
from case_api.domain.words import day_of
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.matter_view import matter_as_known
from case_api.views.timeline import TimelineEntry, timeline


class MatterTimeline(Answer):
    """Entries in order of occurrence; of one moment, in the order of recording."""

    matter_id: UUID
    items: tuple[TimelineEntry, ...] = ()


class ClockShown(Part):
    """One time limit; `kept` is absent while it may still be kept."""

    clock: str
    began_on: date | None = None
    due: date = Field(description="The last day on which it is kept.")
    done_on: date | None = None
    kept: bool | None = None


class MatterClocks(Answer):
    """The time limits of child protection that run or ran in a matter."""

    matter_id: UUID
    items: tuple[ClockShown, ...] = ()


def matter_timeline(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> MatterTimeline:
    """The story up to `as_of.valid_at`, each entry under its true type. Raises NothingKnown."""
    story = timeline(events, as_of, policy, authority)
    return MatterTimeline(matter_id=story.case_id, items=story.items, **times(as_of))


def matter_clocks(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> MatterClocks:
    """Due, done, kept: the first day is not counted, the last is. Raises NothingKnown."""
    matter, day = matter_as_known(events, as_of), day_of(as_of.valid_at, policy.tz)
    items = tuple(
        ClockShown(clock=one.clock, began_on=one.began_on, due=one.due, done_on=one.done_on, kept=one.kept_as_of(day))
        for one in clocks_of(matter, policy, day)
    )
    return MatterClocks(matter_id=matter.id, items=items, **times(as_of))
