"""Receipts: what every recorded command answers, made before it is stored, so that a replay is the same (D13)."""

from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID, uuid4

import msgspec
from pydantic import BaseModel, Field
from starlette.responses import Response

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.feed import receipt_cursor
from case_api.http.conditional import case_etag, content_etag
from case_api.order import Answer, Receipt
from case_api.store.journal import Reply
from case_api.store.keys import Keyring

JSON: Final = (b"content-type", b"application/json")
REPLAYED: Final = (b"idempotency-replayed", b"true")


class ReceiptBody(BaseModel):
    """What was recorded, and where the record stands now."""

    id: UUID | None = Field(default=None, description="Of what the command made, where it made something.")
    etag: str = Field(
        description="The record's new ETag, for If-Match; in a carer's or learner's receipt it stands for no version."
    )
    cursor: str = Field(description="A place in the feed: events after this command come after it.")


class Would(BaseModel):
    """One event that a dry run would have recorded."""

    type: str
    data: dict[str, object]


class WouldRecordBody(BaseModel):
    """What a dry run found."""

    would_record: list[Would]


def viewer(who: Principal) -> str:
    """Who looks, as an ETag knows them."""
    return f"{who.organisation}\0{who.client}\0{who.subject}"


def replier(
    keyring: Keyring, who: Principal, day: date, location: Callable[[UUID], str] | None
) -> Callable[[Receipt], Reply]:
    """Makes the receipt of one command; *location* gives the address of what it created."""

    def reply(receipt: Receipt) -> Reply:
        tag = _tag(keyring, who, receipt, day)
        made = {} if receipt.created is None else {"id": receipt.created}
        body = {**made, "etag": tag, "cursor": receipt_cursor(keyring, receipt.stream, receipt.version)}
        headers = [("ETag", tag)]
        if receipt.created is not None and location is not None:
            headers.append(("Location", location(receipt.created)))
        return Reply(201 if receipt.recorded else 200, tuple(headers), msgspec.json.encode(body))

    return reply


def _tag(keyring: Keyring, who: Principal, receipt: Receipt, day: date) -> str:
    """For the family one that says nothing: how far the case has come is not theirs to know (I25)."""
    if who.roles & FAMILY_ROLES:
        return content_etag(keyring, viewer=viewer(who), view=str(uuid4()))
    return case_etag(keyring, receipt.stream, receipt.version, viewer=viewer(who), day=day)


class Answered(Response):
    """The stored reply as it is; a replay says so."""

    media_type = "application/json"

    def __init__(self, answer: Answer) -> None:
        reply = answer.reply
        self.status_code, self.body, self.background = reply.status, reply.body, None
        self.raw_headers = [
            *[(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers],
            (b"content-length", b"%d" % len(reply.body)),
            JSON,
            *([REPLAYED] if answer.replayed else ()),
        ]
