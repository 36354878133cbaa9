"""What the record of who looked holds of one look, and how rows are asked for."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from case_api.store.database import Database

Outcome = Literal["released", "refused", "not_found"]
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Access(Struct, frozen=True):
    """One look at one learner, or at none in particular, and what became of it."""

    at: datetime
    request_id: UUID
    subject: str
    organisation: str
    client: str
    """The program through which they asked."""
    role: str
    """In which they asked; empty where none of theirs lets them."""
    roles: tuple[str, ...]
    """All that their token gives."""
    behalf: str
    """For whom they asked: the services of an agency, the person of a family; else empty."""
    purpose: str
    operation: str
    seen: str
    """The class of what was asked for."""
    case_id: UUID | None
    decision: Outcome
    rule_ids: tuple[str, ...]
    policy: str
    """Under which version of the access rules."""
    matter_id: UUID | None = None
    restricted: bool = False
    """Stored sealed, and shown to nobody but the group of the matter (I30)."""
    number: int = 0
    """Its place among the rows, once stored."""


class Shown(Struct, frozen=True):
    """What one answer showed: a look as it is for nobody in particular, and whom it is about."""

    look: Access
    about: tuple[UUID, ...] = ()
    """Cases; or matters, where the look is restricted."""


class Wanted(Struct, frozen=True):
    """Which rows are asked for; what is absent does not narrow."""

    case_id: UUID | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    decision: Outcome | None = None
    before: tuple[int, int] | None = None
    """The place of the row before, as `place_of` says it."""

    def conditions(self, database: Database) -> tuple[str, list[object]]:
        """The WHERE of a statement, and its parameters."""
        pairs: list[tuple[str, object]] = [
            ("case_id=?", self.case_id and database.id_in(self.case_id)),
            ("subject=?", self.subject),
            ("at>=?", self.since and instant(self.since)),
            ("at<?", self.until and instant(self.until)),
            ("decision=?", self.decision),
        ]
        given = [(sql, value) for sql, value in pairs if value is not None]
        which, values = [sql for sql, _ in given], [value for _, value in given]
        if self.before is not None:
            which, values = [*which, "(at, number)<(?,?)"], [*values, *self.before]
        return " AND ".join(which) or "1=1", values


class Glance(Struct, frozen=True):
    """That something of a case was shown, as far as a family may hear of it."""

    at: datetime
    organisation: str
    role: str
    roles: frozenset[str]
    behalf: tuple[str, ...]
    seen: str


class Overdue(Struct, frozen=True):
    """Rows that are kept no longer."""

    first: datetime
    before: datetime
    rows: int


def instant(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _BEGINNING) // timedelta(microseconds=1)


class Placed(Protocol):
    """A row with its time and its number."""

    @property
    def at(self) -> datetime: ...

    @property
    def number(self) -> int: ...


def place_of(row: Placed) -> tuple[int, int]:
    """Where a row stands among all, in the order of time."""
    return instant(row.at), row.number


def moment(microseconds: int) -> datetime:
    """The time that `instant` made a number of."""
    return _BEGINNING + timedelta(microseconds=microseconds)
