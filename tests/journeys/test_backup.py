"""The drill: back up while people write, erase somebody, put the backup back: it is proved, and they stay erased."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from secrets import token_hex
from uuid import UUID, uuid4

import httpx
import pytest

from case_api.backup import making
from case_api.boards.catalogue import BOARDS
from case_api.cli.settings import settings_or_exit
from case_api.clock import SystemClock
from case_api.domain.event import Unreadable
from case_api.domain.facts.people import Identifier
from case_api.identifiers import search_hashes
from case_api.key_files import authority_keys
from case_api.office import Office, Offices
from case_api.packs import Packs
from case_api.store.archive import StoreSettings
from tests import canaries, postgres
from tests.journeys.api import AUTHORITY, as_address, clients, serving
from tests.journeys.commands import environment, stagepost
from tests.journeys.family import CONCERN, REQUEST, SERVICE, Family, register
from tests.journeys.sowing import WHY, held, sown
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
Place = dict[str, str]


@pytest.fixture(scope="module")
async def town(nursery, database, tmp_path_factory) -> AsyncIterator[Town]:
    """One process is enough: the commands are others."""
    async with serving(nursery, database, tmp_path_factory.mktemp("town")) as api, clients(api.base_urls) as (door,):
        town = Town(api, door, door)
        await town.door("authority_admin").done("/v1/directory/services", SERVICE)
        yield town


@pytest.fixture
def places(town: Town, request, tmp_path) -> Iterator[list[Place]]:
    """Two empty places to which a backup can be put back, each with the authority's own keys."""
    with ExitStack() as stack:
        yield [_place(town, request, tmp_path / name, stack) for name in ("one", "other")]


def _place(town: Town, request: pytest.FixtureRequest, var: Path, stack: ExitStack) -> Place:
    url = town.api.settings.database_url
    if url != "sqlite":
        server = request.getfixturevalue("postgres_server")
        dsn = server.dsn if server else os.environ["STAGEPOST_TEST_DSN"]
        url = as_address(stack.enter_context(postgres.database(dsn)))
    return environment(town, VAR=var, DATABASE_URL=url)


@asynccontextmanager
async def office_of(place: Place, monkeypatch: pytest.MonkeyPatch):
    """The restored authority, as a process would open it."""
    for name, value in place.items():
        monkeypatch.setenv(name, value)
    settings = settings_or_exit(serves=False)
    store = StoreSettings(settings.database, settings.var, authority_keys(settings).keys)
    offices = Offices(store, SystemClock(), Packs(settings.policies), settings)
    try:
        yield await offices.of(AUTHORITY)
    finally:
        await offices.close()


async def rows(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every live board."""
    found = {}
    for board in BOARDS:
        live = "(SELECT edition FROM board_editions WHERE live=1)"
        names = ",".join(column.name for column in board.columns)
        sql = f"SELECT {names} FROM {board.table} WHERE edition={live}"
        found[board.name] = sorted(await office.tables.rows(sql, (), board.columns), key=repr)
    return found


async def written_while(town: Town, family: Family, folder: Path) -> None:
    """A backup, and concerns that are recorded while it runs."""

    async def write() -> None:
        for _ in range(10):
            await town.school.done(f"{family.path}/concerns", CONCERN)

    copied, _ = await asyncio.gather(stagepost(town, "backup", folder), write())
    assert (copied.exit_code, copied.stderr) == (0, "")
    assert f"{AUTHORITY}: " in copied.stdout


async def noted(town: Town, path: Path) -> int:
    """A checkpoint as a witness keeps it; its size."""
    body = await town.door("auditor").seen("/v1/audit/checkpoint")
    await asyncio.to_thread(path.write_text, body["checkpoint"])
    return int(body["size"])


def held_to_two(said: str) -> tuple[int, int]:
    """How many facts `restore` says it put back, and how many of them are as they were sealed."""
    every = "(, all of them as they were sealed)"
    some = r"; (\d+) of them sealed and as (?:it was|they were) sealed, (\d+) not sealed yet"
    found = re.search(rf"{AUTHORITY}: (\d+) facts(?:{every}|{some}), held to 2 checkpoints;", said)
    assert found, said
    facts = int(found[1])
    assert found[2] or int(found[3]) + int(found[4]) == facts
    return facts, facts if found[2] else int(found[3])


def holding(folder: Path, content: bytes) -> list[Path]:
    """The files that hold some bytes."""
    return [path for path in folder.rglob("*") if path.is_file() and content in path.read_bytes()]


async def told_of(office: Office, case_id: UUID) -> str:
    return "\n".join(event.fact.model_dump_json() for event in await office.histories.of(case_id))


async def test_what_was_erased_after_the_backup_stays_erased(town: Town, places: list[Place], tmp_path, monkeypatch):
    gone, stays = await sown(town.school), await register(town.school, "Callum")
    size = await noted(town, tmp_path / "witnessed")
    await written_while(town, stays, tmp_path / "backup")
    async with town.api.journal() as journal:
        keys = journal._backend.keys
        sql = "SELECT wrapped FROM data_keys WHERE key_id=?"
        [(wrapped,)] = await keys.rows(sql, (keys.id_in(gone.uuid),))
    await town.school.done(f"{stays.path}/concerns", CONCERN)
    assert (await stagepost(town, "erase", gone.uuid, *WHY, "--yes")).exit_code == 0
    assert (await stagepost(town, "tombstones", tmp_path / "lists")).exit_code == 0

    said = ("--verify", "--checkpoint", tmp_path / "witnessed")
    place, careless = places
    done = await stagepost(place, "restore", tmp_path / "backup", *said, "--tombstones", tmp_path / "lists")
    assert (done.exit_code, done.stderr) == (0, "")
    facts, sealed = held_to_two(done.stdout)
    assert (await stagepost(place, "verify", "--log", "--checkpoint", tmp_path / "witnessed")).exit_code == 0
    async with office_of(place, monkeypatch) as office:
        assert await office.journal.last_position() >= size
        last = await office.seals.nodes.last()
        assert (facts, sealed) == (len(await office.journal.since(0, 1000)), last.number + 1 if last else 0)
        assert all(isinstance(event.fact, Unreadable) for event in await office.histories.of(gone.uuid))
        assert "Hard to understand in class." in await told_of(office, stays.uuid)
        restored = await rows(office)
        assert gone.uuid not in {row[0] for of_one in restored.values() for row in of_one}
        assert stays.uuid in {row[0] for row in restored["stages"]}
    assert (await stagepost(place, "export", gone.uuid, "--people", "-o", tmp_path / "gone.json")).exit_code == 0
    assert held((tmp_path / "gone.json").read_text()) == []
    assert (await stagepost(place, "rebuild-boards")).exit_code == 0
    async with office_of(place, monkeypatch) as office:
        assert await rows(office) == restored
    assert canaries.found(Path(place["STAGEPOST_VAR"])) == []
    assert holding(Path(place["STAGEPOST_VAR"]), bytes(wrapped)) == []

    forgot = await stagepost(careless, "restore", tmp_path / "backup", *said)
    assert forgot.exit_code == 0
    async with office_of(careless, monkeypatch) as office:
        assert canaries.FREE_TEXT in await told_of(office, gone.uuid), "only the list keeps them erased"


async def test_the_list_beside_the_store_counts_without_being_named(
    town: Town, places: list[Place], tmp_path, monkeypatch
):
    gone = await register(town.school, canaries.LEARNER)
    bain = town.door("child_protection", sub="bain")
    concern = {"case_id": gone.case_id, "concern": canaries.FREE_TEXT, "coordinator": "bain"}
    matter = UUID((await bain.done("/v1/matters", concern))["id"])
    assert (await stagepost(town, "backup", tmp_path / "backup", "--keys", tmp_path / "keys")).exit_code == 0
    why = ("--reason", "request_upheld", "--by", "bain")
    assert (await stagepost(town, "erase", "--matter", matter, *why, "--yes")).exit_code == 0
    assert (await stagepost(town, "erase", gone.uuid, *WHY, "--yes")).exit_code == 0
    place = places[0] | {"STAGEPOST_TOMBSTONES_DIR": str(town.api.settings.var / "tombstones")}
    assert not (tmp_path / "backup/keys").exists()
    done = await stagepost(place, "restore", tmp_path / "backup", "--keys", tmp_path / "keys")
    assert (done.exit_code, done.stderr) == (0, "")
    async with office_of(places[0], monkeypatch) as office:
        for erased in (gone.uuid, matter):
            assert all(isinstance(event.fact, Unreadable) for event in await office.histories.of(erased))


async def test_an_old_log_is_opened_with_the_keys_of_a_newer_backup(
    town: Town, places: list[Place], tmp_path, monkeypatch
):
    gone, stays = await sown(town.school, number="220000044"), await register(town.school)
    assert (await stagepost(town, "backup", tmp_path / "old")).exit_code == 0
    assert (await stagepost(town, "erase", gone.uuid, *WHY, "--yes")).exit_code == 0
    assert (await stagepost(town, "backup", tmp_path / "new")).exit_code == 0
    done = await stagepost(places[0], "restore", tmp_path / "old", "--keys", tmp_path / "new/keys")
    assert (done.exit_code, done.stderr) == (0, "")
    async with office_of(places[0], monkeypatch) as office:
        assert all(isinstance(event.fact, Unreadable) for event in await office.histories.of(gone.uuid))
        assert "Maja" in await told_of(office, stays.uuid)
        [hashed] = search_hashes(office.journal.keyring, [Identifier(system="scn", value="220000044")])
        assert await office.journal.find(hashed) is None


async def test_a_backup_that_is_not_what_was_signed_is_put_back_nowhere(town: Town, places: list[Place], tmp_path):
    await register(town.school)
    assert (await stagepost(town, "backup", tmp_path / "backup")).exit_code == 0
    log = tmp_path / "backup/log" / AUTHORITY
    largest = max((path for path in log.iterdir()), key=lambda path: path.stat().st_size)
    manifest = log / "manifest.json"

    async def refused(code: int, *words: str, source: Path = tmp_path / "backup") -> None:
        done = await stagepost(places[0], "restore", source)
        assert (done.exit_code, done.stdout) == (code, "")
        assert done.stderr.count("\n") == 1
        assert all(word in done.stderr for word in ("stagepost: ", *words)), done.stderr

    whole = largest.read_bytes()
    largest.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    await refused(1, "ALTERED", largest.name)
    largest.unlink()
    await refused(1, "ALTERED", f"{largest.name} is missing")
    largest.write_bytes(whole)
    said = manifest.read_text()
    manifest.write_text(json.dumps(json.loads(said) | {"made_at": "2020-01-01T00:00:00+00:00"}))
    await refused(1, "ALTERED", "manifest.json is not what was signed")
    manifest.write_text(said)
    shutil.copytree(tmp_path / "backup/log", tmp_path / "half/log")
    await refused(2, "keys", "holds no whole backup", source=tmp_path / "half")
    await refused(2, "holds no whole backup", source=tmp_path / "nowhere")
    assert (await stagepost(places[0], "restore", tmp_path / "backup")).exit_code == 0


async def test_other_keys_than_its_own_are_told_from_a_backup_that_was_altered(
    town: Town, places: list[Place], tmp_path
):
    await register(town.school)
    assert (await stagepost(town, "backup", tmp_path / "backup")).exit_code == 0
    keys = tmp_path / "keys"
    place = places[0] | {"STAGEPOST_KEYS_DIR": str(keys)}
    for changed, code, said in (
        (f"{AUTHORITY}.key", 6, "these are not the keys of this backup"),
        (f"{AUTHORITY}.seal.key", 6, "these are not the keys of this backup"),
        (None, 2, f"The key file {AUTHORITY}.key is missing"),
    ):
        shutil.copytree(town.api.settings.keys, keys)
        for name in [changed] if changed else [path.name for path in keys.iterdir()]:
            (keys / name).write_text(token_hex(32) + "\n") if changed else (keys / name).unlink()
        done = await stagepost(place, "restore", tmp_path / "backup")
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1)
        assert done.stderr.startswith(f"stagepost: {said}")
        assert not await asyncio.to_thread(Path(place["STAGEPOST_VAR"]).exists), "nothing was put back"
        assert len(list(keys.iterdir())) == (4 if changed else 0), "no key is made beside a backup"
        shutil.rmtree(keys)
    assert (await stagepost(places[0], "restore", tmp_path / "backup")).exit_code == 0


async def test_a_backup_says_what_came_meanwhile_where_something_came(town: Town, tmp_path, monkeypatch):
    family = await register(town.school)
    quiet = await stagepost(town, "backup", tmp_path / "quiet")
    assert quiet.exit_code == 0
    assert "meanwhile" not in quiet.stdout
    copied = making._copied

    def overtaken(store, authority, targets, seen):
        if authority == AUTHORITY:
            url = f"{town.api.base_urls[0]}{family.path}/concerns"
            headers = {**town.school.headers, "Idempotency-Key": str(uuid4())}
            assert httpx.post(url, json=CONCERN, headers=headers).status_code == 201
        return copied(store, authority, targets, seen)

    monkeypatch.setattr(making, "_copied", overtaken)
    busy = await stagepost(town, "backup", tmp_path / "busy")
    assert busy.exit_code == 0
    assert busy.stdout.count(" and 1 that came meanwhile, ") == 1


async def test_a_backup_is_put_back_in_an_empty_place_only(town: Town, places: list[Place], tmp_path):
    family = await register(town.school)
    assert (await stagepost(town, "backup", tmp_path / "backup")).exit_code == 0
    again = await stagepost(town, "backup", tmp_path / "backup")
    assert (again.exit_code, again.stderr.count("\n")) == (2, 1)
    over = await stagepost(town, "restore", tmp_path / "backup")
    assert (over.exit_code, over.stdout) == (4, "")
    assert "is there already: nothing was changed" in over.stderr
    assert (await town.school.get(family.path)).status_code == 200
    assert (await stagepost(places[0], "restore", tmp_path / "backup")).exit_code == 0
    assert (await stagepost(places[0], "restore", tmp_path / "backup")).exit_code == 4


async def test_a_backup_that_is_older_than_what_a_witness_saw_is_said_to_be(town: Town, places: list[Place], tmp_path):
    await register(town.school)
    assert (await stagepost(town, "backup", tmp_path / "backup")).exit_code == 0
    await register(town.school)
    await noted(town, tmp_path / "witnessed")
    done = await stagepost(places[0], "restore", tmp_path / "backup", "--checkpoint", tmp_path / "witnessed")
    assert done.exit_code == 5
    assert "older than what was signed" in done.stderr
    assert done.stderr.count("\n") == 1


async def test_who_writes_after_a_restore_goes_on_where_the_backup_ended(
    town: Town, places: list[Place], tmp_path, monkeypatch
):
    family = await register(town.school)
    assert (await town.school.post(family.requests, REQUEST)).status_code == 409
    assert (await stagepost(town, "backup", tmp_path / "backup")).exit_code == 0
    assert (await stagepost(places[0], "restore", tmp_path / "backup")).exit_code == 0
    async with office_of(places[0], monkeypatch) as office:
        before = await office.journal.attempts(family.uuid, 10)
        assert before, "who was refused is kept, too"
        await office.journal.attempt(before[0])
        assert len(await office.journal.attempts(family.uuid, 10)) == len(before) + 1
