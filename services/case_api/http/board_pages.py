"""What all lists over many cases have in common: rows as items, and cursors made of ids."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel

from case_api.access.roles import READERS
from case_api.http.offices import Roles
from case_api.http.paging import open_cursor, seal_cursor
from case_api.order import Caller
from case_api.store.keys import Keyring

Reader = Annotated[Caller, Depends(Roles(READERS))]


def items_of(item: type[BaseModel], rows: list[Any]) -> list[dict[str, Any]]:
    """The rows as items, with what is not there left out."""
    names = item.model_fields
    return [{name: getattr(row, name) for name in names if getattr(row, name) is not None} for row in rows]


def ids_of(keyring: Keyring, kind: str, cursor: str | None, count: int) -> tuple[UUID, ...] | None:
    """The ids after which a page begins; raises a 400 Problem for a cursor of another list."""
    if cursor is None:
        return None
    place = open_cursor(keyring, kind, cursor)
    return tuple(UUID(bytes=place[16 * n : 16 * n + 16]) for n in range(count))


def following(keyring: Keyring, kind: str, rows: list[Any], limit: int, key: tuple[str, ...]) -> str | None:
    """The cursor after a full page; None after the last one."""
    if len(rows) < limit:
        return None
    return seal_cursor(keyring, kind, b"".join(getattr(rows[-1], name).bytes for name in key))
