"""What a request by the school can say from what is on record: needs, what was tried, who knows of it (R75, R77)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.supports import Measure, UniversalSupportApplied
from case_api.domain.policy import Policy
from case_api.domain.questions.teaching import assigned_on
from case_api.domain.words import Contributor, MeasureTried, ServiceCode

MOST_NEEDS, MOST_MEASURES, MOST_CONTRIBUTORS = 30, 60, 30
"""What one request has room for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of a request that the record already answers for."""

    need_refs: tuple[str, ...]
    measures_tried: tuple[MeasureTried, ...]
    contributors: tuple[Contributor, ...]


def drafted(case: Case, authority: Authority, day: date, asker: Contributor | None = None) -> Draft:
    """Every assessed need with what was tried for it, and the staff who gave or watched that, beside whoever asks."""
    needs = tuple(sorted(case.assessments.needs))[:MOST_NEEDS]
    tried = tuple(
        MeasureTried(measure_id=measure.measure_id, need_ref=need)
        for need in needs
        for measure in _tried_for(case, need)[: MOST_MEASURES // len(needs)]
    )
    own = (asker,) if asker else ()
    others = (one for one in _contributors(case, authority, day) if not asker or one.staff != asker.staff)
    return Draft(needs, tried, (*own, *others)[:MOST_CONTRIBUTORS])


def _tried_for(case: Case, need: str) -> list[Measure]:
    """The supports that were tried for a need; first those of which it was seen what they did.

    One that names no need, such as a support for the whole class, counts only once somebody saw what it did.
    """
    measures = case.supports.by_id.values()
    tried = (one for one in measures if need in one.need_refs or (one.effects and not one.need_refs))
    return sorted(tried, key=lambda one: not one.effects)


def categories_spoken_of(
    case: Case, service: ServiceCode, purpose: str, authority: Authority, policy: Policy
) -> tuple[str, ...]:
    """What the family was asked about for this; before anybody was asked, the least on which the service can work."""
    asked = {
        category
        for sought in case.agreements.sought.values()
        if (sought.scope.service, sought.scope.purpose) == (service, purpose)
        for category in sought.scope.categories
    }
    listed = authority.purpose_of(service, purpose)
    least = {group[0] for group in listed.needs if group} if listed else set()
    return tuple(sorted(asked or least)) or policy.agreements.categories[:1]


def _contributors(case: Case, authority: Authority, day: date) -> Iterator[Contributor]:
    roles = {one.staff: one.role for one in assigned_on(authority, day)}
    for staff in dict.fromkeys(_who_supported(case)):
        if staff in roles:
            yield Contributor(staff=staff, role=roles[staff])


def _who_supported(case: Case) -> Iterator[str]:
    for measure in case.supports.by_id.values():
        begun = measure.begun
        yield begun.by if isinstance(begun, UniversalSupportApplied) else begun.coordinator
        yield from (effect.seen.by for effect in measure.effects)
