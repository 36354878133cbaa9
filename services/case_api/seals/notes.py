"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint): how the log says how far it reaches."""

import math
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from case_api.seals.verifier import ED25519, Altered, Key, open_note, read_checkpoint, read_key


class Signer:
    """An authority's log as it signs: its name, which is the origin of its checkpoints, and its Ed25519 key.

    Args:
        authority: whose log it is.
        seed: of the key, 32 bytes.
        retired: keys with which it signed before, each with how many facts it had then, as `SIZE KEY`: what such a key
            says of more facts counts for nothing, whoever may have it by now.
    """

    def __init__(self, authority: str, seed: bytes, retired: Iterable[str] = ()) -> None:
        self.origin = f"stagepost/{authority}"
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        named = ED25519 + self._private.public_key().public_bytes_raw()
        self._ident = sha256(f"{self.origin}\n".encode() + named).digest()[:4]
        self.key = f"{self.origin}+{self._ident.hex()}+{b64encode(named).decode()}"
        """The verification key, for publication."""
        before = (line.split(" ", 1) for line in retired)
        self._trusted = ((math.inf, read_key(self.key)), *((int(size), read_key(key)) for size, key in before))

    def note(self, *lines: str) -> str:
        """The lines with their signature."""
        text = "".join(f"{line}\n" for line in lines)
        signature = b64encode(self._ident + self._private.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {signature}\n"

    def is_own(self, note: str) -> bool:
        """Whether a note bears a signature by the key of today; whether it holds, only `read` tells."""
        return self._signed_by(note) == self._ident

    def is_another(self, note: str) -> bool:
        """Whether a note bears a signature of the same log by a key that is not known here, whatever that is worth."""
        found = self._signed_by(note)
        return found is not None and found not in {key.ident for _, key in self._trusted}

    def read(self, note: str) -> tuple[int, bytes]:
        """Size and root of a checkpoint that this log signed, with whichever key. Raises Altered, ValueError."""
        size, root = read_checkpoint(note, self._key_for(note))
        self._require_alive(note, size)
        return size, root

    def lines(self, note: str, size: int) -> list[str]:
        """The lines of a note that this log signed when it had *size* facts. Raises Altered."""
        self._require_alive(note, size)
        return open_note(note, self._key_for(note))

    def _key_for(self, note: str) -> Key:
        ident = self._signed_by(note)
        return next((key for _, key in self._trusted if key.ident == ident), self._trusted[0][1])

    def _require_alive(self, note: str, size: int) -> None:
        """Raise Altered where a key signed for more facts than there were when it was retired."""
        ident = self._signed_by(note)
        if size > max((until for until, key in self._trusted if key.ident == ident), default=math.inf):
            raise Altered("it bears the signature of a key that was retired before")

    def _signed_by(self, note: str) -> bytes | None:
        """Which key a note names as the one that signed it for this log; None where it names none."""
        _, found, given = note.rpartition(f"\n— {self.origin} ")
        try:
            ident = b64decode(given)[:4]
        except ValueError:
            return None
        return ident if found and len(ident) == len(self._ident) else None

    def checkpoint(self, size: int, root: bytes) -> str:
        """That the log has *size* facts under this root."""
        return self.note(self.origin, str(size), b64encode(root).decode())
