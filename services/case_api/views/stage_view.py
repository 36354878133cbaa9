"""Where the learner stands on the ladder, who decided it, and on what (R17, R21-R26, R30)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, cast
from uuid import UUID

from case_api.domain.case import Case, corrected
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.aspire import NeedPhase, phases
from case_api.views.known import as_known, case_as_known


class StageHeld(Part):
    """A stage of the ladder, and the day from which it has been held."""

    code: str
    label: str
    since: date | None = None


class StageView(StageHeld, Answer):
    """The stage at one time, with the decision it stands on (none for the first), and where each need is in ASPIRE."""

    case_id: UUID
    decided_by: str | None = None
    direction: Literal["up", "down"] | None = None
    evidence_refs: tuple[UUID, ...] = ()
    next_review_on: date | None = None
    needs: tuple[NeedPhase, ...] = ()


def stage_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> StageView:
    """The stage as true at `as_of.valid_at`. Raises NothingKnown."""
    known = as_known(events, as_of.known_at)
    case = case_as_known(known, as_of)
    day = day_of(as_of.valid_at, policy.tz)
    entry = case.stages.on(day)
    return StageView(
        case_id=case.id,
        **stage_held(case, as_of.valid_at, policy).model_dump(),
        decided_by=entry.decided_by if entry else None,
        direction=cast("Literal['up', 'down']", entry.direction) if entry else None,
        evidence_refs=entry.evidence_refs if entry else (),
        next_review_on=case.reviews.next_on(day),
        needs=phases(corrected(known), day, policy.tz),
        **times(as_of),
    )


def stage_held(case: Case, at: datetime, policy: Policy) -> StageHeld:
    """The stage at *at*; the ladder's first from the day of registration on."""
    entry = case.stages.on(day_of(at, policy.tz))
    if entry is not None:
        return StageHeld(code=entry.stage, label=label_of(entry.stage, policy), since=entry.since)
    registered = case.people.registered_at
    began = day_of(registered, policy.tz) if registered and has_come(registered, at, policy.tz) else None
    first = policy.first_stage.code
    return StageHeld(code=first, label=label_of(first, policy), since=began)


def label_of(code: str, policy: Policy) -> str:
    """The stage's English label; its code where this policy has no such stage."""
    stage = policy.stage(code)
    return stage.label.get("en", code) if stage else code
