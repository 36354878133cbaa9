"""An authority's tables on PostgreSQL as text, all as of one moment, and put back; no program of the server's."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from case_api.store.copies import FACTS, KEYS_PART, LOG_PART, Copied, Part, Seen, flush
from case_api.store.postgres_schema import connection_info, keys_of

ENDING: Final = ".copy"
KEYS_FILE: Final = f"data_keys{ENDING}"
BYTES: Final = rb"\\x"
"""With which COPY begins a value of bytes, as text."""
PATIENT: Final = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
"""Limits of requests, which a copy of everything is not held to."""
CHUNK: Final = 1 << 20

_TABLES: Final = """
SELECT n.nspname, c.relname, greatest(c.reltuples, 0)::bigint,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname = ANY(%s) AND c.relkind = 'r' AND c.relname NOT LIKE 'board\\_%%'
 GROUP BY 1, 2, 3 ORDER BY 1, 2
"""
"""All but the boards, which are made anew from the log."""
_COUNTERS: Final = """
SELECT n.nspname, c.relname, a.attname,
       pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY(%s) AND c.relkind = 'r' AND a.attidentity <> ''
"""

Connection = psycopg.Connection[tuple[Any, ...]]


def copy_out(dsn: str, authority: str, targets: Mapping[Part, Path], seen: Seen) -> Iterator[tuple[Part, Copied]]:
    """Copy every table from one snapshot, so that all of them belong together. Raises psycopg.OperationalError."""
    with _patient(dsn, authority) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for schema, table, rows, columns in connection.execute(_TABLES, (_schemas(authority),)).fetchall():
            part: Part = KEYS_PART if schema == keys_of(authority) else LOG_PART
            path = targets[part] / f"{table}{ENDING}"
            said = SQL("COPY {}.{} ({}) TO STDOUT").format(*map(Identifier, (schema, table)), _named(columns))
            done = _write(connection, said, path, rows, seen)
            yield part, Copied(path.name, tuple(columns), facts=done if table == FACTS else 0)


def copy_in(dsn: str, authority: str, part: Part, copies: dict[Path, tuple[str, ...]]) -> None:
    """Put tables back into schemas that are laid out and hold nothing. Raises psycopg.Error."""
    schema = keys_of(authority) if part == KEYS_PART else authority
    with _patient(dsn, authority) as connection:
        with connection.transaction():
            for path, columns in copies.items():
                table = Identifier(schema), Identifier(path.name.removesuffix(ENDING))
                said = SQL("COPY {}.{} ({}) FROM STDIN").format(*table, _named(columns))
                with connection.cursor() as cursor, path.open("rb") as file, cursor.copy(said) as copy:
                    while chunk := file.read(CHUNK):
                        copy.write(chunk)
            for name, table_name, column, counter in connection.execute(_COUNTERS, ([schema],)).fetchall():
                last = SQL("SELECT setval(%s, coalesce(max({}), 1), max({}) IS NOT NULL) FROM {}.{}")
                connection.execute(last.format(*map(Identifier, (column, column, name, table_name))), (counter,))
        for path in copies:
            table = Identifier(schema), Identifier(path.name.removesuffix(ENDING))
            connection.execute(SQL("ANALYZE {}.{}").format(*table))


def is_empty(dsn: str, authority: str) -> bool:
    """Whether the database holds no table of the authority. Raises psycopg.OperationalError."""
    with _patient(dsn, authority) as connection:
        return not connection.execute(_TABLES, (_schemas(authority),)).fetchall()


def wrapped_key(folder: Path, columns: tuple[str, ...]) -> tuple[UUID, bytes] | None:
    """A key of a copy as it is wrapped, and its id; None where none is left, or never was."""
    key_id, wrapped = columns.index("key_id"), columns.index("wrapped")
    with (folder / KEYS_FILE).open("rb") as file:
        for line in file:
            row = line.rstrip(b"\n").split(b"\t")
            if row[wrapped].startswith(BYTES):
                return UUID(row[key_id].decode()), bytes.fromhex(row[wrapped].removeprefix(BYTES).decode())
    return None


def _write(connection: Connection, said: Any, path: Path, rows: int, seen: Seen) -> int:
    """How many rows there were."""
    done = 0
    with (
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        connection.cursor() as cursor,
        cursor.copy(said) as copy,
    ):
        for row in copy:
            file.write(row)
            done += 1
            if done % 10_000 == 0:
                seen(path.stem, done, max(rows, done))
    seen(path.stem, done, done)
    flush(path)
    return done


def _patient(dsn: str, authority: str) -> Connection:
    connection = psycopg.connect(connection_info(dsn, authority), autocommit=True)
    for limit in PATIENT:
        connection.execute(SQL("SET {} = 0").format(Identifier(limit)))
    return connection


def _schemas(authority: str) -> list[str]:
    return [authority, keys_of(authority)]


def _named(columns: tuple[str, ...] | list[str]) -> Any:
    return SQL(", ").join(map(Identifier, columns))
