"""Facts for the store's own tests, made by hand; what they say does not matter to a store."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from case_api.domain.event import Actor, Envelope, Event, Source
from case_api.store.append import Append, Fact, Keyed, Reply
from tests import canaries

NOW = datetime(2025, 9, 10, 9, 0, tzinfo=UTC)


class NoteTaken(Event, grounds="test", stored=False):
    """A fact with a free text in it."""

    text: str
    person: UUID | None = None


def envelope(sensitivity="routine"):
    return Envelope(
        actor=Actor(subject="t-1", role="teacher", organisation="burnside"),
        occurred_at=NOW,
        source=Source(system="test"),
        correlation_id=uuid4(),
        policy="scotland-generic@1",
        sensitivity=sensitivity,
    )


def note(stream, version, text=canaries.FREE_TEXT, *, key_id=None, at=NOW, event_id=None):
    return Fact(
        stream=stream,
        version=version,
        event_id=event_id or uuid4(),
        recorded_at=at,
        key_id=key_id or stream,
        envelope=envelope(),
        fact=NoteTaken(text=text),
    )


def opening(stream, *, versions=1, **more):
    """The first command of a stream: its key and its first facts."""
    facts = tuple(note(stream, version) for version in range(1, versions + 1))
    return Append(facts, new_keys=(stream,), **more)


def following(stream, version, **more):
    return Append((note(stream, version),), **more)


def keyed(key="k-1", *, client="mis", fingerprint=b"f" * 32, body=b'{"etag":"x"}', case_id=None):
    return Keyed(client, key, fingerprint, Reply(201, (("ETag", "x"),), body), case_id)
