"""What the learner needs and what the people around them say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import AssessmentId, Code, Label, Line, PersonId, Text, Value, ViewsId


class Need(Value):
    """One need that was found; other facts refer to it by its code."""

    code: Code
    indicator: Code | None = None
    circle_area: Code | None = None


class NeedsAssessed(Event, grounds="6.1 ASPIRE", covers=("R18", "R21")):
    """The learner's needs were assessed, with their strengths as well as what is hard for them."""

    refs = ("assessment_id",)
    assessment_id: AssessmentId
    tool: Code
    tool_version: Label | None = None
    needs: Annotated[tuple[Need, ...], Field(min_length=1)]
    strengths: tuple[Text, ...] = ()
    challenges: tuple[Text, ...] = ()
    contributors: tuple[Line, ...] = ()
    views_refs: tuple[ViewsId, ...] = ()

    examples = ({
        "assessment_id": "0199521c-9400-7c11-8a52-6e9b4d0f2c44", "tool": "circle_participation_scale",
        "needs": [{"code": "receptive_language", "indicator": "achieving"}, {"code": "organisation"}],
        "strengths": ["Drawing", "Friends"], "contributors": ["okafor"],
    },)  # fmt: skip


class ViewsRecorded(Event, grounds="6.1", covers=("R19", "R50")):
    """The learner or a carer said what they think, and how their words were gathered."""

    refs = ("views_id",)
    views_id: ViewsId
    party: PersonId
    about_ref: UUID | None = None
    how_gathered: Code
    supporter: Line | None = None
    views: Text
    acknowledged_by: Line | None = None

    examples = ({
        "views_id": "0199521d-2800-7d3f-b263-7fac5e103d55", "party": "f2b1d9c4-8e37-4c61-b1de-57a90c3e4d22",
        "how_gathered": "drawing_and_talking",
        "views": "I want pictures. I don't like being asked in front of everybody.",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Views:
    party: PersonId
    occurred_at: date | datetime


@dataclass(frozen=True, slots=True)
class Assessments:
    needs: frozenset[str] = frozenset()
    views: Mapping[ViewsId, Views] = field(default_factory=dict)

    def parties_of(self, refs: tuple[ViewsId, ...]) -> frozenset[PersonId]:
        """Whose views the references hold; a reference that is unknown holds nobody's."""
        return frozenset(self.views[ref].party for ref in refs if ref in self.views)


def evolve(assessments: Assessments, fact: Event, at: Recorded) -> Assessments:
    match fact:
        case NeedsAssessed():
            return replace(assessments, needs=assessments.needs | {need.code for need in fact.needs})
        case ViewsRecorded():
            said = Views(fact.party, at.occurred_at)
            return replace(assessments, views=with_entry(assessments.views, fact.views_id, said))
        case _:
            return assessments
