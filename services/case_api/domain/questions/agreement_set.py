"""Whether everybody whose agreement a service needs has given it, and to what (R79, I1-I4, I6)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from case_api.domain.case import Case
from case_api.domain.facts.agreements import Agreements
from case_api.domain.facts.authority import Purpose
from case_api.domain.policy import Policy
from case_api.domain.questions.standing import Standing, standing
from case_api.domain.refusal import Missing
from case_api.domain.words import AgreementRef, PersonId, ServiceCode, day_of, has_come


@dataclass(frozen=True, slots=True)
class AgreementSet:
    """Every party's standing towards one service and purpose at one instant.

    `carers` are the contactable holders of parental rights (I2); a holder whom the school may not contact has a
    recorded reason and is not asked. A young person who decides, decides alone: then there are none (I3).
    """

    learner: Standing | None
    carers: tuple[Standing, ...]
    learner_age: int
    learner_lacks_capacity: bool
    learner_views: bool
    young_person_decides: bool = False
    given_before_deciding: bool = False
    """Whether the learner's agreement is from before the age from which they decide alone."""

    @property
    def parties(self) -> tuple[Standing, ...]:
        return (*self.carers, self.learner) if self.learner else self.carers

    @property
    def grants(self) -> tuple[Standing, ...]:
        return tuple(party for party in self.parties if party.granted)

    @property
    def learner_stands_aside(self) -> bool:
        """The learner cannot decide, their views were heard instead, and they said no to nothing (I3)."""
        said_no = self.learner is not None and self.learner.status in ("refused", "withdrawn")
        return self.learner_lacks_capacity and self.learner_views and not said_no

    @property
    def effective(self) -> frozenset[str]:
        """What may be sent: the intersection of all that was granted for sharing (I6)."""
        scopes = [grant.categories for grant in self.grants if "consent_to_share" in grant.kinds]
        return frozenset.intersection(*scopes) if len(scopes) == len(self.grants) and scopes else frozenset()

    @property
    def conflicting(self) -> tuple[Standing, ...]:
        """Those who refused while somebody else granted (I4)."""
        return tuple(party for party in self.parties if party.status == "refused") if self.grants else ()

    def ungranted(self) -> tuple[Missing, ...]:
        """Whose agreement to the request is missing under I1.

        The learner's, that of at least one carer, and that of every carer whose agreement came to an end: silence
        after an end is no agreement, and the scope must not widen by it.
        """
        nobody = () if self.carers or self.young_person_decides else (Missing(rule_id="I1", what="no_carer_to_ask"),)
        wanting = [] if self.learner_stands_aside else [self.learner] if self.learner else []
        if not any(_agrees(carer) for carer in self.carers):
            wanting = [*self.carers, *wanting]
        else:
            wanting = [*(carer for carer in self.carers if carer.status in ("withdrawn", "expired")), *wanting]
        lacking = (party for party in wanting if not _agrees(party))
        return (
            *nobody,
            *(Missing(rule_id="I1", what=_what(party), person=party.party, ref=party.asked_for) for party in lacking),
        )

    def uncovered(self, categories: Iterable[str]) -> tuple[Missing, ...]:
        """Categories outside what everybody granted, each with whose grant lacks it."""
        return tuple(
            Missing(
                rule_id="I6",
                what="category_not_agreed",
                person=grant.party,
                ref=grant.agreement_id,
                detail=one,
            )
            for one in sorted(frozenset(categories) - self.effective)
            for grant in self.grants
            if one not in grant.categories or "consent_to_share" not in grant.kinds
        )

    def unasked(self) -> tuple[Missing, ...]:
        """Contactable holders of parental rights who were never asked (I2)."""
        return tuple(
            Missing(rule_id="I2", what="not_asked", person=carer.party)
            for carer in self.carers
            if carer.status == "not_asked"
        )

    def holds_for(self, purpose: Purpose | None) -> bool:
        """Whether work for *purpose* may go on: everybody agrees still, to at least what the purpose needs."""
        return (
            not self.conflicting and not self.ungranted() and bool(self.effective) and suffices(self.effective, purpose)
        )

    def relied_on(self) -> tuple[AgreementRef, ...]:
        return tuple(
            AgreementRef(id=grant.agreement_id, granted_at_version=grant.granted_at_version)
            for grant in self.grants
            if grant.agreement_id is not None
        )


def suffices(categories: frozenset[str], purpose: Purpose | None) -> bool:
    """Whether *categories* hold one of each group that the purpose needs."""
    return all(categories.intersection(group) for group in purpose.needs) if purpose else True


def _agrees(party: Standing) -> bool:
    return party.granted and "agreement_to_request" in party.kinds


def _what(party: Standing) -> str:
    return "kind_not_agreed" if party.granted else party.status


def agreement_set(
    case: Case,
    service: ServiceCode,
    purpose: str,
    at: datetime,
    policy: Policy,
    agreements: Agreements | None = None,
) -> AgreementSet:
    """The set at *at*; *agreements* stands in for the case's own where a decision looks ahead.

    What somebody agreed to by asking the service themselves is left out: it carries their own request (I14).
    """
    known = (case.agreements if agreements is None else agreements).without_direct()

    def of(party: PersonId) -> Standing:
        return standing(known, party, service, purpose, at, policy.tz)

    learner = case.people.learner
    own = of(learner.person_id) if learner else None
    alone = decides_alone(case, at, policy)
    return AgreementSet(
        learner=own,
        carers=() if alone else tuple(_counting(case, of)),
        learner_age=case.people.age_on(day_of(at, policy.tz)),
        learner_lacks_capacity=case.people.lacks_capacity_at(at, policy.tz),
        learner_views=_learner_was_heard(case, at, policy.tz),
        young_person_decides=alone,
        given_before_deciding=alone and own is not None and was_given_before_deciding(case, own, policy),
    )


def decides_alone(case: Case, at: datetime, policy: Policy) -> bool:
    """I3: from an age that the policy names the young person decides, unless they were found unable to."""
    grown = case.people.age_on(day_of(at, policy.tz)) >= policy.agreements.young_person_decides_from_age
    return grown and not case.people.lacks_capacity_at(at, policy.tz)


def was_given_before_deciding(case: Case, own: Standing, policy: Policy) -> bool:
    """Whether the learner's agreement is from before the age from which they decide alone."""
    young = policy.agreements.young_person_decides_from_age
    return own.granted and own.given_on is not None and case.people.age_on(own.given_on) < young


def _counting(case: Case, of: Callable[[PersonId], Standing]) -> Iterator[Standing]:
    """Holders whom the school may contact, and any other whose no stands: a restriction does not unsay it (I4)."""
    for carer in case.people.holders_of_rights():
        held = of(carer.person_id)
        if carer.may_contact or held.status in ("refused", "withdrawn"):
            yield held


def _learner_was_heard(case: Case, at: datetime, zone: tzinfo) -> bool:
    return any(
        case.people.is_learner(views.party) and has_come(views.occurred_at, at, zone)
        for views in case.assessments.views.values()
    )
