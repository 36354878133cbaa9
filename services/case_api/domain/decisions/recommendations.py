"""Sharing what a service recommends with those who work with the learner, and saying that one has it (I26)."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.recommendations import (
    Recommendation,
    RecommendationAcknowledged,
    RecommendationShared,
)
from case_api.domain.questions.listed_staff import the_directory_knows_them
from case_api.domain.questions.recommendations import left_out
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Line, RecommendationId, Subject, Text


class ShareRecommendation(Command):
    """A recommendation is put before the staff who work with the learner."""

    staff: Annotated[tuple[Subject, ...], Field(min_length=1, max_length=60)]
    """By token subject (`sub`); whoever teaches or assists the learner now is among them, or has it already."""
    system: Line | None = None
    """Through which system, such as the school's information system; absent if by hand."""
    left_out_reason: Text | None = None
    """Why somebody who teaches or assists the learner is left out."""

    examples = ({"staff": ["okafor", "dar", "hay"], "system": "School information system"},)  # fmt: skip


class AcknowledgeRecommendation(Command):
    """A member of staff says that they have it; each does so for themselves."""

    examples = ({},)  # fmt: skip


class TeachersLeftOut(Refusal):
    slug = "teachers-left-out"
    rule_id = "I26"
    guidance_ref = "R95"
    title = "A recommendation goes to everybody who teaches or assists the learner now, not to management alone."
    advice = "Add the staff named under 'missing', or give left_out_reason."


class NotSharedWithThem(Refusal):
    slug = "not-shared-with-them"
    rule_id = "I26"
    guidance_ref = "R72"
    title = "This recommendation was not shared with you, so there is nothing to acknowledge."
    advice = "Ask whoever coordinates for the learner to share it with you."


def everybody_who_teaches_them_has_it(
    case: Case, known: Recommendation, command: ShareRecommendation, at: Situation
) -> Refusal | None:
    """R95, I26: what a service recommends is not kept among management."""
    without = [one for one in left_out(case, known, at.authority, at.today) if one not in command.staff]
    if not without or command.left_out_reason:
        return None
    missing = tuple(Missing(rule_id="I26", what="not_shared_with", ref=one) for one in without)
    return TeachersLeftOut(missing=missing, pointer="/staff")


def share_recommendation(
    case: Case, recommendation_id: RecommendationId, command: ShareRecommendation, at: Situation
) -> Decision:
    known = case.recommendations.by_id.get(recommendation_id)
    if known is None:
        return decided(NotOnThisCase())
    new = tuple(dict.fromkeys(one for one in command.staff if one not in known.holders))
    shared = RecommendationShared(
        **_about(known), staff=new or command.staff, system=command.system, left_out_reason=command.left_out_reason
    )
    return decided(
        the_directory_knows_them("/staff", new, case, at.today, at),
        everybody_who_teaches_them_has_it(case, known, command, at),
        then=shared if new else (),
    )


def acknowledge_recommendation(
    case: Case, recommendation_id: RecommendationId, _: AcknowledgeRecommendation, at: Situation
) -> Decision:
    """For the member of staff whom the token names."""
    known = case.recommendations.by_id.get(recommendation_id)
    if known is None:
        return decided(NotOnThisCase())
    held = known.holders.get(at.actor.subject)
    if held is None:
        return decided(NotSharedWithThem())
    acknowledged = RecommendationAcknowledged(**_about(known), staff=at.actor.subject)
    return decided(then=() if held.acknowledged_at else acknowledged)


def _about(known: Recommendation) -> dict[str, object]:
    return known.made.model_dump(include={"request_id", "service", "recommendation_id"})
