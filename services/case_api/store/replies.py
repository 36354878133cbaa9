"""Replies sealed under their idempotency key's row, so that a row that is moved opens nothing (D13)."""

import msgspec

from case_api.store.append import Kept, Keyed, Reply
from case_api.store.frame import FrameError
from case_api.store.keys import Keyring
from case_api.store.reads import KeptRow

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[int, tuple[tuple[str, str], ...], bytes]).decode


def seal_reply(keyring: Keyring, keyed: Keyed) -> bytes:
    """The reply as stored."""
    reply = keyed.reply
    plain = _encode((reply.status, reply.headers, reply.body))
    return keyring.seal_reply(plain, _row(keyed.client, keyed.key, keyed.fingerprint))


def open_reply(keyring: Keyring, client: str, key: str, row: KeptRow) -> Kept:
    """What is kept under a key; an emptied row is of an erased case. Raises FrameError if it was altered or moved."""
    fingerprint = bytes(row.fingerprint)
    if not row.reply:
        return Kept(fingerprint, None)
    try:
        plain = keyring.open_reply(bytes(row.reply), _row(client, key, fingerprint))
    except ValueError:
        raise FrameError("a kept reply was altered: its seal does not hold") from None
    return Kept(fingerprint, Reply(*_decode(plain)))


def _row(client: str, key: str, fingerprint: bytes) -> bytes:
    return _encode((client, key, fingerprint))
