"""A frame opens only at its place, unaltered, under its key; what cannot be read is said so, not dropped (D1, D21)."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from typing import ClassVar
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Unreadable
from case_api.store.archive import Archive
from case_api.store.frame import FrameError, take_apart
from case_api.store.journal import Append, KeyDestroyed, KeyMissing, VersionConflict
from tests.store.facts import NoteTaken, following, keyed, note, opening

pytestmark = pytest.mark.anyio


def tamper(settings, sql, *parameters, authority="moray"):
    """Change the raw log as somebody with the file, or the rights of the database's owner, could."""
    if settings.url == "sqlite":
        with closing(sqlite3.connect(settings.var / authority / "log.db")) as file_log, file_log:
            file_log.execute("DROP TRIGGER IF EXISTS stored_events_no_update")
            ids = [each.hex if hasattr(each, "hex") and not isinstance(each, bytes) else each for each in parameters]
            file_log.execute(sql, ids)
    else:
        with psycopg.connect(settings.url, options=f"-c search_path={authority}") as connection:
            connection.execute("ALTER TABLE stored_events DISABLE TRIGGER append_only")
            connection.execute(sql.replace("?", "%s"), parameters)


async def state_of(journal, stream, version=1):
    [state] = [one.state for one in await journal.evidence.stream(stream) if one.version == version]
    return state


async def test_an_altered_frame_is_reported(settings, journal):
    stream = uuid4()
    await journal.append(opening(stream))
    state = await state_of(journal, stream)
    header_end = 3 + int.from_bytes(state[1:3], "big")
    for place in (0, 10, header_end - 3, header_end + 2, header_end + 20, len(state) - 1):
        altered = state[:place] + bytes([state[place] ^ 1]) + state[place + 1 :]
        tamper(settings, "UPDATE stored_events SET state=?", altered)
        with pytest.raises(FrameError):
            await journal.read(stream)
        with pytest.raises(FrameError):
            await journal.since(0, 10)
    tamper(settings, "UPDATE stored_events SET state=?", state[:40])
    with pytest.raises(FrameError):
        await journal.read(stream)


async def test_an_altered_frame_spoils_no_other_stream_that_is_read_at_the_same_moment(settings, journal):
    altered, whole = uuid4(), uuid4()
    for stream in (altered, whole):
        await journal.append(opening(stream, versions=2))
    state = await state_of(journal, altered)
    tamper(settings, "UPDATE stored_events SET state=? WHERE originator_id=?", state[:-1], altered)
    found = await asyncio.gather(*map(journal.read, (altered, whole)), return_exceptions=True)
    assert [type(one) for one in found] == [FrameError, list]


@pytest.mark.parametrize(("version", "other"), [(2, False), (1, True)])
async def test_a_frame_in_another_place_is_reported(settings, journal, version, other):
    first, second = uuid4(), uuid4()
    await journal.append(opening(first, versions=2))
    await journal.append(opening(second))
    target = second if other else first
    tamper(
        settings,
        "UPDATE stored_events SET state=? WHERE originator_id=? AND originator_version=?",
        await state_of(journal, first),
        target,
        version,
    )
    with pytest.raises(FrameError):
        await journal.read(target)


async def test_a_frame_of_another_authority_is_reported(settings, archive, journal):
    other = await archive.open("fife")
    stream = uuid4()
    await journal.append(opening(stream))
    await other.append(opening(stream))
    tamper(settings, "UPDATE stored_events SET state=?", await state_of(journal, stream), authority="fife")
    with pytest.raises(FrameError):
        await other.read(stream)


async def test_a_type_that_changed_its_name_is_reported(settings, journal):
    stream = uuid4()
    await journal.append(opening(stream))
    tamper(settings, "UPDATE stored_events SET topic=?", "StageChanged.v1")
    with pytest.raises(FrameError):
        await journal.read(stream)


async def test_an_error_about_a_frame_says_nothing_of_its_content(journal, monkeypatch):
    stream = uuid4()
    await journal.append(opening(stream))

    class Stricter(NoteTaken, grounds="test", stored=False):
        colour: str

    Stricter.topic = NoteTaken.topic
    monkeypatch.setitem(CATALOGUE, "NoteTaken", Stricter)
    with pytest.raises(FrameError) as error:
        await journal.read(stream)
    assert error.value.__suppress_context__
    assert "marmalade" not in str(error.value)


async def test_a_fact_of_a_newer_program_is_kept_and_named(journal, monkeypatch):
    stream = uuid4()
    await journal.append(opening(stream, versions=2))
    monkeypatch.delitem(CATALOGUE, "NoteTaken")
    recorded = await journal.read(stream)
    unknown = Unreadable(why="unknown", stored_name="NoteTaken.v1")
    assert [(each.version, each.fact, each.envelope) for each in recorded] == [(1, unknown, None), (2, unknown, None)]
    assert [placed.recorded.fact for placed in await journal.since(0, 10)] == [unknown] * 2


async def test_a_newer_version_of_a_known_type_is_unknown_too(journal, monkeypatch):
    stream = uuid4()
    monkeypatch.setattr(NoteTaken, "topic", "NoteTaken.v2")
    monkeypatch.setattr(NoteTaken, "schema_version", 2)
    await journal.append(opening(stream))
    monkeypatch.setattr(NoteTaken, "schema_version", 1)
    [recorded] = await journal.read(stream)
    assert recorded.fact == Unreadable(why="unknown", stored_name="NoteTaken.v2")


async def test_an_older_version_is_upcast_step_by_step(journal, monkeypatch):
    stream = uuid4()
    await journal.append(Append((note(stream, 1, "old words"),), new_keys=(stream,)))

    class NoteTakenNow(NoteTaken, grounds="test", version=3, stored=False):
        upcasts: ClassVar = {
            1: lambda stored: {**stored, "colour": "red"},
            2: lambda stored: {**stored, "colour": stored["colour"] + "dish"},
        }
        colour: str

    monkeypatch.setitem(CATALOGUE, "NoteTaken", NoteTakenNow)
    [recorded] = await journal.read(stream)
    assert recorded.fact == NoteTakenNow(text="old words", colour="reddish")
    assert recorded.name == "NoteTaken.v1"


async def test_after_its_key_is_destroyed_a_fact_cannot_be_read(journal):
    stream, person = uuid4(), uuid4()
    facts = (note(stream, 1), note(stream, 2, key_id=person))
    await journal.append(Append(facts, new_keys=(stream, person)))
    await journal.eraser.destroy([person])
    first, second = await journal.read(stream)
    assert isinstance(first.fact, NoteTaken)
    assert second.fact == Unreadable(why="erased", stored_name="NoteTaken.v1")
    assert (second.envelope, second.event_id, second.key_id) == (None, facts[1].event_id, person)
    assert [placed.recorded.version for placed in await journal.since(0, 10)] == [1, 2]


async def test_a_destroyed_key_is_never_made_again(archive, settings, journal):
    stream = uuid4()
    await journal.append(opening(stream))
    await journal.eraser.destroy([stream])
    with pytest.raises(KeyDestroyed):
        await journal.append(following(stream, 2))
    with pytest.raises(KeyDestroyed):
        await journal.append(replace(following(stream, 2), new_keys=(stream,)))
    assert await journal.head(stream) == 1


async def test_a_key_that_is_destroyed_while_its_command_waits_seals_nothing(settings, journal):
    """The log is held by somebody else, as a batch of another process holds it."""
    stream, told = uuid4(), uuid4()
    await journal.append(opening(stream))
    await journal.append(Append((note(told, 1, key_id=stream),)))
    elsewhere = Archive(settings)
    other = await elsewhere.open(journal.authority)
    async with held(settings):
        waiting = asyncio.create_task(journal.append(Append((note(told, 2, key_id=stream),), keyed=keyed())))
        await asyncio.sleep(0.2)
        await other._keys.destroy([stream])
    with pytest.raises(KeyDestroyed):
        await waiting
    assert await journal.head(told) == 1
    await elsewhere.close()


@asynccontextmanager
async def held(settings):
    """Within the block nobody can write to the log."""
    if settings.url == "sqlite":
        with closing(sqlite3.connect(settings.var / "moray" / "log.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    async with await psycopg.AsyncConnection.connect(settings.url) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('moray.stored_events', 0))")
        yield


async def test_what_another_process_erased_is_sealed_no_more(settings, journal):
    stream, known = uuid4(), uuid4()
    await journal.append(opening(known))
    await journal.append(opening(stream))
    await journal.append(following(stream, 2))
    elsewhere = Archive(settings)
    await (await elsewhere.open(journal.authority)).eraser.destroy([stream])
    await elsewhere.close()
    for _ in range(2):
        with pytest.raises(KeyDestroyed):
            await journal.append(following(stream, 3, keyed=keyed()))
    assert await journal.head(stream) == 2
    await journal.append(following(known, 2, keyed=keyed()))  # and nothing was kept under the key of the refused
    assert await journal.head(known) == 2


async def test_a_fact_without_a_key_is_refused(journal):
    stream = uuid4()
    with pytest.raises(KeyMissing):
        await journal.append(following(stream, 1))
    assert await journal.head(stream) == 0


async def test_a_key_that_was_made_stays_when_its_command_is_refused(journal):
    stream = uuid4()
    with pytest.raises(VersionConflict):
        await journal.append(replace(following(stream, 5), new_keys=(stream,)))
    await journal.append(opening(stream))
    assert len(await journal.read(stream)) == 1


async def test_the_header_can_be_read_without_a_key(journal):
    stream = uuid4()
    fact = note(stream, 1)
    await journal.append(Append((fact,), new_keys=(stream,)))
    header = take_apart(await state_of(journal, stream)).header
    assert (header.authority, header.stream, header.version, header.type) == ("moray", stream, 1, "NoteTaken.v1")
    assert (header.event_id, header.key_id, header.schema) == (fact.event_id, stream, 1)
