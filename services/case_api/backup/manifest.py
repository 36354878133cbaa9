"""What a backup says of itself: its files, what it holds of the log, and the authority's signature over that."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final, Literal

import msgspec

from case_api.seals.notes import Signer
from case_api.seals.verifier import Altered
from case_api.store.copies import Part, flush

FORMAT: Final = "stagepost-backup-v1"
NAME: Final = "manifest.json"


class OtherKeys(Exception):
    """A backup is of a store with other keys than those that are at hand: nothing can be said of it with these."""


class NoBackup(Exception):
    """There is no backup, or not a whole one, where one should be; its text is one line for the operator."""


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file."""

    bytes: int
    sha256: str
    columns: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of a backup of one authority."""

    part: Part
    authority: str
    database: Literal["sqlite", "postgres"]
    made_at: str
    files: dict[str, Listed]
    checkpoint: str | None
    """What the log had signed when the copy was begun; it holds at least so many facts. None of an empty log."""
    size: int
    root: str
    """Of that checkpoint, for people: SHA-256 in base64."""
    format: str = FORMAT
    seal: str = ""

    def sealed(self, signer: Signer) -> "Manifest":
        """The same, signed."""
        return msgspec.structs.replace(self, seal=signer.note(*self._lines(signer.origin)))

    def require_whole(self, folder: Path, signer: Signer) -> None:
        """Raise Altered, with what is wrong, unless this is what was signed and the files are those it names.

        Raises OtherKeys where another seal key signed it.
        """
        if signer.whose(self.seal) == "another":
            raise OtherKeys
        if signer.lines(self.seal, self.size) != self._lines(signer.origin):
            raise Altered(f"{NAME} is not what was signed")
        if self.checkpoint and signer.read(self.checkpoint)[0] != self.size:
            raise Altered(f"{NAME} names another size than its checkpoint")
        for name, listed in self.files.items():
            path = folder / name
            if path.parent != folder or not path.is_file():
                raise Altered(f"{name} is missing")
            if path.stat().st_size != listed.bytes or _digest(path) != listed.sha256:
                raise Altered(f"{name} is not the file that was copied")

    def _lines(self, origin: str) -> list[str]:
        rest = msgspec.json.encode(msgspec.structs.replace(self, seal=""), order="sorted")
        return [f"{origin}/backup", sha256(rest).hexdigest()]


def listed(folder: Path, columns: Mapping[str, tuple[str, ...]]) -> dict[str, Listed]:
    """The files of a folder, each with what it can be told by."""
    found = sorted(path for path in folder.iterdir() if path.is_file())
    return {path.name: Listed(path.stat().st_size, _digest(path), columns.get(path.name, ())) for path in found}


def write(manifest: Manifest, folder: Path) -> None:
    """Written last: a folder without one holds no whole backup."""
    path = folder / NAME
    path.touch(0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1) + b"\n")
    flush(path)
    flush(folder)


def read(folder: Path) -> Manifest:
    """Raises NoBackup."""
    try:
        found = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (OSError, ValueError, msgspec.MsgspecError):
        raise NoBackup(f"{folder.parent.name}/{folder.name} holds no whole backup") from None
    if found.format != FORMAT:
        raise NoBackup(f"{folder.parent.name}/{folder.name} is a backup of a form that this program does not know")
    return found


def root_text(root: bytes | None) -> str:
    """A root as a checkpoint writes it."""
    return b64encode(root).decode() if root else ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
