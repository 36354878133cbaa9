"""The library's mapper over sealed frames: stored names instead of Python paths, a key per stream."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Literal
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from case_api.domain.event import SEALED, Envelope, Event, Recorded, Unreadable
from case_api.store import body
from case_api.store.append import Fact
from case_api.store.database import id_out
from case_api.store.frame import Frame, FrameError, Header, commitment, fresh, seal, take_apart, unseal

Keys = Mapping[int, AESGCM | None]
"""Data keys by the numbers of their ids, which are looked up sooner than ids; None stands for a destroyed one."""
SealingKeys = Mapping[int, AESGCM]
"""Keys to seal under, found in the same way."""


class FrameMapper(Mapper[UUID]):
    """Facts to frames and back, for one authority.

    The library's two doors take keys one by one through *find_keys*; the journal hands in many at once.
    """

    def __init__(self, authority: str, find_keys: Callable[[Iterable[UUID]], Keys]) -> None:
        super().__init__(JSONTranscoder())  # which nothing uses: the library wants one
        self._authority = authority
        self._find_keys = find_keys
        self._reader = cache(body.reader)

    def seal(self, fact: Fact, key: AESGCM) -> StoredEvent:
        """The stored form of a fact."""
        kind = type(fact.fact)
        name, schema = (SEALED, 1) if fact.sealed else (kind.topic, kind.schema_version)
        content = (body.write_sealed if fact.sealed else body.write)(fact.envelope, fact.fact)
        salt, nonce = fresh()
        header = Header(
            authority=self._authority,
            commitment=commitment(salt, content),
            event_id=fact.event_id,
            key_id=fact.key_id,
            recorded_at=fact.recorded_at,
            schema=schema,
            stream=fact.stream,
            type=name,
            version=fact.version,
        )
        return StoredEvent(fact.stream, fact.version, name, seal(key, header, content, salt, nonce))

    def take_apart(self, stream: UUID, version: int, name: str, state: bytes) -> Frame:
        """The frame that stands at a place. Raises FrameError if it belongs to another, or to another authority."""
        frame = take_apart(state)
        named = frame.header
        if (
            named.version != version
            or named.stream.int != stream.int  # as `!=` of ids would say, and much sooner
            or named.type != name
            or named.authority != self._authority
        ):
            raise FrameError("a frame stands where it does not belong")
        return frame

    def open_all(self, frames: Iterable[Frame], keys: Keys) -> list[Recorded]:
        """The facts of many frames in their order; *keys* holds the key of each. Raises FrameError as `open` does."""
        return [self.open(frame, keys[frame.header.key_id.int]) for frame in frames]

    def open(self, frame: Frame, key: AESGCM | None) -> Recorded:
        """The fact in its place, or Unreadable there: erased with its key, or of a newer program (D21).

        Raises FrameError if the frame was altered; without a key nobody can tell.
        """
        header = frame.header
        envelope, fact = _unreadable(header, "erased") if key is None else self._within(header, unseal(key, frame)[1])
        return Recorded(
            header.stream,
            header.version,
            header.event_id,
            header.recorded_at,
            header.type,
            header.key_id,
            envelope,
            fact,
        )

    def _within(self, header: Header, content: bytes) -> tuple[Envelope | None, Event]:
        name, schema = header.type, header.schema
        if name == SEALED:
            name, schema = body.type_within(content)
        read = self._reader(name, schema)
        return read(content) if read else _unreadable(header, "unknown")

    def to_stored_event(self, domain_event: Fact) -> StoredEvent:  # type: ignore[override]
        """The library's door in. Raises ValueError if the key was destroyed."""
        key = self._find_keys([domain_event.key_id])[domain_event.key_id.int]
        if key is None:
            raise ValueError("the key of this stream was destroyed")
        return self.seal(domain_event, key)

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:  # type: ignore[override]
        """The library's door out."""
        frame = self.take_apart(
            id_out(stored_event.originator_id), stored_event.originator_version, stored_event.topic, stored_event.state
        )
        return self.open(frame, self._find_keys([frame.header.key_id])[frame.header.key_id.int])


def key_ids(frames: Iterable[Frame]) -> Collection[UUID]:
    """The ids of the keys under which frames are sealed, each once."""
    return {frame.header.key_id.int: frame.header.key_id for frame in frames}.values()


def _unreadable(header: Header, why: Literal["erased", "unknown"]) -> tuple[None, Unreadable]:
    return None, Unreadable(why=why, stored_name=header.type)
