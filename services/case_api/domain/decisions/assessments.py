"""Assessing needs and recording what people say."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.assessments import Need, NeedsAssessed, ViewsRecorded
from case_api.domain.questions.references import known, known_people
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, Label, Line, PersonId, Text, ViewsId


class RecordAssessment(Command):
    """The learner's needs are assessed."""

    tool: Code
    """How the needs were found, such as `observation`."""
    tool_version: Label | None = None
    needs: Annotated[tuple[Need, ...], Field(min_length=1, max_length=30)]
    """Codes of the needs found; requests for assistance refer to them."""
    strengths: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    challenges: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    contributors: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    """Staff who contributed."""
    views_refs: Annotated[tuple[ViewsId, ...], Field(max_length=30)] = ()
    """What the learner and carers said, by the ids of their views (`/views`)."""

    examples = ({
        "tool": "observation",
        "needs": [{"code": "receptive_language", "indicator": "achieving"}],
        "strengths": ["Explains with drawings what words do not say yet."],
        "challenges": ["Instructions of more than two steps."],
        "contributors": ["okafor"],
    },)  # fmt: skip


class RecordViews(Command):
    """The learner or a carer says what they think."""

    party: PersonId
    """The learner or carer whose views they are."""
    about_ref: UUID | None = None
    """The event or thing of the case that they speak about, if any."""
    how_gathered: Code
    """Such as `talked`, `drawing` or `questionnaire`."""
    supporter: Line | None = None
    """Who helped them to say it."""
    views: Text
    """What they said, in their words."""
    acknowledged_by: Line | None = None
    """Who of the staff took it in."""

    examples = ({
        "party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b10",
        "how_gathered": "drawing",
        "supporter": "okafor",
        "views": "I like it when there are pictures.",
    },)  # fmt: skip


def record_assessment(case: Case, command: RecordAssessment, at: Situation) -> Decision:
    assessment_id = at.new_id()
    return decided(
        known("/views_refs", command.views_refs, case.assessments.views),
        then=NeedsAssessed(assessment_id=assessment_id, **command.said(without={"occurred_at"})),
        created=assessment_id,
    )


def record_views(case: Case, command: RecordViews, at: Situation) -> Decision:
    views_id = at.new_id()
    return decided(
        known_people("/party", (command.party,), case),
        then=ViewsRecorded(views_id=views_id, **command.said(without={"occurred_at"})),
        created=views_id,
    )
