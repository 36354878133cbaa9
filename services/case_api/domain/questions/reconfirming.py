"""Whose agreement is to be asked for anew: a child grows up, and an agreement grows old (I3, R79).

The earlier one carries requests that were made meanwhile, never a new one after a birthday. Another service or purpose
always takes an agreement of its own.
"""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from case_api.domain.case import Case
from case_api.domain.facts.agreements import ConsentGranted, Entry
from case_api.domain.policy import Policy
from case_api.domain.questions.agreement_set import decides_alone
from case_api.domain.questions.dates import months_after
from case_api.domain.questions.request_state import TERMINAL, state_of
from case_api.domain.questions.standing import Standing, standing
from case_api.domain.words import AgreementId, PersonId, ServiceCode, day_of, start_of

Cause = Literal["birthday", "time"]
LEAP_DAY: Final = (2, 29)


@dataclass(frozen=True, slots=True)
class Reconfirmation:
    """One person's agreement that is to be asked for anew from a day on; `asked` once they were."""

    party: PersonId
    service: ServiceCode
    purpose: str
    agreement_id: AgreementId
    cause: Cause
    since: date
    asked: bool


def reconfirmations_due(case: Case, policy: Policy, day: date) -> Iterator[Reconfirmation]:
    """Those whose day has come by *day*."""
    yield from (one for one in reconfirmations(case, policy) if one.since <= day)


def reconfirmations(case: Case, policy: Policy) -> Iterator[Reconfirmation]:
    """All that is known to be due, now or later; nothing where the work that an agreement was for is over."""
    agreements = case.agreements.without_direct()
    for (party, service, purpose), entries in agreements.entries.items():
        if not entries or _is_over(case, service, purpose):
            continue
        spoken = max(entry.counts_from(policy.tz) for entry in entries)
        for cause, since in _moments(case, party, entries, policy):
            at = max(spoken, start_of(since, policy.tz))
            held = standing(agreements, party, service, purpose, at, policy.tz)
            if held.agreement_id and held.granted and _is_to_be_renewed(case, held, since, at, policy):
                asked = held.asked_for != held.agreement_id
                yield Reconfirmation(party, service, purpose, held.agreement_id, cause, since, asked)
                break


def birthday(born: date, years: int) -> date:
    """The day on which somebody reaches an age; born on a 29 February, on 1 March where there is no 29th."""
    year = born.year + years
    return born.replace(year=year) if (born.month, born.day) != LEAP_DAY or isleap(year) else date(year, 3, 1)


def _moments(case: Case, party: PersonId, entries: tuple[Entry, ...], policy: Policy) -> Iterator[tuple[Cause, date]]:
    """When an agreement of theirs has to be asked for anew, the earliest birthday first."""
    ages, learner = policy.agreements, case.people.learner
    if learner and learner.person_id == party:
        for years in sorted((ages.learner_decides_from_age, ages.young_person_decides_from_age)):
            yield "birthday", birthday(learner.date_of_birth, years)
    granted = [one.occurred_at for one in entries if isinstance(one.fact, ConsentGranted)]
    if granted:
        yield "time", months_after(day_of(granted[-1], policy.tz), ages.default_months)


def _is_to_be_renewed(case: Case, held: Standing, since: date, at: datetime, policy: Policy) -> bool:
    """An answer from before that day; a learner who cannot decide is not asked, nor carers beside one who decides."""
    if held.given_on is None or held.given_on >= since:
        return False
    if case.people.is_learner(held.party):
        return not case.people.lacks_capacity_at(at, policy.tz)
    return not decides_alone(case, at, policy)


def _is_over(case: Case, service: ServiceCode, purpose: str) -> bool:
    """Whether everything that was asked of the service for this purpose has come to its end."""
    made = [
        request
        for request in case.requests.by_id.values()
        if (request.asked.service, request.asked.purpose) == (service, purpose)
    ]
    return bool(made) and all(state_of(case, request) in TERMINAL for request in made)
