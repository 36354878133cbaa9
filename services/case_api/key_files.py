"""The files with the keys of each authority: read, judged, and in demo and test mode made."""

import os
import re
import secrets
import stat
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from case_api import weaknesses
from case_api.settings import Settings, UnsafeSettings

KEY_FILE = re.compile(r"[0-9a-fA-F]{64}")
RETIRED = re.compile(
    r"(?:0|[1-9][0-9]{0,17}) [A-Za-z0-9+/]{43}="
    r" (?P<name>stagepost/[^+ ]+)\+(?P<ident>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]{44})"
)
"""For how many facts a seal key signed, their root, and its verification key (C2SP signed-note)."""
ED25519: Final = b"\x01"
"""The first byte of such a key."""


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


class SealKey(NamedTuple):
    """With what an authority's log signs, and what it signed with before."""

    seed: bytes
    retired: tuple[str, ...] = ()
    """`SIZE ROOT KEY`, each: what the log was when it was retired, and the key as it was published."""


@dataclass(frozen=True, slots=True)
class SealKeys:
    """The seal key of each authority, and what the operator should look at."""

    keys: Mapping[str, SealKey]
    warnings: tuple[str, ...] = ()


def seal_keys(settings: Settings, *, make: bool = True) -> SealKeys:
    """The same for the key with which each authority's log signs its checkpoints: `<authority>.seal.key`.

    Beside it may stand `<authority>.seal.retired`, with the keys that were used before.
    """
    found = _keys_in(settings, "{}.seal.key", "seal key file", make=make)
    if settings.mode == "production" and {*found.keys.values()} & {*authority_keys(settings).keys.values()}:
        raise UnsafeSettings("A seal key is the same as a key of an authority: make another.")
    kept = {name: _retired(settings.keys / f"{name}.seal.retired", name, seed) for name, seed in found.keys.items()}
    return SealKeys({name: SealKey(seed, kept[name]) for name, seed in found.keys.items()}, found.warnings)


def _retired(path: Path, name: str, seed: bytes) -> tuple[str, ...]:
    """The lines on keys that were retired; none where there is no such file. Raises UnsafeSettings."""
    if not path.exists():
        return ()
    try:
        text = path.read_text("ascii", errors="replace")
    except OSError:
        raise UnsafeSettings(f"{path.name} cannot be read: it is no file, or not the service's to read.") from None
    lines = [line.strip() for line in text.split("\n")]
    kept = tuple(line for line in lines if line and not line.startswith("#"))
    today = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    for line in kept:
        found = RETIRED.fullmatch(line)
        raw = b64decode(found["key"]) if found else b""
        if (
            found is None
            or found["name"] != f"stagepost/{name}"
            or not _is_published(found["name"], found["ident"], raw)
        ):
            raise UnsafeSettings(f"{path.name} must hold lines as `stagepost seal-key {name}` prints them.")
        if raw[1:] == today:
            raise UnsafeSettings(f"The seal key of {name} is retired, by {path.name}: put a new one in its place.")
    return kept


def _is_published(name: str, ident: str, key: bytes) -> bool:
    """Whether it is an Ed25519 key under the short name that goes with it."""
    return key[:1] == ED25519 and sha256(f"{name}\n".encode() + key).hexdigest().startswith(ident)


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
