"""What makes a setting or a secret unfit for production; each answer is a clause for the operator, without it."""

import os
import stat
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

DEMO_MARK: Final = "made for demo and test, refused in production"
"""Second line of a key file that was made by demo or test mode."""
FEWEST_BYTES: Final = 16
"""Different bytes in a key of 32: a random one has fewer less than once in 10^12 times."""
WELL_KNOWN: Final = frozenset(
    "admin changeme default example pass password postgres postgresql root secret stagepost test".split()  # noqa: SIM905 - reads as what it is
)
SHORTEST_PASSWORD: Final = 12


def of_key(key: bytes) -> str | None:
    """Whether *key* looks written rather than drawn at random."""
    if len(set(key)) < FEWEST_BYTES or key.isascii():
        return "is not random: make it with `openssl rand -hex 32`"
    return None


def of_file(path: Path) -> str | None:
    """Whether every user of this machine can read or change a file with a secret."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o007:
        return "can be read or changed by every user of this machine: chmod 600 it"
    return None


def of_database_url(url: str) -> str | None:
    """Whether the database is opened by a password that anybody would try first."""
    parts = urlsplit(url)
    password = unquote(parts.password or "") or parse_qs(parts.query).get("password", [""])[0]
    if not password:
        return None  # a socket, a certificate or a password file
    known = password.lower() in WELL_KNOWN
    return "has a password that is well known or short" if known or len(password) < SHORTEST_PASSWORD else None


def of_issuer(name: str, jwks_url: str | None) -> str | None:
    """Whether a token issuer could be anybody: by plain http, or by a name that is kept for trying out."""
    host = urlsplit(name).hostname or ""
    if not name.startswith("https://") or not host:
        return "has a name that is not https"
    if host.rpartition(".")[2] == "invalid":
        return "is the demonstration's own"
    if jwks_url is not None and not jwks_url.startswith("https://"):
        return "has its keys fetched by plain http"
    return None


def of_public_url(url: str) -> str | None:
    """Whether people would be led to this service by plain http, other than on this machine."""
    parts = urlsplit(url)
    here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return None if parts.scheme == "https" or here else "is plain http: give the https address"
