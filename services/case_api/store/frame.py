"""The stored frame of one event (D1): what stands beside its place in the log, byte for byte.

    0x01 | u16 length, big-endian | header (UTF-8 JSON, keys sorted) | nonce (12) | ciphertext + tag

The header bytes as stored are the whole associated data of the cipher and are never written anew, so the same
bytes serve encryption, proofs and exports.
"""

import os
import struct
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME = b"\x01"
SALT = 16
NONCE = 12
_START = struct.Struct(">cH")
_HEAD = _START.size


class FrameError(ValueError):
    """A stored frame was altered, or belongs to another place in the log or to another authority."""


class Header(msgspec.Struct, frozen=True, gc=False):
    """What may be read without a key. The fields stand in alphabetical order: so the keys are sorted."""

    authority: str
    commitment: str
    """SHA-256 over salt and body, in hexadecimal (D2)."""
    event_id: UUID
    key_id: UUID
    recorded_at: datetime
    schema: int
    stream: UUID
    type: str
    version: int


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A stored frame taken apart; needs no key."""

    header: Header
    state: bytes
    """All of it."""
    end: int
    """Of the header's own bytes."""

    @property
    def associated(self) -> bytes:
        """The header's own bytes."""
        return self.state[_HEAD : self.end]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Header).decode


def commitment(salt: bytes, body: bytes) -> str:
    """Binds a header to its body without showing it; worthless once the salt is erased (D2)."""
    return sha256(b"\x02" + salt + body).hexdigest()


def fresh() -> tuple[bytes, bytes]:
    """A salt and a nonce, for one frame only."""
    random = os.urandom(SALT + NONCE)
    return random[:SALT], random[SALT:]


def seal(key: AESGCM, header: Header, body: bytes, salt: bytes, nonce: bytes) -> bytes:
    """Encrypt salt and body under the header, whose commitment was made over both."""
    named = _encode(header)
    return b"".join((FRAME, len(named).to_bytes(2, "big"), named, nonce, key.encrypt(nonce, salt + body, named)))


def take_apart(state: bytes) -> Frame:
    """Read a frame's clear part. Raises FrameError if it is none."""
    try:
        version, length = _START.unpack_from(state)
        end = _HEAD + length
        header = _decode(state[_HEAD:end])
    except (struct.error, msgspec.MsgspecError, UnicodeDecodeError):
        raise FrameError("the header of a frame cannot be read") from None
    if version != FRAME:
        raise FrameError("not a frame of a version that this program knows")
    return Frame(header, state, end)


def unseal(key: AESGCM, frame: Frame) -> tuple[bytes, bytes]:
    """Salt and body of a frame. Raises FrameError if header or body were altered, or the key is another's."""
    state, end = frame.state, frame.end
    try:
        opened = key.decrypt(state[end : end + NONCE], state[end + NONCE :], state[_HEAD:end])
    except (InvalidTag, ValueError):
        raise FrameError("a frame was altered: its seal does not hold") from None
    return opened[:SALT], opened[SALT:]
