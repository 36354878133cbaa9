"""What is still needed before the school can ask a service: the answer of the dry run, in one read (D20, R79)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import Field

from case_api.domain.command import Situation
from case_api.domain.decide import decide
from case_api.domain.decisions.requests import SchoolRequest, request_assistance
from case_api.domain.event import Recorded
from case_api.domain.questions.drafting import categories_spoken_of, drafted
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import Contributor, MeasureTried
from case_api.views.agreement_status import AgreementStatus, Ground, status_of_set
from case_api.views.agreements_view import PartyStanding, parties_shown
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class Lacking(Part):
    """One thing that stands in the way."""

    rule_id: str
    what: str = Field(description="Such as `not_asked`, `refused`, `effect_not_observed`.")
    person: UUID | None = None
    ref: UUID | str | None = None
    detail: str | None = None


class Obstacle(Part):
    """A rule that says no, and what to do about it."""

    rule_id: str
    guidance_ref: str
    code: str
    title: str
    advice: str
    pointer: str | None = Field(default=None, description="The field of the request that it is about.")
    missing: tuple[Lacking, ...] = ()


class DraftShown(Part):
    """A request by the school as the record supports it: a body for the dry run, and for the request itself."""

    route: str
    service: str
    purpose: str
    categories: tuple[str, ...]
    need_refs: tuple[str, ...] = ()
    measures_tried: tuple[MeasureTried, ...] = ()
    contributors: tuple[Contributor, ...] = ()


class ReadinessView(Answer):
    """Whether a request by the school would be accepted as things stand, and what is missing."""

    case_id: UUID
    service: str
    title: str
    purpose: str
    ready: bool
    policy_version: str
    parties: tuple[PartyStanding, ...] = Field(description="Everybody's answer, as in the view of agreements.")
    together: AgreementStatus
    obstacles: tuple[Obstacle, ...] = Field(default=(), description="In the order in which a refusal would name them.")
    draft: DraftShown


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody thinks of asking for. Without categories those that the family was asked about."""

    service: str
    purpose: str
    categories: tuple[str, ...] = ()


def readiness_view(events: Sequence[Recorded], as_of: AsOf, at: Situation, wanted: Wanted) -> ReadinessView:
    """What the request would come to now, decided by the same rules; nothing is recorded. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    service, purpose = wanted.service, wanted.purpose
    categories = wanted.categories or categories_spoken_of(case, service, purpose, at.authority, at.policy)
    known = drafted(case, at.authority, at.today, _asker(at))
    request = SchoolRequest(
        route="school",
        service=service,
        purpose=purpose,
        categories=categories,
        need_refs=known.need_refs,
        measures_tried=known.measures_tried,
        contributors=known.contributors,
    )
    outcome = decide(request_assistance, case, request, at)
    listed = at.authority.services.get(service)
    return ReadinessView(
        case_id=case.id,
        service=service,
        title=listed.title if listed else service,
        purpose=purpose,
        ready=not outcome.refusals,
        policy_version=at.policy.ref,
        parties=tuple(parties_shown(case, service, purpose, at.now, at.policy)),
        together=status_of_set(case, service, purpose, at.now, Ground(at.policy, at.authority), categories),
        obstacles=tuple(map(_obstacle, outcome.refusals)),
        draft=DraftShown.model_validate(_drafted(request)),
        **times(as_of),
    )


def _asker(at: Situation) -> Contributor | None:
    """Whoever would ask is a contributor, too (R77)."""
    if not at.policy.in_pupil_support_team(at.roles):
        return None
    return Contributor(staff=at.actor.subject, role=at.actor.role)


def _drafted(request: SchoolRequest) -> dict[str, Any]:
    return request.model_dump(include=set(DraftShown.model_fields))


def _obstacle(refusal: Refusal) -> Obstacle:
    return Obstacle(
        rule_id=refusal.rule_id,
        guidance_ref=refusal.guidance_ref,
        code=refusal.slug,
        title=refusal.title,
        advice=refusal.advice,
        pointer=refusal.pointer,
        missing=tuple(map(_lacking, refusal.missing)),
    )


def _lacking(missing: Missing) -> Lacking:
    return Lacking.model_validate(missing.model_dump(include=set(Lacking.model_fields)))
