"""Whether what was observed speaks for less intrusive support (I21, R17)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from case_api.domain.case import Case
from case_api.domain.facts.stages import StageEntry
from case_api.domain.policy import Policy
from case_api.domain.questions.reviews_due import last_review
from case_api.domain.words import OutcomeStatus, day_of

SUCCESSIVE = 2


@dataclass(frozen=True, slots=True)
class _Seen:
    """One outcome at one observation."""

    day: date
    version: int
    status: OutcomeStatus

    @property
    def met(self) -> bool:
        return self.status.status == "met"


def step_down_proposed_on(case: Case, policy: Policy) -> date | None:
    """The day on which each outcome had been met at its last two observations; None where that is not so.

    Only what was seen at the present stage counts, and a review that was held since has dealt with it.
    """
    entry = case.stages.on(date.max)
    stage = policy.stage(entry.stage) if entry else None
    if entry is None or stage is None or stage.rank == 0:
        return None
    seen = sorted(_seen(case, entry, policy), key=lambda one: (one.status.outcome, one.day, one.version))
    lately = [list(group)[-SUCCESSIVE:] for _, group in groupby(seen, key=lambda one: one.status.outcome)]
    if not lately or not all(len(last) == SUCCESSIVE and all(one.met for one in last) for last in lately):
        return None
    newest = max((one for last in lately for one in last), key=lambda one: (one.day, one.version))
    return None if _reviewed_since(case, newest) else newest.day


def _seen(case: Case, entry: StageEntry, policy: Policy) -> Iterator[_Seen]:
    for measure in case.supports.by_id.values():
        for effect in measure.effects:
            day = day_of(effect.occurred_at, policy.tz)
            if day >= entry.since:
                yield from (_Seen(day, effect.at_version, outcome) for outcome in effect.seen.outcomes)


def _reviewed_since(case: Case, newest: _Seen) -> bool:
    last = last_review(case)
    return last is not None and (last.held_on, last.at_version) > (newest.day, newest.version)
