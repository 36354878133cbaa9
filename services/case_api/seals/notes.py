"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint): how the log says how far it reaches."""

import math
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from case_api.seals.verifier import ED25519, Altered, Key, open_note, read_checkpoint, read_key

EMPTY: Final = sha256().digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""
Whose = Literal["own", "retired", "another", "nobody's"]


@dataclass(frozen=True, slots=True)
class Retired:
    """A key that signed before, and what the log was when it was retired: it signs for no more than that."""

    size: int
    root: bytes
    key: Key

    @classmethod
    def of(cls, line: str) -> Self:
        """From `SIZE ROOT KEY`. Raises ValueError."""
        size, root, key = line.split(" ")
        return cls(int(size), b64decode(root, validate=True), read_key(key))


class Signer:
    """An authority's log as it signs: its name, which is the origin of its checkpoints, and its Ed25519 key.

    Args:
        authority: whose log it is.
        seed: of the key, 32 bytes.
        retired: keys with which it signed before, as `SIZE ROOT KEY`.
    """

    def __init__(self, authority: str, seed: bytes, retired: Iterable[str] = ()) -> None:
        self.origin = f"stagepost/{authority}"
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        named = ED25519 + self._private.public_key().public_bytes_raw()
        self._ident = sha256(f"{self.origin}\n".encode() + named).digest()[:4]
        self.key = f"{self.origin}+{self._ident.hex()}+{b64encode(named).decode()}"
        """The verification key, for publication."""
        self.retired = tuple(map(Retired.of, retired))
        """What each key before this one signed for at last: the log is held to it."""
        self._trusted = ((math.inf, read_key(self.key)), *((one.size, one.key) for one in self.retired))

    def note(self, *lines: str) -> str:
        """The lines with their signature."""
        text = "".join(f"{line}\n" for line in lines)
        signature = b64encode(self._ident + self._private.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {signature}\n"

    def checkpoint(self, size: int, root: bytes) -> str:
        """That the log has *size* facts under this root."""
        return self.note(self.origin, str(size), b64encode(root).decode())

    def whose(self, note: str) -> Whose:
        """By which key a note says that it is signed for this log; whether it holds, only `read` tells."""
        signers = self._signers(note)
        if self._ident in signers:
            return "own"
        if signers & {one.key.ident for one in self.retired}:
            return "retired"
        return "another" if signers else "nobody's"

    def most(self, note: str) -> float:
        """For how many facts at most the keys of a note may speak; 0 where none of them is known here."""
        return max((until for until, _ in self._named(note)), default=0)

    def read(self, note: str) -> tuple[int, bytes]:
        """Size and root of a checkpoint that this log signed, with whichever key. Raises Altered, ValueError."""
        for until, key in self._named(note):
            size, root = read_checkpoint(note, key)
            if size <= until:
                return size, root
        raise Altered(f"it does not bear the signature of {self.origin}")

    def lines(self, note: str, size: int) -> list[str]:
        """The lines of a note that this log signed when it had *size* facts. Raises Altered."""
        for until, key in self._named(note):
            if size <= until:
                return open_note(note, key)
        raise Altered(f"it does not bear the signature of {self.origin}")

    def _named(self, note: str) -> Iterator[tuple[float, Key]]:
        """The keys by which a note says that it is signed, each with the most facts that it may speak of."""
        signers = self._signers(note)
        return ((until, key) for until, key in self._trusted if key.ident in signers)

    def _signers(self, note: str) -> set[bytes]:
        """The short names of the keys by which a note says that it is signed for this log."""
        signed = (line.partition(f"— {self.origin} ") for line in note.rpartition("\n\n")[2].split("\n"))
        idents = {_decoded(given)[: len(self._ident)] for before, found, given in signed if found and not before}
        return idents - {b""}


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""
