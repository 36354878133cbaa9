"""A batch on SQLite is judged in few statements, and each command as if it came alone and in its turn (D4)."""

import sqlite3
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from case_api.store.entry import Entry, KeyedRow, Verdict
from case_api.store.sqlite_batch import store
from case_api.store.sqlite_file import connect
from case_api.store.sqlite_schema import LOG, NO_GAP, SAME_EVENT, append_only

CASE = UUID(int=1)
STORED, STALE, SEEN, TAKEN = Verdict.STORED, Verdict.STALE, Verdict.SEEN, Verdict.TAKEN


def command(stream, *versions, key=None, identifier=None):
    events = tuple(StoredEvent(stream, version, "NoteTaken.v1", b"sealed") for version in versions)
    keyed = KeyedRow("mis", key, b"f" * 32, b"reply", CASE, 1) if key else None
    ids = tuple(uuid4() for _ in events)
    return Entry(events, ids, keyed, {identifier: CASE} if identifier else {})


@pytest.fixture
def log(tmp_path):
    with closing(connect(tmp_path / "log.db")) as connection:
        connection.executescript(LOG + append_only("stored_events", SAME_EVENT) + NO_GAP)
        yield connection


def count(log, table):
    return log.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_command_sees_those_before_it_in_its_batch(log):
    one, other = uuid4(), uuid4()
    batch = [
        command(one, 1, 2, key="a", identifier=b"x"),
        command(one, 2, key="b"),
        command(one, 3, key="a"),
        command(other, 1, identifier=b"x"),
        command(one, 3, key="b"),
        command(other, 1),
    ]
    assert store(log, batch) == [STORED, STALE, SEEN, TAKEN, STORED, STORED]
    assert store(log, batch) == [SEEN, SEEN, SEEN, TAKEN, SEEN, STALE]
    assert [count(log, table) for table in ("stored_events", "idempotency", "identifiers")] == [4, 2, 1]


def test_what_was_seen_comes_before_what_is_taken_and_that_before_what_is_stale(log):
    stream = uuid4()
    assert store(log, [command(stream, 1, key="a", identifier=b"x")]) == [STORED]
    assert store(log, [command(stream, 1, key="a", identifier=b"x")]) == [SEEN]
    assert store(log, [command(stream, 1, key="b", identifier=b"x")]) == [TAKEN]
    assert store(log, [command(stream, 1, key="b", identifier=b"y")]) == [STALE]
    assert store(log, [command(stream, 3, key="b", identifier=b"y")]) == [STALE]


def test_a_command_without_facts_is_stored_for_its_key(log):
    assert store(log, [command(uuid4(), key="a"), command(uuid4(), key="a")]) == [STORED, SEEN]


def test_a_command_of_several_streams_is_stored_whole_or_not_at_all(log):
    one, other = uuid4(), uuid4()
    first, second = command(one, 1), command(other, 2)
    both = Entry((*first.events, *second.events), (*first.event_ids, *second.event_ids), None, {})
    assert store(log, [both, command(one, 1)]) == [STALE, STORED]
    assert log.execute("SELECT originator_id FROM stored_events").fetchall() == [(one.hex,)]


@pytest.mark.parametrize("size", [1, 2, 3, 63, 64, 65, 255, 256, 257, 600])
def test_a_batch_of_any_size_is_stored_in_its_order(log, size):
    batch = [command(uuid4(), 1, key=f"k-{number}", identifier=b"%d" % number) for number in range(size)]
    assert store(log, batch) == [STORED] * size
    stored = log.execute("SELECT rowid, originator_id FROM stored_events ORDER BY rowid").fetchall()
    assert stored == [(place, entry.events[0].originator_id.hex) for place, entry in enumerate(batch, 1)]
    assert store(log, batch) == [SEEN] * size


def test_any_text_may_be_a_key(log):
    keys = ["a'b", 'a"b', "ä\u2028", "a,b", "[1]", " "]
    batch = [command(uuid4(), 1, key=key) for key in keys]
    assert store(log, batch) == [STORED] * len(keys)
    assert store(log, batch) == [SEEN] * len(keys)


def test_one_row_that_cannot_be_stored_leaves_nothing_of_the_batch(log):
    twice = command(uuid4(), 1)
    again = Entry(command(uuid4(), 1).events, twice.event_ids, None, {})
    with pytest.raises(sqlite3.IntegrityError):
        store(log, [command(uuid4(), 1), twice, again])
    assert count(log, "stored_events") == 0


def test_a_log_whose_replies_are_kept_as_in_the_first_version_goes_on(tmp_path):
    first = LOG.replace("PRIMARY KEY (client, key)\n);", "PRIMARY KEY (client, key)\n) WITHOUT ROWID;")
    assert first != LOG
    with closing(connect(tmp_path / "log.db")) as log:
        log.executescript(first)
        log.executescript(LOG)
        stream = uuid4()
        assert store(log, [command(stream, 1, key="a")]) == [STORED]
        assert store(log, [command(stream, 2, key="a"), command(stream, 2, key="b")]) == [SEEN, STORED]
