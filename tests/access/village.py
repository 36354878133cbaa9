"""An authority of three schools behind its own doors: learners who move and are spoken for, and everybody who asks."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import httpx
from fastapi import FastAPI

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.domain.event import Event
from case_api.domain.facts.authority import StaffAssigned
from case_api.http.app import create_app, local_issuers
from case_api.http.issuer import LocalIssuer
from case_api.key_files import authority_keys
from case_api.settings import Settings
from tests.access.worlds import AUTHORITY, CLASSES, SETTINGS, STAFF, STAFF_ROLES
from tests.journeys.api import ROOT, as_address
from tests.journeys.family import SERVICE, Door

NEIGHBOUR = "fife"
BEGAN = date(2026, 3, 2)
TODAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
RIGHTS = {"parental_responsibilities_and_rights": {"held": True}}


@dataclass(frozen=True)
class Village:
    """The application at work in this process, its learners, and those who knock."""

    app: FastAPI
    http: httpx.AsyncClient
    issuer: LocalIssuer
    cases: tuple[UUID, ...]
    families: Mapping[UUID, tuple[UUID, ...]]
    """By case the learner, a carer, and a carer whom the school may not contact."""

    def door(self, who: Principal) -> Door:
        token = self.issuer.mint(
            who.subject,
            authority=who.authority,
            roles=who.roles,
            org=who.organisation,
            client="app",
            services=who.services,
            person=who.person,
            case=who.case,
        )
        return Door(self.http, {"Authorization": f"Bearer {token}"})

    def callers(self) -> Iterator[Principal]:
        """Everybody in every role at every place; the families of three learners; somebody of another authority."""
        places = (*SETTINGS, AUTHORITY)
        for role, place, subject in product(STAFF_ROLES, places, (*STAFF[:3], "stranger")):
            yield Principal(subject, place, AUTHORITY, "app", frozenset({role}), _services(role, subject))
        for case_id in self.cases[:3]:
            for person, role, theirs in product(self.families[case_id], sorted(FAMILY_ROLES), (case_id, self.cases[3])):
                yield Principal("family", "family", AUTHORITY, "app", frozenset({role}), person=person, case=theirs)
        yield Principal("ada", "elm", NEIGHBOUR, "app", frozenset({"pupil_support", "auditor", "mis"}))

    async def facts(self, case_id: UUID) -> tuple[Event, ...]:
        """As they stand in the log."""
        office = await self.app.state.offices.of(AUTHORITY)
        return tuple(one.fact for one in await office.histories.of(case_id))

    async def directory(self) -> tuple[StaffAssigned, ...]:
        office = await self.app.state.offices.of(AUTHORITY)
        authority, _ = await office.precedent.latest(self.app.state.clock.now())
        return tuple(authority.staff)

    async def move_to(self, now: datetime) -> None:
        answer = await self.http.put("/clock", json={"now": now.isoformat()})
        assert answer.status_code == 200, answer.text


def _services(role: str, subject: str) -> frozenset[str]:
    return frozenset({"slt"} if subject == "ada" else {"eps"}) if role == "agency" else frozenset()


@asynccontextmanager
async def village(url: str, folder: Path, learners: int) -> AsyncIterator[Village]:
    """With so many learners: in turn in each school and class, some about to move, some spoken for by staff."""
    database = url if url == "sqlite" else as_address(url)
    settings = Settings(
        mode="test", var=folder, database_url=database, authorities=(AUTHORITY, NEIGHBOUR), policies=ROOT / "policies",
        clock_starts_at=TODAY,
    )  # fmt: skip
    authority_keys(settings)
    app = create_app(settings, local_issuers(settings))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
        empty = Village(app, http, LocalIssuer(settings), (), {})
        await _staffed(empty)
        families = dict([await _learner(empty, number) for number in range(learners)])
        yield replace(empty, cases=tuple(families), families=families)


async def _staffed(village: Village) -> None:
    admin = village.door(Principal("root", AUTHORITY, AUTHORITY, "app", frozenset({"authority_admin"})))
    await admin.done("/v1/directory/services", SERVICE)
    work = {"from_day": BEGAN.isoformat(), "role": "teacher"}
    last = (TODAY.date()).isoformat()
    for assigned in (
        {**work, "staff": "ada", "setting": "elm", "setting_class": "p1"},
        {**work, "staff": "ada", "setting": "oak", "setting_class": "p2", "until": last},
        {**work, "staff": "ben", "setting": "oak", "role": "support_assistant"},
        {**work, "staff": "ben", "setting": "ash", "role": "pupil_support", "until": last},
        {**work, "staff": "cal", "setting": "ash", "from_day": (TODAY.date() + timedelta(days=1)).isoformat()},
    ):
        await admin.done("/v1/directory/staff", assigned)


async def _learner(village: Village, number: int) -> tuple[UUID, tuple[UUID, ...]]:
    setting, setting_class = SETTINGS[number % 3], CLASSES[number // 3 % 2]
    root = village.door(Principal("root", AUTHORITY, AUTHORITY, "app", frozenset({"mis"})))
    born = {"name": f"Learner {number}", "date_of_birth": "2012-05-11", "setting": setting}
    case_id = (await root.done("/v1/cases", born))["id"]
    path = f"/v1/cases/{case_id}"
    if number % 4:
        place = {"setting": setting, "setting_class": setting_class, "from_day": BEGAN.isoformat()}
        await root.done(f"{path}/placements", place)
    if number % 5 == 1 or number in {7, 8}:  # some of those whom somebody coordinates move, too
        moves = {"setting": SETTINGS[(number + 1) % 3], "from_day": (TODAY.date() + timedelta(days=1)).isoformat()}
        await root.done(f"{path}/placements", moves)
    if number % 5 == 2:
        await root.done(f"{path}/named-person", {"staff": STAFF[number % 2]}, headers={"If-Match": "*"})
    mother = await root.done(f"{path}/carers", {"name": "Anna", "relationship": "mother", **RIGHTS})
    apart = {"may_contact": False, "restriction_reason": "A court order."}
    father = await root.done(f"{path}/carers", {"name": "Tom", "relationship": "father", **RIGHTS, **apart})
    if number % 5 == 3:
        lead = {"staff": STAFF[number % 2], "organisation": "Work", "reason": "Leads."}
        await root.done(f"{path}/lead-professional", {**lead, "agreed_with": [mother["id"]]}, headers={"If-Match": "*"})
    learner = (await root.seen(path))["learner"]["person_id"]
    return UUID(case_id), (UUID(learner), UUID(mother["id"]), UUID(father["id"]))
