"""A record as one text, the same whenever it is made: what is passed on, and what its hash stands for (R111).

The text is one JSON document, keys sorted, without blanks. Its hash is taken over its bytes, so that whoever receives
it needs no rules for writing JSON. What is labelled protection is not in it (I30): that goes its own way, sealed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from msgspec import to_builtins

from case_api.domain.event import Envelope, Recorded, Unreadable


@dataclass(frozen=True, slots=True)
class Content:
    """A record up to a version."""

    text: str
    events: int

    @property
    def hash(self) -> str:
        """SHA-256 over the text's UTF-8 bytes, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


def content_of(history: Sequence[Recorded], upto: int, *, sealed: bool = False) -> Content:
    """The record of *history*, in order, up to the version *upto*. What was erased since shows as erased.

    Of a *sealed* history, a matter's, it is all; of a case what is not labelled protection.
    """
    told = [event for event in history if event.version <= upto and (sealed or not _is_protected(event))]
    document = {"format": "stagepost-record-1", "events": [_entry(event) for event in told]}
    return Content(json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")), len(told))


def _is_protected(event: Recorded) -> bool:
    return event.envelope is not None and event.envelope.sensitivity == "protection"


def _entry(event: Recorded) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": str(event.event_id),
        "type": event.true_name,
        "subject": str(event.stream),
        "recorded_at": event.recorded_at.isoformat(),
    }
    if isinstance(event.fact, Unreadable) or event.envelope is None:
        return entry | {"unreadable": getattr(event.fact, "why", "unknown")}
    return entry | _told(event.envelope) | {"data": event.fact.model_dump(mode="json", exclude_none=True)}


def _told(envelope: Envelope) -> dict[str, Any]:
    actor = to_builtins(envelope.actor)
    return {"occurred_at": envelope.occurred_at.isoformat(), "actor": actor, "policy": envelope.policy}
