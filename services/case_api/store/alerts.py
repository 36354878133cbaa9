"""What somebody should look into: rows that are only ever added, beside the looks that they are about."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from case_api.store.access import instant, moment
from case_api.store.database import Database, Row, id_out

Cause = Literal["many_learners", "many_refusals", "emergency_access"]
_COLUMNS: Final = "at, alert_id, cause, subject, organisation, client, figure"


class Alert(Struct, frozen=True):
    """Somebody who looked, or tried to, more than is usual. Names no learner."""

    at: datetime
    alert_id: UUID
    cause: Cause
    subject: str
    organisation: str
    client: str
    figure: int
    """How many learners, or refusals, there were within the hour; 1 where the glass was broken."""
    number: int = 0
    """Its place among the rows, once stored."""


class Alerts:
    """The alerts of one authority."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, alert: Alert) -> None:
        """Returns when it is on the disk. Raises StoreUnavailable."""
        row = (
            instant(alert.at),
            self._database.id_in(alert.alert_id),
            alert.cause,
            alert.subject,
            alert.organisation,
            alert.client,
            alert.figure,
        )
        sql = f"INSERT INTO alerts ({_COLUMNS}) VALUES (?,?,?,?,?,?,?)"  # noqa: S608 (a constant)
        await self._database.write((sql, [row]))

    async def latest(self, before: tuple[int, int] | None, limit: int) -> list[Alert]:
        """The newest first; those before a place."""
        which, parameters = ("(at, number)<(?,?)", before) if before is not None else ("1=1", ())
        sql = f"SELECT number, {_COLUMNS} FROM alerts WHERE {which} ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608 (constants)
        return [_alert(row) for row in await self._database.rows(sql, [*parameters, limit])]

    async def is_raised(self, cause: Cause, subject: str, since: datetime) -> bool:
        """Whether there is one about somebody since a moment."""
        sql = "SELECT number FROM alerts WHERE subject=? AND cause=? AND at>=? LIMIT 1"
        return bool(await self._database.rows(sql, (subject, cause, instant(since))))


def _alert(row: Row) -> Alert:
    number, at, alert_id, cause, subject, organisation, client, figure = row
    return Alert(moment(at), id_out(alert_id), cause, subject, organisation, client, figure, number)
