"""Where a webhook goes: to the open internet by https, or to a host that the operator allowed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import SplitResult, urlsplit

from notifier.channels.channel import CannotPrepare
from notifier.channels.public_addresses import is_public

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Host and port to addresses; raises OSError."""
NAMES = ThreadPoolExecutor(max_workers=16, thread_name_prefix="names")
"""Look-ups of partners' names; apart from the loop's own threads, which a slow name would keep from everyone."""


class AddressUnknown(Exception):
    """The name did not resolve now; it may later."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL that may be called."""

    url: str
    host: str
    port: int
    allowed: bool
    """Named by the operator in STAGEPOST_NOTIFIER_WEBHOOK_ALLOW."""


def read_endpoint(url: str, allow: frozenset[str]) -> Endpoint:
    """Check the form of *url*: https on port 443 without credentials, unless its host is allowed.

    Raises CannotPrepare.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise CannotPrepare("endpoint_unreadable") from None
    if not _plain(url, parts):
        raise CannotPrepare("endpoint_unreadable")
    host = parts.hostname or ""
    allowed = host in allow or f"{host}:{port}" in allow
    if not allowed and (parts.scheme != "https" or port != 443):
        raise CannotPrepare("endpoint_not_https")
    return Endpoint(url, host, port, allowed)


def _plain(url: str, parts: SplitResult) -> bool:
    known = parts.scheme in ("https", "http") and bool(parts.hostname)
    return known and url.isascii() and url.isprintable() and not set("@\\# ") & set(url)


async def resolved(host: str, port: int) -> list[str]:
    """Every address of *host*, by the system's resolver."""
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(NAMES, look_up)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


async def safe_address(endpoint: Endpoint, resolve: Resolve) -> str:
    """The one address to connect to; all that the name resolves to must be public, unless it is allowed.

    Raises AddressUnknown, CannotPrepare.
    """
    try:
        async with asyncio.timeout(5):
            addresses = await resolve(endpoint.host, endpoint.port)
    except (OSError, UnicodeError, TimeoutError):
        raise AddressUnknown from None
    if not addresses:
        raise AddressUnknown
    if not endpoint.allowed and not all(map(is_public, addresses)):
        raise CannotPrepare("endpoint_not_public")
    return addresses[0]
