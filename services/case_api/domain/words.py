"""The small values that events and commands are made of.

Everything here is immutable and knows nothing but itself.
"""

import re
from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

CaseId = UUID
PersonId = UUID
EventId = UUID
ConcernId = UUID
AssessmentId = UUID
ViewsId = UUID
MeasureId = UUID
JointId = UUID
ReviewId = UUID
AgreementId = UUID
RequestId = UUID
RecommendationId = UUID
MeetingId = UUID
PlanId = UUID
ThreadId = UUID
EvaluationId = UUID
WithholdingId = UUID
OverrideId = UUID
ProtectionDecisionId = UUID
SharingId = UUID

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
"""A word of a vocabulary that a policy pack or the directory defines."""

ROLES: Final = frozenset({
    "teacher", "pupil_support", "support_assistant", "school_leader", "child_protection", "agency", "external", "mis",
    "authority_admin", "auditor", "notifier", "carer", "learner",
})  # fmt: skip
"""Every role that a token can give; others in it are passed over."""

ServiceCode = Code


class Personal(str):
    """Text by or about a person. It is that text in every way but one: printed or formatted it is `<personal>` (T10).

    What writes an answer, a letter's facts or the log of events takes it as the text it is; an f-string, `str`, `%s`,
    a traceback, a debugger's line do not. Joining with `+` or `join` yields plain text again.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return PERSONAL

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return PERSONAL


PERSONAL: Final = "<personal>"
AS_PERSONAL: Final = AfterValidator(Personal)

NOT_BLANK: Final = "[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""Some sign that is no white space (Unicode, White_Space), spelt out: what `\\s` holds differs between the languages of
patterns, and not all of them know an escape for a sign."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=NOT_BLANK), AS_PERSONAL]
"""Free text that a person wrote: never blank, at most 4,000 characters."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK), AS_PERSONAL]
"""A name, an address, a few words."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK)]
"""What everybody may read in print: the title of a service, a version."""

Subject = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
"""A member of staff as their token names them, in printable ASCII, never by a name of their own (D8)."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of some content, in lower-case hexadecimal."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


def staff_recipient(staff: str) -> str:
    """A member of staff as the notifier addresses them."""
    return "staff:" + staff


YEARS = range(1900, 2200)
"""Years that a command may name; dates beyond them are slips of the pen."""
_YEAR = "^(19|20|21)[0-9]{2}-"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY_SCHEMA = {"type": "string", "format": "date", "pattern": _YEAR}
_INSTANT_SCHEMA = {"type": "string", "format": "date-time", "pattern": _YEAR}


def _day_or_instant(value: Any) -> Any:
    """A full date, or a date-time of RFC 3339, from text; anything else is left to be refused."""
    if not isinstance(value, str):
        return value
    if _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value.upper())
    if _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("a date or a date-time with its offset is wanted")


def _within_years(moment: date) -> date:
    if moment.year not in YEARS:
        raise ValueError("a year from 1900 to 2199 is wanted")
    return moment


Day = Annotated[date, AfterValidator(_within_years), WithJsonSchema(_DAY_SCHEMA)]
"""A day that a command names."""

Occurred = Annotated[
    AwareDatetime | date,
    BeforeValidator(_day_or_instant),
    AfterValidator(_within_years),
    WithJsonSchema({"anyOf": [_DAY_SCHEMA, _INSTANT_SCHEMA]}),
]
"""When something happened in the world: a whole local day, or an instant with its offset."""

Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_day_or_instant),
    AfterValidator(_within_years),
    WithJsonSchema(_INSTANT_SCHEMA),
]
"""A moment that a command names, such as the time of a meeting."""

Sensitivity = Literal["routine", "restricted", "protection"]


class Value(BaseModel):
    """An immutable value; unknown fields are an error, and no error quotes what it was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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


def has_come(moment: datetime | date, at: datetime, zone: tzinfo) -> bool:
    """Whether *moment* lies at or before *at*; a whole day from its start (D6)."""
    return start_of(moment, zone) <= at


class ViewsMissing(Value):
    """Why somebody's views could not be obtained (I19)."""

    party: PersonId
    reason: Text


class OutcomeStatus(Value):
    """How far one intended outcome was reached."""

    outcome: Line
    status: Literal["met", "partly_met", "not_met"]


class Contributor(Value):
    """Somebody whose information the request brings together (R77)."""

    staff: Line
    role: Code


class MeasureTried(Value):
    """A support that was tried for one need, before a service was asked (R75)."""

    measure_id: MeasureId
    need_ref: Code


class AgreementRef(Value):
    """The agreement relied on, and the version of the case at which it was granted."""

    id: AgreementId
    granted_at_version: Annotated[int, Field(ge=1)]


class LawfulBasis(Value):
    """On what a disclosure stands in data law: an article 6 basis, and an article 9 condition where one is needed.

    As the policy pack says it for each footing; a record of what was relied on, not a judgement that it suffices.
    """

    art6: Literal["consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests"]
    art9: Code | None = None


class AssertedAgreement(Value):
    """An agreement that an outside requester says they obtained (I15)."""

    party: PersonId
    how: Line
