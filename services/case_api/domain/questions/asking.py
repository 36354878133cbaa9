"""The rules of asking a partner service for help: one function for each sentence of section 6.3.

The request for a service and the dry run that asks "what is still needed?" are the same call (D20).
"""

from collections.abc import Iterable
from datetime import date

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.facts.agreements import DIRECT, ConsentGranted, ConsentSought, Explained, Scope
from case_api.domain.facts.requests import Requester
from case_api.domain.facts.supports import Measure
from case_api.domain.policy import Policy
from case_api.domain.questions.agreement_set import AgreementSet, suffices
from case_api.domain.questions.asking_refused import (
    AgreementConflicting,
    AgreementMissing,
    AskerHasNoRight,
    LearnerToBeAskedAgain,
    NeedsMoreCategories,
    NotAProfessional,
    NotTheirOwnRequest,
    OutsiderAsksForOthers,
    ParentsNotAsked,
    RequesterNotInTeam,
    ServiceTakesNoDirectRequests,
    ServiceTakesNoSchoolRequests,
    StrategiesNotTried,
    TooFewContributors,
    YoungChildsParentsNotTold,
)
from case_api.domain.questions.dates import months_after
from case_api.domain.questions.listed_staff import unlisted
from case_api.domain.questions.parties import agrees_as
from case_api.domain.questions.references import ReferenceUnknown
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import AgreementRef, Contributor, Language, MeasureTried, PersonId, ServiceCode


def the_service_offers_it(service: ServiceCode, purpose: str, at: Situation) -> Refusal | None:
    """The directory lists the service, and the service the purpose."""
    if at.authority.purpose_of(service, purpose):
        return None
    unknown = purpose if service in at.authority.services else service
    return ReferenceUnknown(missing=(Missing(rule_id="reference", what="unknown", ref=unknown),), pointer="/service")


def no_grant_stands_against_a_refusal(parties: AgreementSet) -> Refusal | None:
    """I4: one grant and one refusal conflict; a child's own grant does not outvote a parent."""
    conflicting = tuple(
        Missing(
            rule_id="I4",
            what="refused_willing_to_discuss" if party.willing_to_discuss else "refused",
            person=party.party,
            ref=party.asked_for,
        )
        for party in parties.conflicting
    )
    return AgreementConflicting(missing=conflicting) if conflicting else None


def everyone_agrees_unless_a_child_needs_protection(parties: AgreementSet, categories: Iterable[str]) -> Refusal | None:
    """R79, I1, I6: parents and learner agree first, to this service, this purpose and these categories."""
    missing = (*parties.ungranted(), *parties.uncovered(categories))
    return AgreementMissing(missing=missing) if missing else None


def every_parent_who_can_be_asked_was_asked(parties: AgreementSet, policy: Policy) -> Refusal | None:
    """I2: every contactable holder of parental rights was asked."""
    unasked = parties.unasked() if policy.agreements.every_contactable_holder_is_asked else ()
    return ParentsNotAsked(missing=unasked) if unasked else None


def the_learner_agrees_as_their_age_allows(parties: AgreementSet, policy: Policy) -> Refusal | None:
    """I3: from the age of deciding an agreement of their own; without capacity their views are heard.

    A young person who decides alone does so anew: what they agreed to beside their parents carries no new request.
    """
    learner = parties.learner
    if learner is None:
        return None
    grown = parties.learner_age >= policy.agreements.learner_decides_from_age
    what = None
    if parties.learner_lacks_capacity and not parties.learner_views:
        what = "views_missing"
    elif (grown and learner.granted and learner.given_as == "assent_under_age") or parties.given_before_deciding:
        what = "own_agreement_wanted"
    return LearnerToBeAskedAgain(missing=(Missing(rule_id="I3", what=what, person=learner.party),)) if what else None


def what_is_sent_serves_the_purpose(
    categories: Iterable[str], service: ServiceCode, purpose: str, at: Situation
) -> Refusal | None:
    """The service cannot work on less than its purpose needs."""
    listed = at.authority.purpose_of(service, purpose)
    if listed is None or suffices(frozenset(categories), listed):
        return None
    missing = tuple(
        Missing(rule_id="purpose-needs", what="one_of", detail=", ".join(group))
        for group in listed.needs
        if not set(group) & set(categories)
    )
    return NeedsMoreCategories(missing=missing, pointer="/categories")


def strategies_come_before_agencies(
    case: Case, needs: tuple[str, ...], tried: tuple[MeasureTried, ...], exception_reason: str | None
) -> Refusal | None:
    """R75, I10: each need named has a measure that was applied, and its effect observed or reviewed."""
    missing = [] if needs else [Missing(rule_id="I10", what="no_need_named")]
    missing += [
        Missing(rule_id="I10", what="need_not_assessed", ref=need)
        for need in needs
        if need not in case.assessments.needs
    ]
    if exception_reason is None:
        missing += [lack for need in needs if (lack := _untried(case, need, tried))]
    return StrategiesNotTried(missing=tuple(missing)) if missing else None


def _untried(case: Case, need: str, tried: tuple[MeasureTried, ...]) -> Missing | None:
    measures = [case.supports.by_id.get(one.measure_id) for one in tried if one.need_ref == need]
    applied = [measure for measure in measures if measure and _is_for(measure, need)]
    if not applied:
        return Missing(rule_id="I10", what="nothing_tried", ref=need)
    reviewed = {ref for review in case.reviews.held for ref in review.of_refs}
    if any(measure.last_score is not None or measure.measure_id in reviewed for measure in applied):
        return None
    return Missing(rule_id="I10", what="effect_not_observed", ref=need)


def _is_for(measure: Measure, need: str) -> bool:
    """A measure that names needs was tried for those; one that names none may be paired with any."""
    return not measure.need_refs or need in measure.need_refs


def the_pupil_support_team_asks(at: Situation) -> Refusal | None:
    """R76, I11: the school's request is made by a member of the Pupil Support Team, whatever it is called there."""
    return None if at.policy.in_pupil_support_team(at.roles) else RequesterNotInTeam()


def several_roles_contributed(case: Case, contributors: tuple[Contributor, ...], at: Situation) -> Refusal | None:
    """R77, I12: information was brought together from a range of staff; whom the directory does not know is no help."""
    invented = unlisted((one.staff for one in contributors), case, at.authority, at.today)
    roles = {one.role for one in contributors if one.staff not in invented}
    people = {one.staff for one in contributors if one.staff not in invented}
    wanted = at.policy.requests.contributors_of_different_roles
    enough = min(len(roles), len(people)) >= wanted
    return None if enough else TooFewContributors(pointer="/contributors")


def the_service_takes_school_requests(service: ServiceCode, at: Situation) -> Refusal | None:
    listed = at.authority.services.get(service)
    return ServiceTakesNoSchoolRequests(pointer="/route") if listed and not listed.school_requests else None


def the_service_takes_direct_requests(service: ServiceCode, at: Situation) -> Refusal | None:
    """R82, I14: some services accept a request from a parent or the learner themselves."""
    listed = at.authority.services.get(service)
    return ServiceTakesNoDirectRequests(pointer="/route") if listed and not listed.direct_requests else None


def an_asker_holds_the_right_to_ask(case: Case, asker: PersonId) -> Refusal | None:
    """I14: the learner, or a carer who holds parental rights; whether the school may contact them is not asked."""
    carer = case.people.carers.get(asker)
    return AskerHasNoRight(pointer="/asked_by") if carer and not carer.holds_rights else None


def parents_are_told_of_a_young_childs_request(granted: ConsentGranted, tell_parents: bool) -> Refusal | None:
    """I14: only a learner who decides for themselves may ask without their parents being told."""
    if granted.given_as == "assent_under_age" and not tell_parents:
        return YoungChildsParentsNotTold(pointer="/tell_parents")
    return None


def an_outside_requester_is_a_professional(requester: Requester) -> Refusal | None:
    """R81, I15: an external request names the professional who asked."""
    named = requester.kind == "professional" and requester.person is None
    return None if named else NotAProfessional(pointer="/requester/kind")


def own_agreement(
    case: Case, asker: PersonId, scope: Scope, language: Language, helped_by: str | None, day: date, at: Situation
) -> tuple[ConsentSought, ConsentGranted]:
    """I14: to ask a service directly is to agree to what the asker asks for, from the day of asking."""
    sought = ConsentSought(
        agreement_id=at.new_id(),
        party=asker,
        scope=scope,
        explained=Explained(how="by asking for it themselves", language=language),
        alternatives_explained=True,
    )
    granted = ConsentGranted(
        agreement_id=sought.agreement_id,
        party=asker,
        given_as=agrees_as(case, asker, at, day),
        kinds=sought.kinds,
        scope=scope,
        holds_from=day,
        until=default_end(day, at.policy),
        route=DIRECT,
        helped_by=helped_by,
    )
    return sought, granted


def ref_of(granted: ConsentGranted, version: int) -> AgreementRef:
    return AgreementRef(id=granted.agreement_id, granted_at_version=version)


def default_end(day: date, policy: Policy) -> date:
    """The first day on which an agreement given on *day* no longer holds, where nobody named one."""
    return months_after(day, policy.agreements.default_months)


def a_direct_request_is_the_familys_own(at: Situation) -> Refusal | None:
    """R82, I14: a carer or the learner asks themselves, or tells the Pupil Support Team, which records it."""
    own = at.actor.role in ("carer", "learner", "school_leader") or at.policy.in_pupil_support_team(at.roles)
    return None if own else NotTheirOwnRequest(pointer="/route")


def an_outside_professional_asks_in_their_own_name(at: Situation) -> Refusal | None:
    """R81, I15: whoever works outside the school makes external requests, and learns no more of the family."""
    return OutsiderAsksForOthers(pointer="/route") if at.actor.role == "external" else None
