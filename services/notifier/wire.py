"""The few fields of the case API's answers that we rely on; everything else may come and go."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AliasPath, BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
RefusalReason = Literal["withdrawn", "restricted", "erased", "superseded", "no_address", "withheld"]


class Read(BaseModel):
    """A tolerant reader; its errors never quote what was read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class FeedEvent(Read):
    """One CloudEvent of the feed: which event, of which type, about which case."""

    id: UUID
    type: Short
    case_id: UUID = Field(validation_alias=AliasPath("subject"))


class Page(Read):
    """A page of the feed. Items stay unread, so that one bad item does not spoil its neighbours."""

    items: tuple[object, ...]
    next: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Recipient(Read):
    """Who is to hear of an event, in which role, by which channels in order of preference."""

    recipient: Short
    role: Short
    channels: tuple[Short, ...] = ()


class Recipients(Read):
    """The answer of `/v1/events/{id}/recipients`."""

    recipients: tuple[Recipient, ...]


class Permit(Read):
    """Leave to send one message now: lives in memory only, for at most five seconds (D19)."""

    permit: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    to: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(repr=False)
    language: str = "en"
    facts: dict[str, object] = Field(default_factory=dict, repr=False)


class PermitRefusal(Read):
    """Why a message must not be sent."""

    reason: RefusalReason
