"""Assessing needs and recording what people say."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.assessments import Need, NeedsAssessed, ViewsRecorded
from case_api.domain.questions.references import known, known_people
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, Line, PersonId, Text, ViewsId


class RecordAssessment(Command):
    """The learner's needs are assessed."""

    tool: Code
    tool_version: Line | None = None
    needs: Annotated[tuple[Need, ...], Field(min_length=1, max_length=30)]
    strengths: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    challenges: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    contributors: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    views_refs: Annotated[tuple[ViewsId, ...], Field(max_length=30)] = ()


class RecordViews(Command):
    """The learner or a carer says what they think."""

    party: PersonId
    about_ref: UUID | None = None
    how_gathered: Code
    supporter: Line | None = None
    views: Text
    acknowledged_by: Line | None = None


def record_assessment(case: Case, command: RecordAssessment, at: Situation) -> Decision:
    assessment_id = at.new_id()
    return decided(
        known("/views_refs", command.views_refs, case.assessments.views),
        then=NeedsAssessed(assessment_id=assessment_id, **command.model_dump(exclude={"occurred_at"})),
        created=assessment_id,
    )


def record_views(case: Case, command: RecordViews, at: Situation) -> Decision:
    views_id = at.new_id()
    return decided(
        known_people("/party", (command.party,), case),
        then=ViewsRecorded(views_id=views_id, **command.model_dump(exclude={"occurred_at"})),
        created=views_id,
    )
