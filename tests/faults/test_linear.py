"""What eight clients see of one case, some order of their commands explains; a service with a fault is caught."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from uuid import UUID

import httpx
import pytest

from case_api.http.conditional import version_of
from case_api.key_files import authority_keys
from case_api.store.keys import Keyring
from tests.faults.linear import Operation, Record, linearizable
from tests.faults.results import seen
from tests.faults.sizes import size
from tests.faults.victims import Victim
from tests.journeys.api import AUTHORITY
from tests.journeys.family import CONCERN, Door, register

pytestmark = pytest.mark.anyio
CLIENTS = 8
EACH = size(40, 12)
HISTORIES = size(20, 1)
OF_A_FAULT = 20
"""Histories in which a planted fault has to show."""

Read = Callable[[], Awaitable[Record]]
Add = Callable[[str], Awaitable[tuple[str, str] | None]]
"""On a version, or on any if it is empty; what was added and the version it made, or None: the record had moved on."""


async def history_of(readers: list[Read], adders: list[Add], chances: Random, each: int = EACH) -> list[Operation]:
    """What eight clients were told, each of whom goes on from what it saw last."""
    history: list[Operation] = []

    async def client(read: Read, add: Add, own: Random) -> None:
        last = (await read()).version
        for _ in range(each):
            kind, called = own.choice(("read", "add", "add if")), time.perf_counter()
            if kind == "read":
                shown = await read()
                last = shown.version
                done = Operation("read", called, time.perf_counter(), last, added=shown.added)
            else:
                expected = last if kind == "add if" else ""
                made = await add(expected)
                name, version = made or ("", "")
                done = Operation(
                    "add if" if expected else "add", called, time.perf_counter(), version, expected, frozenset({name})
                )
                last = version or last
            history.append(done)

    clients = (
        client(readers[n % len(readers)], adders[n % len(adders)], Random(chances.random())) for n in range(CLIENTS)
    )
    await asyncio.gather(*clients)
    return history


async def test_what_eight_clients_at_two_processes_see_of_one_case_has_one_order(request, api, chances):
    for _ in range(2):
        await api.start()
    operations = 0
    async with httpx.AsyncClient(timeout=30.0, verify=False) as http:
        for _ in range(HISTORIES):
            cases = await a_case(api, http)
            begin = await cases[0].read()
            history = await history_of([case.read for case in cases], [case.add for case in cases], chances)
            operations += len(history)
            assert linearizable(history, begin)
    seen(f"linear-{request.node.callspec.id}", histories=HISTORIES, operations=operations)


async def a_case(api: Victim, http: httpx.AsyncClient) -> "list[Case]":
    """One case, as it is reached by way of each process."""
    doors = [(Door(http, api.bearer("pupil_support")), address) for address in api.addresses.values()]
    async with httpx.AsyncClient(base_url=doors[0][1], timeout=30.0, verify=False) as there:
        family = await register(doors[0][0].at(there))
    keyring, tags = Keyring(AUTHORITY, authority_keys(api.settings).keys[AUTHORITY]), dict[str, str]()
    return [Case(door, address + family.path, family.uuid, keyring, tags) for door, address in doors]


@dataclass(frozen=True)
class Case:
    """The real one. What tells versions apart is read out of the ETags by the authority's own key."""

    door: Door
    address: str
    stream: UUID
    keyring: Keyring
    tags: dict[str, str]
    """An ETag of each version that was seen."""

    async def read(self) -> Record:
        answer = (await self.door.get(self.address)).raise_for_status()
        return Record(self._version(answer), frozenset(one["concern_id"] for one in answer.json()["open_concerns"]))

    async def add(self, expected: str) -> tuple[str, str] | None:
        headers = {"If-Match": self.tags[expected]} if expected else {}
        answer = await self.door.post(f"{self.address}/concerns", CONCERN, headers=headers)
        if answer.status_code == 412:
            return None
        return answer.raise_for_status().json()["id"], self._version(answer)

    def _version(self, answer: httpx.Response) -> str:
        tag = answer.headers["etag"]
        version = str(version_of(self.keyring, tag, self.stream))
        self.tags[version] = tag
        return version


BEGIN = Record("v0")
FAULTS = ("stale read", "lost", "twice", "condition overlooked", "false conflict", "shown and taken back")


@dataclass
class Shop:
    """A record in memory behind slow doors, with a fault or without."""

    chances: Random
    fault: str = ""
    record: Record = BEGIN
    before: Record = BEGIN
    names: "count[int]" = field(default_factory=lambda: count(1))

    async def read(self) -> Record:
        await self._way()
        shown = self.before if self._errs("stale read") else self.record
        if self._errs("shown and taken back"):
            shown = Record(f"v{next(self.names)}", shown.added | {"never there"})
        await self._way()
        return shown

    async def add(self, expected: str) -> tuple[str, str] | None:
        await self._way()
        matches = not expected or expected == self.record.version
        if self._errs("false conflict" if matches and expected else "condition overlooked" if expected else ""):
            matches = not matches
        if not matches:
            await self._way()
            return None
        number = next(self.names)
        made = Record(f"v{number}", self.record.added | {f"n{number}"})
        if self._errs("twice"):
            made = Record(made.version, made.added | {f"n{number} again"})
        self.before = self.record
        if not self._errs("lost"):
            self.record = made
        await self._way()
        return f"n{number}", made.version

    def _errs(self, fault: str) -> bool:
        return (
            bool(fault)
            and self.fault == fault
            and self.chances.random() < (0.8 if "condition" in fault or "conflict" in fault else 0.2)
        )

    async def _way(self) -> None:
        for _ in range(self.chances.randrange(4)):
            await asyncio.sleep(0)


async def judged(shop: Shop, chances: Random) -> bool:
    return linearizable(await history_of([shop.read], [shop.add], chances, each=12), BEGIN)


async def test_a_service_without_a_fault_passes(chances):
    assert all([await judged(Shop(Random(chances.random())), chances) for _ in range(OF_A_FAULT)])


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_caught(chances, fault):
    caught = [not await judged(Shop(Random(chances.random()), fault), chances) for _ in range(OF_A_FAULT)]
    assert sum(caught) > 0
    seen(f"linear-planted-{fault.replace(' ', '-')}", histories=OF_A_FAULT, caught=sum(caught))
