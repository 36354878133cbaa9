"""No file of a database holds personal text, and what is erased is erased in the file too (D27)."""

import base64
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


async def test_of_a_destroyed_key_nothing_stays_in_its_table(settings, journal, files):
    stream = uuid4()
    await journal.append(opening(stream))
    [(_, wrapped)] = await journal._backend.keys.rows("SELECT key_id, wrapped FROM data_keys")
    text = base64.b64encode(bytes(wrapped)).decode()
    await journal.eraser.destroy([stream])
    flush(settings)
    if settings.url == "sqlite":
        held = [path.name for path in files.rglob("*") if path.is_file() and bytes(wrapped) in path.read_bytes()]
    else:
        held = [
            path.name
            for path in (files / "base").rglob("*")  # the write-ahead log lives on for as long as it is kept
            if path.is_file() and bytes(wrapped) in path.read_bytes()
        ]
    assert held == []
    assert text
