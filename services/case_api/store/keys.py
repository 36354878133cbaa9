"""The authority's key and what hangs on it: data keys, sealed replies, search hashes, opaque values."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

AUTHORITY_KEY = 32
"""Length of an authority's key, in bytes."""

_NONCE = 12


class Keyring:
    """Sub-keys of an authority's key, one for each purpose (RFC 5869). Raises ValueError for a short key."""

    def __init__(self, authority: str, authority_key: bytes) -> None:
        if len(authority_key) != AUTHORITY_KEY:
            raise ValueError(f"an authority's key has {AUTHORITY_KEY} bytes")
        self.authority = authority
        self._wrap = AESGCM(_derive(authority, authority_key, "wrap"))
        self._replies = AESGCM(_derive(authority, authority_key, "replies"))
        self._opaque = AESGCM(_derive(authority, authority_key, "opaque"))
        self._tag = AESSIV(_derive(authority, authority_key, "tag", length=64))
        self._search = HMAC(_derive(authority, authority_key, "search"), SHA256())
        self._fingerprint = HMAC(_derive(authority, authority_key, "fingerprint"), SHA256())

    def new_data_key(self, key_id: UUID) -> bytes:
        """A new random data key, wrapped: it opens under this key id only (D10)."""
        return _seal(self._wrap, AESGCM.generate_key(256), key_id.bytes)

    def unwrap(self, key_id: UUID, wrapped: bytes) -> AESGCM:
        """The data key, ready for use. Raises ValueError if it was wrapped for another id or another authority."""
        return AESGCM(self.data_key(key_id, wrapped))

    def data_key(self, key_id: UUID, wrapped: bytes) -> bytes:
        """The data key itself, which takes less memory. Raises ValueError as `unwrap` does."""
        return _open(self._wrap, wrapped, key_id.bytes)

    def search_hash(self, system: str, value: str) -> bytes:
        """Keyed hash under which an identifier or a name is looked up (D9); the caller normalises *value*."""
        return _hashed(self._search, system.encode(), value.encode())

    def fingerprint(self, method: str, path: str, body: bytes) -> bytes:
        """Keyed hash of a request, by which a repeated Idempotency-Key is told from a reused one (D13)."""
        return _hashed(self._fingerprint, method.encode(), path.encode(), sha256(body).digest())

    def seal_reply(self, reply: bytes, associated: bytes) -> bytes:
        """Seal what a command answered (D13)."""
        return _seal(self._replies, reply, associated)

    def open_reply(self, sealed: bytes, associated: bytes) -> bytes:
        """Raises ValueError if it was altered or belongs to another row."""
        return _open(self._replies, sealed, associated)

    def seal_opaque(self, kind: str, value: bytes) -> str:
        """A value that only this authority's server can read, safe in a URL, different each time (D18)."""
        return _text(_seal(self._opaque, value, kind.encode()))

    def open_opaque(self, kind: str, text: str) -> bytes:
        """Raises ValueError for anything that `seal_opaque` did not make for this kind and authority."""
        return _open(self._opaque, _bytes(text), kind.encode())

    def tag(self, kind: str, value: bytes) -> str:
        """Like an opaque value, but equal values give equal tags (AES-SIV, RFC 5297): for ETags (D14)."""
        return _text(self._tag.encrypt(value, [kind.encode()]))

    def open_tag(self, kind: str, text: str) -> bytes:
        """Raises ValueError for anything that `tag` did not make for this kind and authority."""
        try:
            return self._tag.decrypt(_bytes(text), [kind.encode()])
        except InvalidTag:
            raise ValueError("not a tag of ours") from None


def _derive(authority: str, key: bytes, purpose: str, *, length: int = 32) -> bytes:
    info = _joined(b"stagepost", authority.encode(), purpose.encode())
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)


def _joined(*parts: bytes) -> bytes:
    """Parts with their lengths, so that no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _hashed(key: HMAC, *parts: bytes) -> bytes:
    """The keyed hash of *parts* by a copy of *key*, which is left as it is: to make one takes longer than to hash."""
    hashing = key.copy()
    hashing.update(_joined(*parts))
    return hashing.finalize()


def _seal(key: AESGCM, value: bytes, associated: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + key.encrypt(nonce, value, associated)


def _open(key: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], associated)
    except (InvalidTag, ValueError):
        raise ValueError("not a sealed value of ours") from None


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        value = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        raise ValueError("not an opaque value of ours") from None
    if _text(value) != text:  # the decoder passes over strange characters; one value has one spelling here
        raise ValueError("not an opaque value of ours")
    return value
