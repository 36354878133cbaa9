"""The small values that events and commands are made of.

Everything here is immutable and knows nothing but itself.
"""

from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

CaseId = UUID
PersonId = UUID
EventId = UUID
ConcernId = UUID
AssessmentId = UUID
ViewsId = UUID
MeasureId = UUID
ReviewId = UUID
AgreementId = UUID
RequestId = UUID
RecommendationId = UUID

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
"""A word of a vocabulary that a policy pack or the directory defines."""

ServiceCode = Code
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
"""Free text that a person wrote: never empty, at most 4,000 characters."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


def _date_or_instant(value: Any) -> Any:
    if isinstance(value, str) and len(value) == len("2025-09-10"):
        return date.fromisoformat(value)
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, int | float):
        raise ValueError("an ISO 8601 date or date-time is wanted")
    return value


Occurred = Annotated[
    AwareDatetime | date,
    BeforeValidator(_date_or_instant),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
    ),
]
"""When something happened in the world: a whole local day, or an instant with its offset."""

Sensitivity = Literal["routine", "restricted", "protection"]


class Value(BaseModel):
    """An immutable value; unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def day_of(occurred: datetime | date, zone: tzinfo) -> date:
    """The local day on which *occurred* lies (D6: days are days in the authority's zone)."""
    return occurred.astimezone(zone).date() if isinstance(occurred, datetime) else occurred


def end_of(moment: datetime | date, zone: tzinfo) -> datetime:
    """The last instant of a whole day, or the instant itself, in UTC."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time.max, zone).astimezone(UTC)


def start_of(moment: datetime | date, zone: tzinfo) -> datetime:
    """The first instant of a whole day, or the instant itself, in UTC."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time.min, zone).astimezone(UTC)


class ViewsMissing(Value):
    """Why somebody's views could not be obtained (I19)."""

    party: PersonId
    reason: Text


class OutcomeStatus(Value):
    """How far one intended outcome was reached."""

    outcome: Line
    status: Literal["met", "partly_met", "not_met"]
