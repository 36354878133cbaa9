"""A record on its way: to whom, how far it has come, and what was sent (R29, R111, I33)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded
from case_api.domain.facts.transfers import State, Transfers
from case_api.domain.policy import Policy
from case_api.domain.questions.record_content import content_of
from case_api.domain.words import has_come
from case_api.views.answer import Answer, AsOf, NothingKnown, times
from case_api.views.known import as_known, case_as_known
from case_api.views.matter_view import matter_as_known


class TransferShown(Answer):
    """One transfer, with what was sent."""

    transfer_id: UUID
    to_setting: str
    to_staff: str
    from_day: date
    sent_at: datetime | date
    state: State = Field(description="`replaced` where the record was sent anew before this one was received.")
    received_at: datetime | date | None = None
    events: int = Field(description="How many facts were sent.")
    content_hash: str = Field(description="SHA-256 over the UTF-8 bytes of `content` as it was sent, in hexadecimal.")
    content: str = Field(description="The record as one JSON document, to be hashed as it stands.")
    unchanged: bool = Field(description="False where something in it was erased since; then have it sent anew.")


class TransferView(TransferShown):
    """One transfer, with the record as it was sent."""

    case_id: UUID


class MatterTransferView(TransferShown):
    """One transfer of a child-protection matter, for its named group alone (I30)."""

    matter_id: UUID


def transfer_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, transfer_id: UUID) -> TransferView:
    """A transfer as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    return TransferView(case_id=case.id, **_shown(case.transfers, events, as_of, policy, transfer_id))


def matter_transfer(events: Sequence[Recorded], as_of: AsOf, policy: Policy, transfer_id: UUID) -> MatterTransferView:
    """The same of a matter. Raises NothingKnown."""
    matter = matter_as_known(events, as_of)
    shown = _shown(matter.transfers, events, as_of, policy, transfer_id, sealed=True)
    return MatterTransferView(matter_id=matter.id, **shown)


def _shown(
    transfers: Transfers,
    events: Sequence[Recorded],
    as_of: AsOf,
    policy: Policy,
    transfer_id: UUID,
    *,
    sealed: bool = False,
) -> dict[str, Any]:
    transfer = transfers.by_id.get(transfer_id)
    if transfer is None or not has_come(transfer.at, as_of.valid_at, policy.tz):
        raise NothingKnown
    content = content_of(as_known(events, as_of.known_at), transfer.sent.upto, sealed=sealed)
    return {
        "sent_at": transfer.at,
        "state": transfer.state,
        "received_at": transfer.received_at,
        "content": content.text,
        "unchanged": content.hash == transfer.sent.content_hash,
        **transfer.sent.model_dump(exclude={"upto"}),
        **times(as_of),
    }
