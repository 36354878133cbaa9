"""The record on its way to another setting of the authority: sent with a hash, received when the hash agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Line

State = Literal["sent", "received", "replaced"]
ContentHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 over the UTF-8 bytes of the content, in hexadecimal."""


class RecordTransferred(Event, grounds="6.1 Universal support", covers=("R29", "R54", "R111")):
    """The record, as it stood at a version, was passed on to a member of staff of another setting."""

    correctable = False
    refs = ("transfer_id", "to_setting")
    transfer_id: UUID
    to_setting: Code
    to_staff: Line
    from_day: date
    content_hash: ContentHash
    events: Annotated[int, Field(ge=0)]
    upto: Annotated[int, Field(ge=0, description="The version of the record up to which it was passed on.")]

    examples = ({
        "transfer_id": "0196c4a1-5000-7b6e-8f01-6a2d3c4e5f60", "to_setting": "burnside-academy",
        "to_staff": "lennox", "from_day": "2026-08-18", "events": 41, "upto": 41,
        "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },)  # fmt: skip


class RecordReceived(Event, grounds="6.1 Universal support", covers=("R29", "R54", "R111")):
    """Whom the record was sent to has it, and it is what was sent: the hashes are equal."""

    correctable = False
    refs = ("transfer_id",)
    transfer_id: UUID
    received_by: Line
    content_hash: ContentHash

    examples = ({
        "transfer_id": "0196c4a1-5000-7b6e-8f01-6a2d3c4e5f60", "received_by": "lennox",
        "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transfer:
    sent: RecordTransferred
    at: date | datetime
    received: RecordReceived | None = None
    received_at: date | datetime | None = None
    replaced: bool = False
    """A later transfer went out before this one was received."""

    @property
    def state(self) -> State:
        if self.received:
            return "received"
        return "replaced" if self.replaced else "sent"


@dataclass(frozen=True, slots=True)
class Transfers:
    """The transfers of one record in order; a record is on its way to one place at a time."""

    by_id: Mapping[UUID, Transfer] = field(default_factory=dict)

    @property
    def last(self) -> Transfer | None:
        return next(reversed(tuple(self.by_id.values())), None)


def evolve(transfers: Transfers, fact: Event, at: Recorded) -> Transfers:
    match fact:
        case RecordTransferred():
            earlier = {key: replace(one, replaced=one.received is None) for key, one in transfers.by_id.items()}
            return Transfers({**earlier, fact.transfer_id: Transfer(fact, at.occurred_at)})
        case RecordReceived() if fact.transfer_id in transfers.by_id:
            sent = transfers.by_id[fact.transfer_id]
            received = replace(sent, received=fact, received_at=at.occurred_at)
            return Transfers(with_entry(transfers.by_id, fact.transfer_id, received))
        case _:
            return transfers
