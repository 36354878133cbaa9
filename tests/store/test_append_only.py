"""Nobody who reaches the database can change or remove what was recorded through plain SQL."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

from case_api.store.access import Access, Shown, Wanted
from case_api.store.alerts import Alert
from case_api.store.journal import Attempt
from tests.store.facts import opening

pytestmark = pytest.mark.anyio

ATTEMPT = Attempt(
    at=datetime(2025, 9, 10, tzinfo=UTC),
    subject="t-1",
    organisation="burnside",
    role="teacher",
    case_id=uuid4(),
    command="RequestAssistance",
    rule_ids=("I1", "I4"),
    policy="scotland-generic@1",
    reason="agreement-missing",
)
LOOK = Access(
    at=ATTEMPT.at,
    request_id=uuid4(),
    subject="hay",
    organisation="burnside-primary",
    client="portal",
    role="teacher",
    roles=("support_assistant", "teacher"),
    behalf="",
    purpose="support",
    operation="case_view",
    seen="case",
    case_id=None,
    decision="released",
    rule_ids=("A1", "A2"),
    policy="access-1",
)
SEEN = uuid4()
ALERT = Alert(ATTEMPT.at, uuid4(), "many_learners", "hay", "burnside-primary", "portal", 301)


def run(settings, file, sql):
    if settings.url == "sqlite":
        with closing(sqlite3.connect(settings.var / "moray" / file)) as file_log, file_log:
            file_log.execute(sql)
    else:
        with psycopg.connect(settings.url, options="-c search_path=moray") as connection:
            connection.execute(sql)


@pytest.mark.parametrize(
    ("file", "sql"),
    [
        ("log.db", "UPDATE stored_events SET topic = 'x'"),
        ("log.db", "UPDATE stored_events SET state = state WHERE originator_version = 99"),
        ("log.db", "DELETE FROM stored_events"),
        ("log.db", "INSERT OR REPLACE INTO stored_events SELECT * FROM stored_events"),
        ("log.db", "INSERT OR REPLACE INTO stored_events SELECT 9, originator_id, 1, 't', 's', 'e' FROM stored_events"),
        ("log.db", "INSERT OR REPLACE INTO stored_events SELECT 9, 'o', 1, 't', 's', event_id FROM stored_events"),
        ("access.db", "INSERT OR REPLACE INTO attempts SELECT * FROM attempts"),
        ("log.db", "TRUNCATE stored_events"),
        ("access.db", "UPDATE attempts SET reason = 'x'"),
        ("access.db", "DELETE FROM attempts"),
        *(
            ("access.db", sql.format(table))
            for table in ("accesses", "sealed_accesses", "alerts")
            for sql in ("UPDATE {} SET at = 0", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}")
        ),
        ("access.db", "TRUNCATE accesses"),
    ],
)
async def test_the_log_refuses(settings, journal, file, sql):
    stream = uuid4()
    await journal.append(opening(stream))
    await journal.attempt(ATTEMPT)
    await journal.accesses.add(Shown(LOOK, (SEEN,)))
    await journal.accesses.add(Shown(replace(LOOK, restricted=True), (stream,)))
    await journal.alerts.add(ALERT)
    statement_matches_nothing = settings.url == "sqlite" and "99" in sql
    if not statement_matches_nothing:
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            run(settings, file, sql)
    assert len(await journal.read(stream)) == 1
    assert await journal.attempts(None, 10) == [ATTEMPT]
    assert [replace(look, number=0) for look in await journal.accesses.latest(Wanted(), 10)] == [
        replace(LOOK, case_id=SEEN)
    ]
    assert len(await journal.accesses.restricted(stream)) == 1
    assert [replace(alert, number=0) for alert in await journal.alerts.latest(None, 10)] == [ALERT]


async def test_attempts_are_listed_the_newest_first(journal):
    other = replace(ATTEMPT, case_id=None, rule_ids=())
    await journal.attempt(ATTEMPT)
    await journal.attempt(other)
    assert await journal.attempts(None, 10) == [other, ATTEMPT]
    assert await journal.attempts(None, 1) == [other]
    assert await journal.attempts(ATTEMPT.case_id, 10) == [ATTEMPT]


async def test_rows_of_who_looked_that_are_over_go_and_the_table_refuses_all_the_rest_as_before(settings, journal):
    later, held, other = ATTEMPT.at + timedelta(days=1), uuid4(), uuid4()
    for at, seen in ((ATTEMPT.at, (SEEN,)), (ATTEMPT.at, ()), (ATTEMPT.at, (held,)), (later, (other,))):
        await journal.accesses.add(Shown(replace(LOOK, at=at), seen))
    overdue = await journal.accesses.before(later, [held])
    assert overdue is not None
    assert (overdue.first, overdue.before, overdue.rows) == (ATTEMPT.at, later, 2)
    await journal.accesses.prune(later, [held])
    assert {look.case_id for look in await journal.accesses.latest(Wanted(), 10)} == {held, other}
    assert await journal.accesses.before(later, [held]) is None
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append only"):
        run(settings, "access.db", "DELETE FROM accesses")
