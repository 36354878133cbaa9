"""No file of a database holds personal text, and what is erased is erased in the file too (D27)."""

from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from case_api.store.journal import Append
from tests import canaries
from tests.store.facts import envelope, keyed, note, opening

pytestmark = pytest.mark.anyio


@pytest.fixture
def files(settings, request):
    """The folder in which the database keeps its files."""
    if settings.url == "sqlite":
        return settings.var
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("the files of a server that somebody else runs are not ours to read")
    return server.data


def flush(settings):
    if settings.url != "sqlite":
        with psycopg.connect(settings.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")


async def test_no_file_holds_personal_text(settings, journal, files):
    stream = uuid4()
    facts = tuple(note(stream, version, text) for version, text in enumerate(canaries.SOWN, 1))
    actor = envelope().actor.but(subject=canaries.EMAIL)
    named = replace(facts[0], envelope=envelope().but(actor=actor))
    row = keyed(body=canaries.LEARNER.encode(), case_id=stream)
    hashed = {journal.keyring.search_hash("scn", canaries.PUPIL_NUMBER): stream}
    await journal.append(Append((named, *facts[1:]), keyed=row, identifiers=hashed, new_keys=(stream,)))
    flush(settings)
    assert canaries.found(files) == []
    assert len(await journal.read(stream)) == len(canaries.SOWN)
    assert (await journal.kept("mis", "k-1")).reply.body == canaries.LEARNER.encode()


@pytest.fixture
def no_log_is_used_again(settings):
    """As docs/keeping.md has PostgreSQL set up: a write-ahead log that is done with is removed, not kept for later."""
    if settings.url == "sqlite":
        yield
        return
    with psycopg.connect(settings.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("SELECT pg_reload_conf()")
        yield
        connection.execute("ALTER SYSTEM RESET wal_recycle")
        connection.execute("SELECT pg_reload_conf()")


@pytest.mark.usefixtures("no_log_is_used_again")
async def test_of_a_destroyed_key_nothing_stays_in_any_file(settings, journal, files):
    stream = uuid4()
    await journal.append(opening(stream))
    [(_, wrapped)] = await journal._backend.keys.rows("SELECT key_id, wrapped FROM data_keys")
    assert holding(files, bytes(wrapped)), "it was there"
    await journal.eraser.destroy([stream])
    assert holding(files, bytes(wrapped)) == []


def holding(folder, content):
    """The files that hold some bytes."""
    return [path.name for path in folder.rglob("*") if path.is_file() and content in _read(path)]


def _read(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:  # the server has just removed it
        return b""
