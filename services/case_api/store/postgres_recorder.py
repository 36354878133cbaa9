"""The library's recorder over the log on PostgreSQL; it writes through the same function as any command."""

from collections.abc import Sequence
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment, EnvType
from psycopg.rows import dict_row

from case_api.store.entry import Verdict, entry_of
from case_api.store.postgres_line import APPEND, PLANNING, arguments
from case_api.store.postgres_schema import connection_info

DSN = "POSTGRES_DSN"


class PostgresLog(PostgresApplicationRecorder):
    """The library reads the log through this; what it writes passes the same judgement as any command."""

    def create_table(self) -> None:
        """Nothing: the layout was made, whole, when the journal was opened."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's own door. Raises its IntegrityError if a version is taken or would be missing."""
        with self.datastore.get_connection() as connection:
            connection.execute(PLANNING)
            judged = connection.execute(APPEND, arguments([entry_of(stored_events)]), binary=True).fetchone()
            if judged is None or judged["verdicts"] != [Verdict.STORED]:
                raise IntegrityError("refused: the stream has moved on, or a version would be missing")
            return [_position(connection, event) for event in stored_events]


class LogFactory(PostgresFactory):
    """The library's factory, but connected as the journal itself is: same DSN, same limits, same search path."""

    application_recorder_class = PostgresLog

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self.datastore.pool.conninfo = connection_info(self.env.get(DSN, ""), self.datastore.schema)
        self.datastore.pool.kwargs = {"row_factory": dict_row}


def factory_env(dsn: str, authority: str) -> dict[str, str]:
    """What makes the library use the two classes above."""
    unused = dict.fromkeys(("DBNAME", "HOST", "USER", "PASSWORD"), "")
    return {
        "PERSISTENCE_MODULE": f"{__name__}:{LogFactory.__name__}",
        DSN: dsn,
        "POSTGRES_SCHEMA": authority,
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_CONNECT_TIMEOUT": "5",
        **{f"POSTGRES_{name}": value for name, value in unused.items()},
    }


def _position(connection: psycopg.Connection[dict[str, Any]], event: StoredEvent) -> int:
    sql = "SELECT notification_id FROM stored_events WHERE originator_id=%s AND originator_version=%s"
    row = connection.execute(sql, (event.originator_id, event.originator_version)).fetchone()
    if row is None:
        raise IntegrityError("stored, and not found again")
    position: int = row["notification_id"]
    return position
