"""Nobody who reaches the database can change or remove what was recorded through plain SQL."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import replace

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
    ],
)
async def test_the_log_refuses(settings, journal, file, sql):
    stream = uuid4()
    await journal.append(opening(stream))
    await journal.attempt(ATTEMPT)
    statement_matches_nothing = settings.url == "sqlite" and "99" in sql
    if not statement_matches_nothing:
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            run(settings, file, sql)
    assert len(await journal.read(stream)) == 1
    assert await journal.attempts(None, 10) == [ATTEMPT]


async def test_attempts_are_listed_the_newest_first(journal):
    other = replace(ATTEMPT, case_id=None, rule_ids=())
    await journal.attempt(ATTEMPT)
    await journal.attempt(other)
    assert await journal.attempts(None, 10) == [other, ATTEMPT]
    assert await journal.attempts(None, 1) == [other]
    assert await journal.attempts(ATTEMPT.case_id, 10) == [ATTEMPT]
