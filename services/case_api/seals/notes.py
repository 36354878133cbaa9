"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint): how the log says how far it reaches."""

from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from case_api.seals.verifier import ED25519


class Signer:
    """An authority's log as it signs: its name, which is the origin of its checkpoints, and its Ed25519 key."""

    def __init__(self, authority: str, seed: bytes) -> None:
        self.origin = f"stagepost/{authority}"
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        named = ED25519 + self._private.public_key().public_bytes_raw()
        self._ident = sha256(f"{self.origin}\n".encode() + named).digest()[:4]
        self.key = f"{self.origin}+{self._ident.hex()}+{b64encode(named).decode()}"
        """The verification key, for publication."""

    def note(self, *lines: str) -> str:
        """The lines with their signature."""
        text = "".join(f"{line}\n" for line in lines)
        signature = b64encode(self._ident + self._private.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {signature}\n"

    def is_another(self, note: str) -> bool:
        """Whether a note bears a signature of the same log by another key; what that is worth, nobody here can tell."""
        _, found, given = note.rpartition(f"\n— {self.origin} ")
        try:
            ident = b64decode(given)[:4]
        except ValueError:
            return False
        return bool(found) and len(ident) == len(self._ident) and ident != self._ident

    def checkpoint(self, size: int, root: bytes) -> str:
        """That the log has *size* facts under this root."""
        return self.note(self.origin, str(size), b64encode(root).decode())
