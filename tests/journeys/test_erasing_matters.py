"""A child-protection matter is erased for good, and nobody outside its group can tell that there was one (I30, D10)."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from case_api.clock import SystemClock
from case_api.erasing import Erasing, Wanted
from case_api.forgetting import Forgetting
from case_api.key_files import authority_keys
from case_api.office import Offices
from case_api.packs import Packs
from case_api.store.archive import StoreSettings
from case_api.store.tombstones import Tombstones
from tests import canaries
from tests.journeys.api import AUTHORITY
from tests.journeys.family import Family, register
from tests.journeys.house import SINCLAIR, House

pytestmark = pytest.mark.anyio
WHY = ("--reason", "court_order", "--by", "sinclair")
CONCERN = {"concern": canaries.FREE_TEXT, "coordinator": "sinclair", "others": ["hay"]}
DECIDED = {"forum": "ird", "decision": canaries.FREE_TEXT, "decided_by": [canaries.CARER]}


class Matter:
    """A matter of Bain, Sinclair and Hay, in which every word is a canary."""

    def __init__(self, house: House, family: Family, matter_id: str) -> None:
        self.house, self.family, self.id = house, family, matter_id
        self.path = f"/v1/matters/{matter_id}"
        self.sinclair = house.door("child_protection", sub="sinclair")

    async def erase(self, *options: object, matter: object = None) -> Any:
        return await self.house.stagepost("erase", "--matter", matter or self.id, *(options or (*WHY, "--yes")))


async def begun(house: House) -> Matter:
    await house.door("authority_admin").done("/v1/directory/staff", SINCLAIR)
    family, bain = await register(house.school), house.door("teacher", sub="bain")
    matter_id = (await bain.done("/v1/matters", {**CONCERN, "case_id": family.case_id}))["id"]
    matter = Matter(house, family, matter_id)
    await matter.sinclair.done(f"{matter.path}/decisions", DECIDED)
    assert (await bain.post(f"{matter.path}/overrides", {"asked_by": "bain", "emergency": True})).status_code == 409
    leader = house.door("school_leader", sub="moffat")
    opened = await leader.post(f"{family.path}/emergency-access", {"reason": canaries.FREE_TEXT})
    assert matter_id in {one["matter_id"] for one in opened.json()["items"]}
    assert canaries.FREE_TEXT in (await leader.get(matter.path)).text
    return matter


class office_of:  # noqa: N801 - used as a function
    """One more process on the store of a house."""

    def __init__(self, house: House) -> None:
        given = house.settings
        self.store = StoreSettings(given.database, given.var, authority_keys(given).keys)
        self._offices = Offices(self.store, SystemClock(), Packs(given.policies), given)

    async def __aenter__(self) -> Any:
        return await self._offices.of(AUTHORITY)

    async def __aexit__(self, *_: object) -> None:
        await self._offices.close()


def files_of(house: House, request: pytest.FixtureRequest) -> list[Path]:
    """Every folder in which something of the store can lie."""
    if house.settings.database_url == "sqlite" or not (server := request.getfixturevalue("postgres_server")):
        return [house.settings.var]
    with psycopg.connect(house.settings.database_url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    return [house.settings.var, server.data]


def holding(folders: list[Path], content: bytes) -> list[Path]:
    """The files that hold some bytes; but for PostgreSQL's write-ahead log, which forgets in its own time."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file() and "pg_wal" not in path.parts]
    return [path for path in found if content in path.read_bytes()]


async def wrapped_key(house: House, matter_id: str) -> bytes:
    """The key of a matter as the table of keys holds it."""
    async with office_of(house) as office:
        keys = office.journal._backend.keys
        rows = await keys.rows("SELECT wrapped FROM data_keys WHERE key_id=?", (keys.id_in(UUID(matter_id)),))
        return bytes(rows[0][0])


async def all_that_others_see(house: House, family: Family) -> list[Any]:
    """What there is for readers outside the group: the case, the feed, attempts, looks, who may ask for lists."""
    auditor = house.door("auditor")
    paths = (family.path, f"{family.path}/timeline", f"{family.path}/told", "/v1/audit/attempts", "/v1/cases")
    views = [(await auditor.seen(path)) for path in paths]
    feeds = [await house.door(role).seen("/v1/events", params={"limit": 500}) for role in ("notifier", "mis")]
    passing = {"valid_at", "next", "known_at"}
    return [{key: value for key, value in view.items() if key not in passing} for view in (*views, *feeds)]


async def test_an_erased_matter_is_gone_for_its_group_and_from_every_file(house: House, request):
    matter = await begun(house)
    before = await all_that_others_see(house, matter.family)
    key = await wrapped_key(house, matter.id)
    assert holding(files_of(house, request), key)
    said = await matter.erase(*WHY)
    assert (said.exit_code, said.stderr) == (0, "")
    assert "would erase 3 facts under one key. Nothing was changed" in said.stdout
    assert canaries.FREE_TEXT in (await matter.sinclair.get(matter.path)).text

    done = await matter.erase()
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{AUTHORITY}: erased: 3 facts under one key.\n"
    for part in ("", "/timeline", "/told", "/attempts"):
        assert (await matter.sinclair.get(f"{matter.path}{part}")).status_code == 404
    assert matter.id not in json.dumps((await matter.sinclair.seen("/v1/matters"))["items"])
    assert (await matter.sinclair.post(f"{matter.path}/decisions", DECIDED)).status_code == 404
    leader = house.door("school_leader", sub="moffat")
    assert (await leader.get(matter.path)).status_code == 404
    assert await all_that_others_see(house, matter.family) == before
    assert UUID(matter.id) in Tombstones(house.settings.var / "tombstones", AUTHORITY).read()
    assert (await house.stagepost("verify", "--log")).exit_code == 0
    exported = await house.stagepost("export", matter.family.case_id)
    assert (exported.exit_code, matter.id in exported.stdout) == (0, False)
    assert [found for folder in files_of(house, request) for found in canaries.found(folder)] == []
    assert holding(files_of(house, request), key) == []


async def test_the_fact_that_erased_it_looks_like_any_other_of_a_matter(house: House):
    matter = await begun(house)
    assert (await matter.erase()).exit_code == 0
    async with office_of(house) as office:
        stored = await office.journal.evidence.stream(UUID(matter.id))
        assert {one.name for one in stored} == {"Sealed.v1"}
        [*earlier, last] = await office.journal.read(UUID(matter.id))
        assert [one.true_name for one in earlier] == ["Sealed.v1"] * 3
        assert (last.true_name, last.fact.facts) == ("PersonalDataKeyDestroyed.v1", 3)
        assert last.envelope.actor.subject == "sinclair"
        assert len({len(one.state) // 1024 for one in stored}) == 1


async def test_for_whoever_is_not_of_its_group_there_is_no_matter_to_erase(house: House):
    matter = await begun(house)
    unknown = await matter.erase("--reason", "request_upheld", "--by", "okafor", "--yes", matter=uuid4())
    assert (unknown.exit_code, unknown.stderr) == (4, "stagepost: there is no such matter\n")
    for options in ((), ("--yes",)):
        hidden = await matter.erase("--reason", "request_upheld", "--by", "okafor", *options)
        assert (hidden.exit_code, hidden.stdout, hidden.stderr) == (4, "", unknown.stderr)
    as_case = await house.stagepost("erase", matter.id, *WHY, "--yes")
    assert (as_case.exit_code, as_case.stderr) == (4, "stagepost: there is no such case\n")
    case = await matter.erase(*WHY, "--yes", matter=matter.family.case_id)
    assert case.exit_code == 4
    member = await matter.erase("--reason", "request_upheld", "--by", "bain", "--yes")
    assert member.exit_code == 5
    assert member.stderr.startswith("stagepost: refused (I30): That a matter is erased is decided by its coordinator")
    assert canaries.FREE_TEXT in (await matter.sinclair.get(matter.path)).text


async def test_a_legal_hold_on_the_case_keeps_its_matter(house: House):
    matter = await begun(house)
    admin = house.door("authority_admin")
    hold = await admin.done(f"{matter.family.path}/retention-holds", {"reason": "inquiry"})
    refused = await matter.erase()
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert refused.stderr.startswith("stagepost: refused (I34): A legal hold stands")
    assert canaries.FREE_TEXT in (await matter.sinclair.get(matter.path)).text
    lifted = {"reason": "inquiry_over"}
    await admin.done(f"{matter.family.path}/retention-holds/{hold['id']}/lifting", lifted)
    assert (await matter.erase()).exit_code == 0


async def test_erasing_a_learner_leaves_their_matter_and_says_the_same_whether_there_is_one(house: House):
    matter, other = await begun(house), await register(house.school)
    said = [
        await house.stagepost("erase", case_id, *WHY, "--yes") for case_id in (matter.family.case_id, other.case_id)
    ]
    assert {one.exit_code for one in said} == {0}
    assert said[0].stdout == said[1].stdout
    assert "Child-protection matters, if there ever are any," in said[0].stdout
    assert canaries.FREE_TEXT in (await matter.sinclair.get(f"{matter.path}/timeline")).text
    due = (await house.stagepost("retention", "--sealed", "--as", "sinclair", "--all", "--on", "2099-01-01")).stdout
    assert f"stagepost erase --matter {matter.id} --reason retention_period_over" in due
    assert "25 years from birth (not after " in due
    assert (await matter.erase()).exit_code == 0


async def test_an_erasure_of_a_matter_that_was_cut_short_is_finished_by_the_next_opening(house: House, monkeypatch):
    matter = await begun(house)

    async def cut(_: object) -> None:
        raise ConnectionError

    async with office_of(house) as office:
        await office.sealed.latest(UUID(matter.id))
        monkeypatch.setattr(office.journal.eraser, "destroy", cut)
        lost = Tombstones(house.settings.var / "nowhere", AUTHORITY)
        with pytest.raises(ConnectionError):
            await Erasing(office, lost, sealed=True).erase(Wanted(UUID(matter.id), "court_order", "sinclair"))
        assert (await office.sealed.latest(UUID(matter.id))).state.case_id is None
        assert UUID(matter.id) not in await office.journal.eraser.destroyed()
    assert (await matter.sinclair.get(matter.path)).status_code == 404
    async with office_of(house) as office:
        assert UUID(matter.id) in await office.journal.eraser.destroyed(), "its fact in the log is enough"
        assert UUID(matter.id) in office.journal.buried
    assert "decided before" in (await matter.erase()).stdout


async def test_every_process_lets_go_of_a_matter_that_it_held(house: House):
    matter = await begun(house)
    stream = UUID(matter.id)
    async with office_of(house) as office:
        forgetting = Forgetting(office)
        await forgetting.once()
        await office.histories.of(stream)
        await office.sealed.latest(stream)
        assert (await matter.erase()).exit_code == 0
        assert all(one.envelope is None for one in (await office.histories.of(stream))[:-1])
        await forgetting.once()
        assert office.sealed.version_of(stream) == 0
        assert stream.int not in office.journal._keys._known


async def test_what_is_named_twice_or_not_at_all_erases_nothing(house: House):
    for named in ((), (uuid4(), "--matter", uuid4())):
        done = await house.stagepost("erase", *named, *WHY, "--yes")
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "name a case, or say --matter" in done.stderr
