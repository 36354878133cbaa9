"""What makes a setting or a secret unfit for production; each answer is a clause for the operator, without it."""

import os
import stat
from base64 import b64decode
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

SHORTEST_WORD: Final = 32
"""Characters of a word by which the operator is known; more than anybody can guess."""
SHORTEST_SIGNER: Final = 24
"""Bytes of a signing secret (Standard Webhooks, "Symmetric")."""
SHORTEST_PASSWORD: Final = 12
WELL_KNOWN: Final = frozenset(
    "admin changeme default example pass password postgres postgresql root secret stagepost test".split()  # noqa: SIM905 - reads as what it is
)
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def in_word(secret: SecretStr | None) -> str | None:
    """Whether a word by which somebody is known could be guessed."""
    word = secret.get_secret_value() if secret else ""
    short = secret is not None and (len(word) < SHORTEST_WORD or len(set(word)) < SHORTEST_WORD // 4)
    return "is short: make it with `openssl rand -hex 32`" if short else None


def in_signing_secret(secret: str) -> bool:
    """Whether a secret that signs webhooks is short, or was written rather than drawn at random."""
    drawn = b64decode(secret.removeprefix("whsec_"))
    return len(drawn) < SHORTEST_SIGNER or drawn.isascii() or len(set(drawn)) < SHORTEST_SIGNER // 2


def in_file(path: Path | None) -> str | None:
    """Whether every user of this machine can read or change a file with a secret."""
    if os.name != "posix" or path is None or not path.exists():
        return None
    if not path.is_file():
        return "names no file"
    opened = stat.S_IMODE(path.stat().st_mode) & 0o007
    return "names a file that every user of this machine can read or change: chmod 600 it" if opened else None


def in_database_url(url: SecretStr | None) -> str | None:
    """Whether the database is opened by a password that anybody would try first."""
    parts = urlsplit(url.get_secret_value() if url else "")
    password = unquote(parts.password or "") or parse_qs(parts.query).get("password", [""])[0]
    weak = password and (password.lower() in WELL_KNOWN or len(password) < SHORTEST_PASSWORD)
    return "has a password that is well known or short" if weak else None


def in_url(url: str, *, of_a_neighbour: bool = False) -> str | None:
    """Whether it is plain http to another machine; a neighbour is a container, whose name has no dot."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    near = host in HERE or (of_a_neighbour and "." not in host and ":" not in host)
    return None if parts.scheme == "https" or near else "is plain http: give an https address"
