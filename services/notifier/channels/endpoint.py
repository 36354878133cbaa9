"""Where a webhook goes: to the open internet by https, or to a host that the operator allowed."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from typing import Final

import idna

from notifier.channels.channel import CannotPrepare
from notifier.channels.public_addresses import is_public

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Host and port to addresses; raises OSError."""
NAMES = ThreadPoolExecutor(max_workers=16, thread_name_prefix="names")
"""Look-ups of partners' names; apart from the loop's own threads, which a slow name would keep from everyone."""

FORM: Final = re.compile(r"(https?)://(\[[^\]]*\]|[^:/?\[]*)(?::([0-9]{1,5}))?(?:[/?].*)?")
STRANGE: Final = frozenset('\\"<>^`{|} @#')
"""Characters that have no place in a URL of ours, and that readers of URLs disagree about."""
LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
LAST_LABEL: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
"""A top-level domain is never a number, so that nothing odd can be read as an address (RFC 3696, 2)."""
LONGEST_URL: Final = 500
LONGEST_NAME: Final = 253
NOT_ON_THE_INTERNET: Final = frozenset({"localhost", "local", "localdomain", "internal", "arpa", "onion", "alt"})
"""Top-level names that lead to this machine, its network or nowhere (RFC 6761, 6762, 7686, 8375, 9476; ICANN)."""


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
    """Check the form of *url*: https on port 443, a name or a plain address, unless its host is allowed.

    Raises CannotPrepare.
    """
    plain = len(url) <= LONGEST_URL and url.isascii() and url.isprintable() and not STRANGE & set(url)
    read = FORM.fullmatch(url) if plain else None
    if read is None:
        raise CannotPrepare("endpoint_unreadable")
    scheme, named, given = read.groups()
    host, port = named.lower().strip("[]"), int(given or (443 if scheme == "https" else 80))
    allowed = host in allow or f"{host}:{port}" in allow
    if not allowed and (scheme != "https" or port != 443):
        raise CannotPrepare("endpoint_not_https")
    if not allowed and not (_is_address(named) or _is_name(named.lower())):
        raise CannotPrepare("endpoint_unreadable")
    return Endpoint(url, host, port, allowed)


def _is_address(named: str) -> bool:
    """An address in its one usual form; neither 0x7f.1 nor 2130706433, and no interface (`%eth0`)."""
    bracketed = named.startswith("[")
    try:
        return (ip_address(named.strip("[]")).version == 6) == bracketed and "%" not in named
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    """A domain name of at least two labels that may be on the internet."""
    labels = host.split(".")
    known = len(labels) > 1 and len(host) <= LONGEST_NAME and LAST_LABEL.fullmatch(labels[-1])
    if not known or labels[-1] in NOT_ON_THE_INTERNET or not all(map(LABEL.fullmatch, labels)):
        return False
    try:
        return idna.encode(host, strict=True).decode() == host
    except idna.IDNAError:
        return False


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
