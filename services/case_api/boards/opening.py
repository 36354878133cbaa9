"""Opens the boards of one authority, where its log is kept."""

from case_api.boards.postgres_tables import open_postgres_tables
from case_api.boards.sqlite_tables import open_sqlite_tables
from case_api.boards.tables import Tables
from case_api.store.archive import StoreSettings


async def open_tables(settings: StoreSettings, authority: str) -> Tables:
    """The tables of an authority whose journal is open. Raises StoreUnavailable."""
    if settings.url == "sqlite":
        return await open_sqlite_tables(settings.var / authority)
    return await open_postgres_tables(settings.url, authority)
