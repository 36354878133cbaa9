"""For somebody who teaches a learner: which services work with them, as what, and what to use in class (R72, R100)."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.requests import InputKind
from case_api.domain.policy import Policy
from case_api.domain.questions.request_state import State, progress_at
from case_api.domain.questions.teaching import class_on
from case_api.domain.words import day_of
from case_api.views.answer import Part

AT_WORK: frozenset[State] = frozenset({"accepted", "active", "on_hold"})


class Partner(Part):
    """A service that works with the learner."""

    request_id: UUID
    service: str
    title: str
    agency: str | None = None
    role: str | None = Field(default=None, description="What the service does, in the words of the directory.")
    purpose: str
    input_kinds: tuple[InputKind, ...] = Field(description="What it took on.")
    state: State
    since: date
    last_input: date | None = None


class ToUse(Part):
    """What a service recommended, as it was shared with the reader."""

    recommendation_id: UUID
    service: str
    title: str
    strategies: tuple[str, ...]
    shared_on: date
    acknowledged_on: date | None = None


class TaughtLearner(Part):
    """One learner, by the name that the school knows."""

    case_id: UUID
    name: str | None = None
    setting: str | None = None
    setting_class: str | None = None
    partners: tuple[Partner, ...]
    to_use: tuple[ToUse, ...]


def taught_learner(case: Case, reader: str, at: datetime, policy: Policy, authority: Authority) -> TaughtLearner:
    """The learner as the *reader*, a member of staff, works with them."""
    today = day_of(at, policy.tz)
    return TaughtLearner(
        case_id=case.id,
        name=case.people.learner.name if case.people.learner else None,
        setting=case.setting_on(today),
        setting_class=class_on(case, today),
        partners=tuple(_partners(case, at, policy, authority)),
        to_use=tuple(_to_use(case, reader, policy, authority)),
    )


def _partners(case: Case, at: datetime, policy: Policy, authority: Authority) -> Iterator[Partner]:
    """Work that was taken on and is not over; not what somebody asked for in confidence (I14)."""
    for request_id, request in case.requests.by_id.items():
        progress, asked = progress_at(case, request, at, policy.tz), request.asked
        if progress is None or progress.state not in AT_WORK or not asked.parents_told:
            continue
        listed = authority.services.get(asked.service)
        yield Partner(
            request_id=request_id,
            service=asked.service,
            title=listed.title if listed else asked.service,
            agency=listed.agency if listed else None,
            role=listed.role if listed else None,
            purpose=asked.purpose,
            input_kinds=progress.request.accepted,
            state=progress.state,
            since=day_of(progress.since, policy.tz),
            last_input=progress.work.last_input,
        )


def _to_use(case: Case, reader: str, policy: Policy, authority: Authority) -> Iterator[ToUse]:
    for recommendation_id, known in case.recommendations.by_id.items():
        held = known.holders.get(reader)
        if held:
            listed, said = authority.services.get(known.made.service), held.acknowledged_at
            yield ToUse(
                recommendation_id=recommendation_id,
                service=known.made.service,
                title=listed.title if listed else known.made.service,
                strategies=known.made.strategies,
                shared_on=day_of(held.shared_at, policy.tz),
                acknowledged_on=day_of(said, policy.tz) if said else None,
            )
