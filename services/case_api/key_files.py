"""The files with the keys of each authority: read, judged, and in demo and test mode made."""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from case_api import weaknesses
from case_api.settings import Settings, UnsafeSettings

KEY_FILE = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class AuthorityKeys:
    """The 32-byte key of each authority, and what the operator should look at."""

    keys: Mapping[str, bytes]
    warnings: tuple[str, ...] = ()


def authority_keys(settings: Settings, *, make: bool = True) -> AuthorityKeys:
    """Read each authority's key; in demo and test mode make those that are missing (0600), for a new store alone.

    Raises UnsafeSettings when a key is not 64 hexadecimal digits, or is missing and not to be made; in production also
    when one was made by the demo, is not random, is the same as another, or can be read by every user of the machine.
    """
    return _keys_in(settings, "{}.key", "key file", make=make)


def seal_keys(settings: Settings, *, make: bool = True) -> AuthorityKeys:
    """The same for the key with which each authority's log signs its checkpoints: `<authority>.seal.key`."""
    found = _keys_in(settings, "{}.seal.key", "seal key file", make=make)
    if settings.mode == "production" and {*found.keys.values()} & {*authority_keys(settings).keys.values()}:
        raise UnsafeSettings("A seal key is the same as a key of an authority: make another.")
    return found


def _keys_in(settings: Settings, pattern: str, what: str, *, make: bool) -> AuthorityKeys:
    keys: dict[str, bytes] = {}
    warnings: list[str] = []
    for name in settings.authorities:
        path = settings.keys / pattern.format(name)
        if not path.exists():
            _make_key(settings, path, name, make=make)
        keys[name] = _read_key(path, name, what, strictly=settings.mode == "production")
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            warnings.append(f"The {what} of {name} can be read by other users of this machine: chmod 600 it.")
    if settings.mode == "production" and len(set(keys.values())) < len(keys):
        raise UnsafeSettings(f"Two authorities have the same {what}: each needs its own.")
    return AuthorityKeys(keys, tuple(warnings))


def _make_key(settings: Settings, path: Path, name: str, *, make: bool) -> None:
    """A new key opens nothing that was stored under another, so none is made beside a store."""
    if settings.mode == "production" or not make or (settings.var / name / "log.db").exists():
        raise UnsafeSettings(f"The key file {path.name} is missing from the folder that STAGEPOST_KEYS_DIR names.")
    write_once(path, f"{secrets.token_hex(32)}\n{weaknesses.DEMO_MARK}\n".encode())


def write_once(path: Path, content: bytes) -> None:
    """Write a private file (0600) whole, unless another process was quicker; then its content stands."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _read_key(path: Path, name: str, what: str, *, strictly: bool) -> bytes:
    text, _, mark = path.read_text("ascii", errors="replace").strip().partition("\n")
    if not KEY_FILE.fullmatch(text) or mark not in ("", weaknesses.DEMO_MARK):
        raise UnsafeSettings(f"The {what} of {name} must hold 64 hexadecimal digits.")
    key = bytes.fromhex(text)
    made_by_the_demo = "was made by the demo: make one for production" if mark else None
    weakness = (made_by_the_demo or weaknesses.of_file(path) or weaknesses.of_key(key)) if strictly else None
    if weakness is not None:
        raise UnsafeSettings(f"The {what} of {name} {weakness}.")
    return key
