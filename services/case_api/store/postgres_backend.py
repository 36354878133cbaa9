"""Opens an authority's schemas in a PostgreSQL database: its log, and its data keys in a schema apart."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from uuid import UUID

import psycopg
from eventsourcing.persistence import PersistenceError

from case_api.store.append import StoreUnavailable
from case_api.store.application import LogApplication
from case_api.store.backend import Backend
from case_api.store.bell import Bell
from case_api.store.duty import duty_on
from case_api.store.entry import Unreachable
from case_api.store.keys import Keyring
from case_api.store.keystore import unwrapped
from case_api.store.mapper import FrameMapper, Keys
from case_api.store.postgres_database import PostgresDatabase
from case_api.store.postgres_line import PostgresLine
from case_api.store.postgres_notices import Notices
from case_api.store.postgres_recorder import factory_env
from case_api.store.postgres_schema import connection_info, lay_out


async def open_postgres(dsn: str, keyring: Keyring) -> Backend:
    """Open, and make what does not exist yet. Raises StoreUnavailable."""
    try:
        async with AsyncExitStack() as opened:
            return await _open(dsn, keyring, opened)
    except (psycopg.OperationalError, PersistenceError, Unreachable):
        raise StoreUnavailable("the database cannot be reached, or its layout is locked") from None


async def _open(dsn: str, keyring: Keyring, opened: AsyncExitStack) -> Backend:
    """Everything that is opened is closed again if something fails; else by the backend."""
    authority, conninfo = keyring.authority, connection_info(dsn, keyring.authority)
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await lay_out(connection, authority)
    mapper = FrameMapper(authority, lambda wanted: _find_keys(conninfo, keyring, wanted))
    application = await asyncio.to_thread(LogApplication, factory_env(dsn, authority), mapper)
    opened.push_async_callback(asyncio.to_thread, application.close)
    database = PostgresDatabase(conninfo)
    await database.open()
    opened.push_async_callback(database.close)
    line = PostgresLine(conninfo)
    await line.connect()
    opened.push_async_callback(line.close)
    bell = Bell()
    opened.push_async_callback(Notices(conninfo, authority, bell).close)
    duty = duty_on(conninfo)
    opened.push_async_callback(duty.close)
    return Backend(mapper, database, database, database, line, application, bell, duty, opened.pop_all().aclose)


def _find_keys(conninfo: str, keyring: Keyring, wanted: Iterable[UUID]) -> Keys:
    """The library's doors look keys up one at a time, from any thread."""
    ids = list(wanted)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        sql = "SELECT key_id, wrapped FROM data_keys WHERE key_id = ANY(%s)"
        return unwrapped(keyring, ids, connection.execute(sql, (ids,)).fetchall())
