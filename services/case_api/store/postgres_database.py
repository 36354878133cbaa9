"""An authority's schemas on PostgreSQL, read on a few connections that find a restarted server again."""

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any, LiteralString, cast
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from case_api.store.append import StoreUnavailable
from case_api.store.database import Row, Step

READERS = 4
PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds before a read is tried again."""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class PostgresDatabase:
    """Each statement is one prepared, binary round trip."""

    position = "notification_id"

    def __init__(self, settings: dict[str, str | int]) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            kwargs={**settings, "autocommit": True}, min_size=1, max_size=READERS, timeout=2.0, open=False
        )

    async def open(self) -> None:
        """Raises StoreUnavailable if there is no server."""
        try:
            await self._pool.open(wait=True, timeout=5.0)
        except psycopg.OperationalError:
            await self._pool.close()
            raise StoreUnavailable("there is no connection to the database") from None

    def id_in(self, value: UUID) -> UUID:
        return value

    async def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        for pause in PAUSES:
            try:
                return await self._rows(sql, parameters)
            except psycopg.errors.QueryCanceled:
                raise StoreUnavailable("the database took too long") from None
            except psycopg.OperationalError:
                await asyncio.sleep(pause)
                await self._pool.check()
        raise StoreUnavailable("the database cannot be reached")

    async def write(self, *steps: Step) -> None:
        try:
            async with self._pool.connection() as connection, connection.transaction():
                for sql, rows in steps:
                    await connection.cursor().executemany(_translated(sql), cast("Any", rows))
        except psycopg.OperationalError:
            raise StoreUnavailable("the database cannot be written") from None

    async def erase(self, table: str, *steps: Step) -> None:
        await self.write(*steps)
        try:
            async with self._pool.connection() as connection:
                await connection.execute(f"VACUUM (FULL) {table}".encode(), prepare=False)
        except psycopg.OperationalError:
            raise StoreUnavailable("the database did not rewrite a table") from None

    async def close(self) -> None:
        await self._pool.close()

    async def _rows(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_translated(sql), parameters, prepare=True, binary=True)
            return await cursor.fetchall()


@cache
def _translated(sql: str) -> LiteralString:
    return cast("LiteralString", sql.replace("?", "%b"))
