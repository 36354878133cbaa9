"""How long a record is kept by the schedule of the policy, and from which day on it may be destroyed."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from case_api.domain.case import Case
from case_api.domain.matter import Matter
from case_api.domain.policy import Policy
from case_api.domain.profiles import RetentionRule
from case_api.domain.questions.request_state import TERMINAL, progress_at
from case_api.domain.words import day_of, end_of


@dataclass(frozen=True, slots=True)
class Term:
    """One rule as it runs for one record."""

    rule: RetentionRule
    counts_from: date | None
    """The day that it counts from; None while that has not come, or is not on record."""
    at_latest: bool = False
    """That day is not on record any more, and was not after this one."""

    @property
    def due_on(self) -> date | None:
        """The first day on which it keeps the record no longer: so many years later, to the day."""
        return years_after(self.counts_from, self.rule.years) if self.counts_from else None


def case_terms(case: Case, day: date, policy: Policy) -> tuple[Term, ...]:
    """The rules that apply to a case, as they run on *day*."""
    rules = [rule for rule in policy.retention if rule.record == "case"]
    applying = [rule for rule in rules if rule.counts_from != "last_involvement" or case.requests.by_id]
    return tuple(Term(rule, _began(rule, case, case.recorded_at, day, policy.tz)) for rule in applying)


def matter_terms(matter: Matter, case: Case, day: date, policy: Policy) -> tuple[Term, ...]:
    """The rules that apply to a child-protection matter beside a case, as they run on *day*."""
    rules = [rule for rule in policy.retention if rule.record == "matter"]
    applying = [rule for rule in rules if rule.counts_from != "last_involvement"]
    return tuple(_of_matter(rule, matter, case, day, policy.tz) for rule in applying)


def due_on(terms: tuple[Term, ...]) -> date | None:
    """The first day on which nothing keeps the record any more; None while one of its rules has not begun to run."""
    days = [term.due_on for term in terms]
    known = [one for one in days if one is not None]
    return max(known) if known and len(known) == len(days) else None


def looks_rule(policy: Policy) -> RetentionRule | None:
    """How long rows of who looked are kept; for ever without a rule."""
    return next((rule for rule in policy.retention if rule.record == "looks"), None)


def looks_kept_from(day: date, policy: Policy) -> date | None:
    """The first day whose rows of who looked are still kept on *day*."""
    rule = looks_rule(policy)
    return years_after(day, -rule.years) if rule else None


def years_after(day: date, years: int) -> date:
    """The same day so many years on; after 29 February, where there is none, 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _of_matter(rule: RetentionRule, matter: Matter, case: Case, day: date, zone: tzinfo) -> Term:
    """A matter is kept for longer than the case, and the day of birth is erased with that.

    Whoever the concern was about had been born by then: what counts from that day never ends too early.
    """
    concern = matter.protection.since
    if rule.counts_from == "birth" and case.people.learner is None and concern:
        return Term(rule, day_of(concern, zone), at_latest=True)
    return Term(rule, _began(rule, case, matter.recorded_at, day, zone))


def _began(rule: RetentionRule, case: Case, last_fact: datetime | None, day: date, zone: tzinfo) -> date | None:
    match rule.counts_from:
        case "birth":
            return case.people.learner.date_of_birth if case.people.learner else None
        case "leaving":
            return case.placements.left_by(day)
        case "last_involvement":
            return _last_involvement(case, day, zone)
        case "last_fact":
            return day_of(last_fact, zone) if last_fact else None
        case "looking":
            return None  # rows of who looked are no part of the record


def _last_involvement(case: Case, day: date, zone: tzinfo) -> date | None:
    """When the last request for assistance came to its end; None while one of them is open."""
    at = end_of(day, zone)
    found = [progress_at(case, request, at, zone) for request in case.requests.by_id.values()]
    ended = [day_of(one.since, zone) for one in found if one and one.state in TERMINAL]
    return max(ended) if ended and len(ended) == len([one for one in found if one]) else None
