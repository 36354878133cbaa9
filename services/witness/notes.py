"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature v1)."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE: Final = b"\x01"
COSIGNATURE: Final = b"\x04"


class BadNote(ValueError):
    """A note that cannot be read, or is not signed by whom it should be."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a log says that it reaches."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class LogKey:
    """The published key of a log."""

    name: str
    ident: bytes
    public: Ed25519PublicKey

    @classmethod
    def read(cls, text: str) -> "LogKey":
        """From `name+hash+base64`. Raises BadNote."""
        try:
            name, ident, encoded = text.strip().split("+", 2)
            key = b64decode(encoded, validate=True)
            if key[:1] != SIGNATURE or _ident(name, key).hex() != ident:
                raise BadNote("not an Ed25519 key of that name")
            return cls(name, bytes.fromhex(ident), Ed25519PublicKey.from_public_bytes(key[1:]))
        except ValueError:
            raise BadNote("the key of the log cannot be read") from None

    def open(self, note: str) -> Checkpoint:
        """The checkpoint that the log signed. Raises BadNote."""
        text, signatures = _parts(note)
        try:
            [signature] = [value for name, value in signatures if name == self.name and value[:4] == self.ident]
            self.public.verify(signature[4:], text.encode())
        except (ValueError, InvalidSignature):
            raise BadNote("the note is not a checkpoint that this log signed") from None
        return self.said_in(note)

    def said_in(self, note: str) -> Checkpoint:
        """What a note says of the log of this name, whoever signed it. Raises BadNote."""
        text, _ = _parts(note)
        try:
            origin, size, root = text.splitlines()[:3]
            if origin == self.name and str(int(size)) == size:
                return Checkpoint(origin, int(size), b64decode(root, validate=True))
        except ValueError:
            pass
        raise BadNote("the note is no checkpoint of this log")


class Cosigner:
    """The witness's own name and Ed25519 key, from a seed of 32 bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        named = COSIGNATURE + self._private.public_key().public_bytes_raw()
        self._ident = _ident(name, named)
        self.key = f"{name}+{self._ident.hex()}+{b64encode(named).decode()}"
        """The verification key, for publication."""

    def cosigned(self, note: str, at: int) -> str:
        """The note with this witness's signature added, and the second since 1970 at which it was seen."""
        text, _ = _parts(note)
        signature = self._private.sign(_seen(at, text))
        return f"{note}— {self.name} {b64encode(self._ident + at.to_bytes(8, 'big') + signature).decode()}\n"

    def bears(self, note: str) -> bool:
        """Whether this witness cosigned the note."""
        text, signatures = _parts(note)
        for name, value in signatures:
            if name == self.name and value[:4] == self._ident:
                try:
                    self._private.public_key().verify(value[12:], _seen(int.from_bytes(value[4:12], "big"), text))
                except InvalidSignature:
                    return False
                return True
        return False


def _seen(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _ident(name: str, key: bytes) -> bytes:
    return sha256(f"{name}\n".encode() + key).digest()[:4]


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text that was signed, and each signature with its name."""
    text, blank, below = note.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise BadNote("the note has no signatures")
    signatures: list[tuple[str, bytes]] = []
    for line in below.splitlines():
        dash, name, encoded = [*line.split(" "), "", ""][:3]
        try:
            signatures.append((name, b64decode(encoded, validate=True)))
        except ValueError:
            raise BadNote("a signature cannot be read") from None
        if dash != "—":
            raise BadNote("a signature cannot be read")
    return f"{text}\n", signatures
