"""What this room needs of an authority's keyring (store/keys.py)."""

from typing import Protocol


class Sealing(Protocol):
    """Seals small values so that clients can carry them but not read, change or make them."""

    def seal_opaque(self, kind: str, value: bytes) -> str:
        """URL-safe text, different each time."""
        ...

    def open_opaque(self, kind: str, text: str) -> bytes:
        """The value that was sealed; raises ValueError on anything foreign."""
        ...

    def tag(self, kind: str, value: bytes) -> str:
        """URL-safe text, always the same for the same value."""
        ...

    def open_tag(self, kind: str, text: str) -> bytes:
        """The value that was tagged; raises ValueError on anything foreign."""
        ...
