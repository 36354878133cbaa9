"""The case at one time: who is who, what runs, what is open."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.people import Channel, Identifier
from case_api.domain.policy import Policy
from case_api.domain.questions.request_state import TERMINAL, State, progress_at
from case_api.domain.questions.teaching import class_on
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.coordinating import Coordinates, LeadShown, lead_shown, left_behind
from case_api.views.known import case_as_known
from case_api.views.stage_view import StageHeld, stage_held
from case_api.views.standing_out import StandsOut, standing_out


class LearnerShown(Part):
    """The learner, as registered."""

    person_id: UUID
    name: str
    date_of_birth: date
    setting: str
    setting_class: str | None = None
    year_stage: str | None = None
    languages: tuple[str, ...]
    communication_needs: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] | None = ()

    guarded: ClassVar[Mapping[str, str]] = {"identifiers": "identifiers"}


class CarerShown(Part):
    """A carer, with what they may decide and whether the school may contact them."""

    person_id: UUID
    name: str
    relationship: str
    holds_rights: bool
    may_contact: bool
    restriction_reason: str | None = None

    guarded: ClassVar[Mapping[str, str]] = {"restriction_reason": "restrictions"}


class ChannelShown(Part):
    """One way to reach a person; the first in the list comes first."""

    channel: Channel
    address: str | None = None


class PreferenceShown(Part):
    """How a person wants to be reached."""

    person_id: UUID
    channels: tuple[ChannelShown, ...]
    language: str
    formats: tuple[str, ...] = ()
    interpreter: bool
    times: str | None = None


class ConcernShown(Part):
    """A concern that is open."""

    concern_id: UUID
    raised_by: Literal["learner", "carer", "staff", "professional", "other"]
    received_by: str
    occurred_at: datetime | date
    acknowledged: bool


class SupportShown(Part):
    """A support that runs."""

    measure_id: UUID
    strategy_code: str
    level: Literal["universal", "augmented", "targeted"]
    scope: Literal["learner", "group", "class"]
    need_refs: tuple[str, ...] = ()
    started_on: date
    last_score: int | None = None


class ReviewShown(Part):
    """A review that was held."""

    review_id: UUID
    held_on: date
    decision: str
    of_refs: tuple[UUID, ...]
    next_review_on: date | None = None


class RequestShown(Part):
    """A request for assistance that is not over."""

    request_id: UUID
    service: str
    purpose: str
    route: str
    state: State
    since: datetime | date


class CaseView(Answer):
    """The case at one time. The learner is absent once their key was destroyed."""

    case_id: UUID
    learner: LearnerShown | None = None
    carers: tuple[CarerShown, ...] = ()
    contact_preferences: tuple[PreferenceShown, ...] | None = ()
    named_person: str | None = None
    lead_professional: LeadShown | None = None
    to_be_handed_over: tuple[Coordinates, ...] = Field(
        default=(),
        description="Who of these began where the learner was before, and sees the case no longer: name somebody here.",
    )
    stage: StageHeld
    next_review_on: date | None = None
    open_concerns: tuple[ConcernShown, ...] = ()
    running_supports: tuple[SupportShown, ...] = ()
    reviews: tuple[ReviewShown, ...] = ()
    open_requests: tuple[RequestShown, ...] = ()
    stands_out: tuple[StandsOut, ...] = ()

    guarded: ClassVar[Mapping[str, str]] = {"contact_preferences": "contact"}


def case_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> CaseView:
    """The case as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    at, day = as_of.valid_at, day_of(as_of.valid_at, policy.tz)
    return CaseView(
        case_id=case.id,
        learner=_learner(case, day),
        carers=tuple(_carers(case, at, policy)),
        contact_preferences=tuple(_preferences(case, at, policy)),
        named_person=case.coordination.named_person_on(day),
        lead_professional=lead_shown(case, day),
        to_be_handed_over=tuple(left_behind(case, day)),
        stage=stage_held(case, at, policy),
        next_review_on=case.reviews.next_on(day),
        open_concerns=tuple(_concerns(case, at, policy)),
        running_supports=tuple(_supports(case, at, policy)),
        reviews=tuple(_reviews(case, day)),
        open_requests=tuple(_requests(case, at, policy)),
        stands_out=tuple(standing_out(case, at, policy)),
        **times(as_of),
    )


def _learner(case: Case, day: date) -> LearnerShown | None:
    learner = case.people.learner
    if learner is None:
        return None
    placed = {"setting": case.setting_on(day), "setting_class": class_on(case, day)}
    return LearnerShown.model_validate(learner.model_dump() | placed)


def _carers(case: Case, at: datetime, policy: Policy) -> Iterator[CarerShown]:
    for carer in case.people.carers.values():
        if has_come(carer.since, at, policy.tz):
            yield CarerShown(
                person_id=carer.person_id,
                name=carer.name,
                relationship=carer.relationship,
                holds_rights=carer.holds_rights,
                may_contact=carer.may_contact,
                restriction_reason=carer.restriction_reason,
            )


def _preferences(case: Case, at: datetime, policy: Policy) -> Iterator[PreferenceShown]:
    for person in case.people.preferences:
        said = case.people.preference_at(person, at, policy.tz)
        if said is not None:
            yield PreferenceShown.model_validate(said.model_dump(exclude={"set_by"}))


def _concerns(case: Case, at: datetime, policy: Policy) -> Iterator[ConcernShown]:
    for concern in case.concerns.open_at(at, policy.tz):
        heard = concern.acknowledged_at
        yield ConcernShown(
            concern_id=concern.concern_id,
            raised_by=concern.raised_by.kind,
            received_by=concern.received_by,
            occurred_at=concern.occurred_at,
            acknowledged=heard is not None and has_come(heard, at, policy.tz),
        )


def _supports(case: Case, at: datetime, policy: Policy) -> Iterator[SupportShown]:
    for measure in case.supports.running_on(day_of(at, policy.tz)):
        yield SupportShown(
            measure_id=measure.measure_id,
            strategy_code=measure.strategy_code,
            level=measure.level,
            scope=measure.scope,
            need_refs=measure.need_refs,
            started_on=measure.started_on,
            last_score=measure.score_at(at, policy.tz),
        )


def _reviews(case: Case, day: date) -> Iterator[ReviewShown]:
    for review in case.reviews.held:
        if review.held_on <= day:
            yield ReviewShown(
                review_id=review.review_id,
                held_on=review.held_on,
                decision=review.decision,
                of_refs=review.of_refs,
                next_review_on=review.next_review_on,
            )


def _requests(case: Case, at: datetime, policy: Policy) -> Iterator[RequestShown]:
    for request in case.requests.by_id.values():
        progress = progress_at(case, request, at, policy.tz)
        if progress is not None and progress.state not in TERMINAL:
            yield RequestShown(
                request_id=request.asked.request_id,
                service=request.asked.service,
                purpose=request.asked.purpose,
                route=request.asked.route,
                state=progress.state,
                since=progress.since,
            )
