"""The door to the database, on both."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from notifier import outbox
from notifier.database import Database, DatabaseUnavailable, Transaction
from notifier.instants import instant, micros
from notifier.outbox import Entry, Turn, message_id_of

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 3, 3, 9, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
async def opened(tmp_path: Path, database_url: str | None) -> AsyncIterator[Database]:
    database = await Database.open(database_url, tmp_path)
    yield database
    await database.close()


def an_entry(recipient: str = "someone") -> Entry:
    event = uuid4()
    return Entry(
        message_id=message_id_of(event, recipient, "stage-changed", "email"),
        event_id=event,
        event_type="StageChanged.v1",
        case_id=uuid4(),
        recipient=recipient,
        role="carer",
        template="stage-changed",
        channel="email",
        urgency=1,
    )


async def test_what_fails_half_way_leaves_nothing(opened: Database):
    def half(work: Transaction) -> None:
        outbox.enqueue(work, [an_entry()], NOW)
        raise KeyError

    with pytest.raises(KeyError):
        await opened.run(half)
    assert await opened.run(outbox.waiting) == 0


async def test_a_database_error_says_its_kind_and_none_of_its_text(opened: Database):
    with pytest.raises(DatabaseUnavailable) as caught:
        await opened.run(lambda work: work.rows("SELECT secret FROM nowhere"))
    assert "secret" not in str(caught.value)
    assert await opened.run(outbox.waiting) == 0


async def test_a_row_comes_back_as_it_went_in(opened: Database):
    entry = an_entry()
    assert await opened.run(lambda work: outbox.enqueue(work, [entry, entry], NOW)) == [entry]
    (kept,) = await opened.run(lambda work: outbox.listed(work, "queued", 10))
    assert kept == entry.model_copy(update={"next_attempt_at": NOW})


async def test_opening_twice_makes_the_tables_once(opened: Database, tmp_path: Path, database_url: str | None):
    await opened.run(lambda work: outbox.enqueue(work, [an_entry()], NOW))
    again = await Database.open(database_url, tmp_path if database_url else tmp_path / "elsewhere")
    assert await again.run(outbox.waiting) == (1 if database_url else 0)
    await again.close()


def test_times_keep_their_microseconds():
    assert instant(micros(NOW)) == NOW


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_notifiers_on_one_server_never_claim_the_same_row(opened: Database, database_url: str):
    other = await Database.open(database_url, Path())
    await opened.run(lambda work: outbox.enqueue(work, [an_entry(f"parent {n}") for n in range(6)], NOW))

    def claim(work: Transaction) -> list[Entry]:
        return outbox.claim(work, "email", 4, Turn(NOW, NOW + timedelta(minutes=1), opened.skip_locked))

    mine, theirs = await opened.run(claim), await other.run(claim)
    assert (len(mine), len(theirs)) == (4, 2)
    assert not {entry.message_id for entry in mine} & {entry.message_id for entry in theirs}
    await other.close()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_lost_connection_is_made_anew(opened: Database, database_url: str):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(DatabaseUnavailable):
        await opened.run(outbox.waiting)
    assert await opened.run(outbox.waiting) == 0
