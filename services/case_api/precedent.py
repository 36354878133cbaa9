"""On what ground a decision stands: the authority's directory and the policy in force (D17)."""

import asyncio
import time
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from case_api.domain.command import Situation
from case_api.domain.event import Actor
from case_api.domain.facts.authority import Authority, PolicyPublished
from case_api.domain.policy import Policy
from case_api.domain.words import day_of
from case_api.folds import Folds, Held
from case_api.order import Caller
from case_api.packs import Packs, parse

FRESH_FOR: Final = 1.0
"""Seconds for which a directory that was read is used without asking again.

A policy comes into force on a later day, and each day is begun by asking, so none can be missed, not even the last
second's of the day before; a service listed in another process within the last second is found at the latest before a
refusal leaves (`confirm`).
"""


class Precedent:
    """The authority's own stream, folded, and the policies that it published, parsed once each."""

    def __init__(
        self,
        folds: Folds[Authority],
        stream: UUID,
        packs: Packs,
        default_policy: str,
        endpoints_allowed: frozenset[str] = frozenset(),
    ) -> None:
        self._folds, self._stream, self._packs, self._endpoints_allowed = folds, stream, packs, endpoints_allowed
        self._default = packs.policy(default_policy)
        self._parsed: dict[tuple[str, str], Policy] = {}
        self._read_at = float("-inf")
        self._read_on: date | None = None
        self._reading = asyncio.Lock()
        self._authority = Authority()
        self._held: Held[Authority] | None = None

    async def at(self, now: datetime) -> tuple[Authority, Policy]:
        """The directory, and the policy in force on the day of *now*."""
        day = day_of(now, self._default.tz)
        authority = await self._known_on(day)
        return authority, self._in_force(authority, day)

    async def directory(self, now: datetime) -> Authority:
        """The directory alone, no older than in `at`."""
        return await self._known_on(day_of(now, self._default.tz))

    async def situation(self, caller: Caller, now: datetime) -> Situation:
        """All that a decision at *now* needs beside the state that it is about."""
        authority, policy = await self.at(now)
        who = caller.who
        return Situation(
            now=now,
            actor=_actor(who.subject, caller.role, who.organisation),
            roles=who.roles,
            policy=policy,
            authority=authority,
            new_id=uuid7,
            services=who.services,
            person=who.person,
            endpoints_allowed=self._endpoints_allowed,
        )

    async def latest(self, now: datetime) -> tuple[Authority, Policy]:
        """The same, confirmed at the head of the authority's stream."""
        await self._refresh()
        return self._authority, self.policy_on(now)

    async def as_known(self, known_at: datetime) -> tuple[Authority, Policy]:
        """The directory as it was on record at *known_at*, and the policy in force then (D5)."""
        authority = (await self._folds.as_known(self._stream, known_at)).state
        return authority, self._in_force(authority, day_of(known_at, self._default.tz))

    async def confirm(self, relied_on: Authority) -> bool:
        """Whether *relied_on* is still the newest, before an answer leaves that stands on it (D3)."""
        await self._refresh()
        return self._authority is relied_on

    def policy_on(self, now: datetime) -> Policy:
        """The published policy in force, or the built-in one until the authority publishes its own (ADR 0006)."""
        return self._in_force(self._authority, day_of(now, self._default.tz))

    def _in_force(self, authority: Authority, day: date) -> Policy:
        published = authority.policy_on(day)
        return self._policy(published) if published else self._default

    async def _known_on(self, day: date) -> Authority:
        if not self._is_fresh(day):
            async with self._reading:  # one reads for all who come meanwhile
                if not self._is_fresh(day):
                    await self._refresh()
                    self._read_on = day
        if self._held is not None:
            self._authority = self._held.folded.state  # what this process listed counts at once
        return self._authority

    def _is_fresh(self, day: date) -> bool:
        return time.monotonic() - self._read_at <= FRESH_FOR and day == self._read_on

    async def _refresh(self) -> None:
        self._authority = (await self._folds.latest(self._stream)).state
        self._held = await self._folds.hold(self._stream)
        self._read_at = time.monotonic()

    def _policy(self, published: PolicyPublished) -> Policy:
        version = (published.name_of_pack, published.version)
        if version not in self._parsed:
            self._parsed[version] = parse(*version, published.content)
        return self._parsed[version]


@lru_cache(maxsize=4096)
def _actor(subject: str, role: str, organisation: str) -> Actor:
    return Actor(subject=subject, role=role, organisation=organisation)
