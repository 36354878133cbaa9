"""A case as one person of the family may see it: two folds, of what they see whole and of what they see in outline.

What is hidden is in neither, so no section can show it by mistake (I14, I25, I30). What may be seen goes by how
things stand now, also where the question is about the past.
"""

from collections.abc import Sequence

from case_api.domain.case import fold
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.questions.family_sight import takes_part
from case_api.domain.words import PersonId
from case_api.views import family_sections as sections
from case_api.views.answer import AsOf, NothingKnown, times
from case_api.views.family_names import known_to_families
from case_api.views.family_parts import FamilyView
from case_api.views.family_seen import seen_by


def family_view(
    events: Sequence[Recorded],
    ledger: Sequence[Recorded],
    as_of: AsOf,
    policy: Policy,
    authority: Authority,
    person: PersonId,
) -> FamilyView:
    """What *person* sees at `as_of.valid_at`. Raises NothingKnown, also where they take no part (R79)."""
    case = fold(events[0].stream, events) if events else None
    if case is None or not takes_part(case, person):
        raise NothingKnown
    seen = seen_by(case, events, ledger, as_of, policy, authority, person)
    learner = seen.whole.people.learner
    if learner is None:
        raise NothingKnown
    named = seen.whole.coordination.named_person_on(seen.day)
    return FamilyView(
        case_id=case.id,
        person_id=person,
        language="en",
        readers_language=seen.language,
        learner=learner.name,
        school=authority.title_of(seen.whole.setting_on(seen.day) or learner.setting),
        to_turn_to=known_to_families(authority, named) if named else None,
        lead_professional=sections.lead_professional(seen),
        stage=sections.stage(seen),
        supports=tuple(sections.supports(seen)),
        plan=sections.plan(seen),
        reviews=tuple(sections.reviews(seen)),
        meetings=tuple(sections.meetings(seen)),
        services=tuple(sections.services(seen)),
        advice_for_home=tuple(sections.advice(seen)),
        agreements=tuple(sections.agreements(seen)),
        own_concerns=tuple(sections.concerns(seen)),
        told=tuple(sections.told(seen)),
        **times(as_of),
    )
