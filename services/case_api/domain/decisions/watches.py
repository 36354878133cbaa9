"""What the clerk records of watches: that they stand, that nobody heeds them, that they are over (D15).

No endpoint leads here. Each decision looks at the facts anew, so that asking twice records once.
"""

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.told import Told
from case_api.domain.facts.watches import Key, WatchCleared, WatchEscalated, WatchRaised
from case_api.domain.questions.coordination import coordinating_staff_on
from case_api.domain.questions.watches import Cause, causes
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import day_of


class RaiseWatches(Command):
    """Record every watch that stands from the day on which this occurred, or from an earlier one."""

    examples = ({"occurred_at": "2025-09-22"},)


class EscalateWatches(Command):
    """Tell those who lead support of every watch that nobody has settled in time."""

    examples = ({"occurred_at": "2025-09-29"},)


class ClearWatches(Command):
    """Record that the watches whose cause is gone are over."""

    examples = ({},)


def raise_watches(case: Case, told: Told, command: RaiseWatches, at: Situation) -> Decision:
    day = at.day_of(command)
    found = {
        cause.key: cause
        for cause in causes(case, told, at.policy)
        if cause.stands_from <= day and cause.key not in case.watches.open
    }
    return decided(then=tuple(_raised(case, cause, at) for cause in found.values()))


def _raised(case: Case, cause: Cause, at: Situation) -> WatchRaised:
    waits_for = cause.waits_for or coordinating_staff_on(case, at.today)
    return WatchRaised(watch=cause.watch, ref=cause.ref, since=cause.since, due=cause.due, waits_for=waits_for)


def escalate_watches(case: Case, told: Told, command: EscalateWatches, at: Situation) -> Decision:
    days, today = at.policy.watches.escalated_after_school_days, at.day_of(command)
    standing = {cause.key for cause in causes(case, told, at.policy)}
    unheeded = (
        key
        for key, watch in case.watches.open.items()
        if key in standing and not watch.escalated
        if at.policy.after_school_days(day_of(watch.at, at.policy.tz), days) <= today
    )
    return decided(then=tuple(WatchEscalated(watch=watch, ref=ref, due=due) for watch, ref, due in unheeded))


def clear_watches(case: Case, told: Told, _: ClearWatches, at: Situation) -> Decision:
    standing = {cause.key for cause in causes(case, told, at.policy)}
    gone = [key for key in case.watches.open if key not in standing]
    return decided(then=tuple(_cleared(key, standing) for key in gone))


def _cleared(key: Key, standing: set[Key]) -> WatchCleared:
    watch, ref, due = key
    moved = any(other[:2] == (watch, ref) for other in standing)
    return WatchCleared(watch=watch, ref=ref, due=due, because="moved" if moved else "settled")
