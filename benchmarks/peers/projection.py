"""The library's projection runner filling one table, a row for each case."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import psycopg
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from benchmarks.peers.library import TOGETHER, Learner, Learners, configured, payload
from benchmarks.samples import Sample

TABLE: Final = "CREATE TABLE IF NOT EXISTS learner_rows (case_id uuid PRIMARY KEY, concerns int, version int)"
PUT: Final = (
    "INSERT INTO learner_rows VALUES (%s, 0, %s) ON CONFLICT (case_id)"
    " DO UPDATE SET concerns = learner_rows.concerns + 1, version = excluded.version"
)
PATIENCE: Final = 300


class LearnerRows(PostgresTrackingRecorder):
    """The table, and how far the log was taken into it."""

    def put(self, case_id: UUID, version: int, tracking: Tracking) -> None:
        """A row and the position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(PUT, (case_id, version))


class LearnerBoard(Projection[LearnerRows]):
    """Every fact of a case moves its row."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.put(domain_event.originator_id, domain_event.originator_version, tracking)


class Projected:
    """A log by the library, projected from its beginning again and again."""

    def __init__(self, dsn: str, cases: int) -> None:
        self._dsn, self._cases, self._last = dsn, cases, 0

    def fill(self, application: Learners, cases: Sequence[UUID]) -> None:
        """One fact for each case, as many in a transaction as the library takes."""
        for start in range(0, len(cases), TOGETHER):
            application.save(*(Learner(case_id, payload()) for case_id in cases[start : start + TOGETHER]))
        self._last = application.recorder.max_notification_id() or 0

    async def rebuilt(self) -> Sample:
        """Project the whole log into an empty table."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS learner_rows, learnerboard_tracking")
            connection.execute(TABLE)
        return await asyncio.to_thread(self._project)

    def _project(self) -> Sample:
        began = perf_counter()
        with ProjectionRunner(
            application_class=Learners, projection_class=LearnerBoard, view_class=LearnerRows, env=configured(self._dsn)
        ) as runner:
            runner.wait(self._last, timeout=PATIENCE)
        return Sample(self._cases, perf_counter() - began)
