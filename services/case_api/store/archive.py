"""The journals of all authorities, opened on demand; where each keeps its data."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from case_api.store.journal import Journal
from case_api.store.keys import Keyring
from case_api.store.postgres_backend import open_postgres
from case_api.store.sqlite_backend import open_sqlite
from case_api.store.tombstones import Tombstones

_NAME = re.compile(r"(?!pg_)(?!.*_keys$)[a-z][a-z0-9_]{0,40}")
_RESERVED = {"public", "information_schema"}


class UnknownAuthority(LookupError):
    """No authority of this name is configured."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where journals are kept."""

    url: str
    """`sqlite`, or the DSN of a PostgreSQL database."""
    var: Path
    """Folder of everything that is written (D27); with SQLite, one folder for each authority."""
    authorities: Mapping[str, bytes] = field(repr=False)
    """Each authority's name and its key of 32 bytes."""
    tombstones: Path | None = None
    """Folder with each authority's list of destroyed keys; below *var* if there is none."""

    @property
    def kind(self) -> Literal["sqlite", "postgres"]:
        """Which database it is."""
        return "sqlite" if self.url == "sqlite" else "postgres"

    def tombstones_of(self, authority: str) -> Tombstones:
        """The list of the keys of one authority that were destroyed."""
        return Tombstones(self.tombstones or self.var / "tombstones", authority)


class Archive:
    """Opens the journal of an authority when it is first asked for.

    Raises ValueError for a name that cannot be both a folder and a schema, or a key of the wrong length.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._keyrings = {_checked(name): Keyring(name, key) for name, key in settings.authorities.items()}
        self._journals: dict[str, Journal] = {}
        self._opening = asyncio.Lock()

    async def open(self, authority: str) -> Journal:
        """The authority's journal. Raises UnknownAuthority, StoreUnavailable, TombstonesUnreadable, WrongKeys."""
        journal = self._journals.get(authority)
        if journal is not None:
            return journal
        keyring = self._keyrings.get(authority)
        if keyring is None:
            raise UnknownAuthority(authority)
        async with self._opening:
            if authority not in self._journals:
                self._journals[authority] = await self._open(keyring)
            return self._journals[authority]

    async def close(self) -> None:
        """Close every journal that was opened."""
        while self._journals:
            _, journal = self._journals.popitem()
            await journal.close()

    async def _open(self, keyring: Keyring) -> Journal:
        """Nothing is read of a store that was put back before what it had forgotten is forgotten in it again."""
        listed = self._settings.tombstones_of(keyring.authority).read()
        if self._settings.url == "sqlite":
            journal = Journal(keyring, await open_sqlite(self._settings.var / keyring.authority, keyring))
        else:
            journal = Journal(keyring, await open_postgres(self._settings.url, keyring))
        try:
            await journal.check_keys()
            journal.buried = frozenset(await journal.eraser.bury(listed))
        except BaseException:
            await journal.close()
            raise
        return journal


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise ValueError("an authority's name is of a-z, 0-9 and _, begins with a letter, and is not a reserved word")
    return name
