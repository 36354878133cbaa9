"""Partners' keys: `sp_live_<name>_<secret>_<checksum>`; who has one is known without a token (safety.md, row 6)."""

import re
import secrets
import string
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from case_api.access.principal import Principal
from case_api.clock import Clock
from case_api.domain.facts.authority import PartnerKeyIssued
from case_api.http.rates import Buckets
from case_api.http.tokens import NotAccepted
from case_api.office import Offices
from case_api.store.journal import StoreUnavailable

PREFIX: Final = "sp_live_"
"""By which scanners of leaked secrets know it."""
FORM: Final = re.compile(r"(sp_live_([0-9a-z]{8})_[0-9a-f]{64})_([0-9a-f]{8})")
WRONG_A_MINUTE: Final = 10
"""Wrong keys of one name, and wrong ones from one address, in a minute."""
NAME: Final = string.digits + string.ascii_lowercase


class TooManyWrongKeys(Exception):
    """Somebody is guessing: not to be answered before *wait* seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__("too many wrong keys")
        self.wait = wait


def new_key(taken: Iterable[str] = ()) -> tuple[str, str]:
    """The name and the whole of a new key, with 256 random bits in it."""
    name = "".join(secrets.choice(NAME) for _ in range(8))
    if name in taken:
        return new_key(taken)
    key = f"{PREFIX}{name}_{secrets.token_hex(32)}"
    return name, f"{key}_{checksum(key)}"


def checksum(key: str) -> str:
    """By which a slip of the pen, and a scanner's false alarm, shows without asking anybody (CRC-32)."""
    return f"{zlib.crc32(key.encode()):08x}"


def name_of(key: str) -> str | None:
    """The part of *key* that may be shown; None for what is no key at all."""
    read = FORM.fullmatch(key)
    return read[2] if read and checksum(read[1]) == read[3] else None


class PartnerKeys:
    """Tells who has a key. What each may do is read from the authority's own stream, at most a second old.

    A right key is let in whatever wrong ones came before: nobody can lock a partner out by guessing.

    Args:
        offices: of the authorities that are served.
        authorities: their names.
        clock: by which the authorities' streams are read.
        now: real time in seconds, by which keys expire.
    """

    def __init__(self, offices: Offices, authorities: Iterable[str], clock: Clock, now: Callable[[], float]) -> None:
        self._offices, self._authorities, self._clock, self._now = offices, tuple(authorities), clock, now
        self._wrong_names = Buckets(WRONG_A_MINUTE, 60.0, now)
        self._wrong_addresses = Buckets(WRONG_A_MINUTE, 60.0, now)

    async def principal(self, key: str, address: str) -> Principal:
        """Who *key* speaks for. Raises NotAccepted, TooManyWrongKeys, StoreUnavailable."""
        name = name_of(key)
        found = await self._found(name, key, address) if name else None
        if found is None:
            self._count(name, address)
            found = await self._found(name, key, address, anew=True) if name else None
        if found is None:
            raise NotAccepted
        return found

    async def _found(self, name: str, key: str, address: str, *, anew: bool = False) -> Principal | None:
        """By what was read within the last second, or *anew*: the key may have been made since."""
        now, real = self._clock.now(), datetime.fromtimestamp(self._now(), UTC)
        for authority in self._authorities:
            office = await self._offices.of(authority)
            directory, _ = await (office.precedent.latest(now) if anew else office.precedent.at(now))
            issued, keys = directory.live_key(name, real), office.journal.api_keys
            if issued and await keys.matches(name, key) and _is_from(address, issued.networks):
                with suppress(StoreUnavailable):  # who only reads is not kept out because a day cannot be noted
                    await keys.use(name, real.date())
                return _principal(authority, issued)
        return None

    def _count(self, name: str | None, address: str) -> None:
        left = self._wrong_addresses.take(neighbourhood(address))
        if name is not None:
            left = min(left, self._wrong_names.take(name))
        if left < 0:
            raise TooManyWrongKeys(self._wrong_addresses.wait(left))


def _principal(authority: str, issued: PartnerKeyIssued) -> Principal:
    return Principal(
        subject=f"key:{issued.client}",  # apart from the people who sign in
        organisation=issued.organisation,
        authority=authority,
        client=issued.client,
        roles=frozenset(issued.roles),
        services=frozenset(issued.services),
    )


def _is_from(address: str, networks: tuple[str, ...]) -> bool:
    if not networks:
        return True
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    mapped = caller.ipv4_mapped if isinstance(caller, IPv6Address) else None
    return any((mapped or caller) in ip_network(network) for network in networks)


def neighbourhood(address: str) -> str:
    """An IPv4 address; of IPv6 the network that one customer has whole (RFC 6177)."""
    return str(ip_network(f"{address}/64", strict=False)) if ":" in address and "%" not in address else address
