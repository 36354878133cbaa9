"""What a team would write instead: FastAPI and SQLAlchemy, a current row and a history row in one transaction.

The current row carries a version, so two who write at once are told apart, and the later one tries again.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import BigInteger, DateTime, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from benchmarks.peers.bearer import Asking
from case_api.access.principal import Principal
from case_api.domain.decisions.concerns import RaiseConcern

TRIES: Final = 10
CONNECTIONS: Final = 10
"""As many as one of our processes holds: five for the log, five for the boards."""


class Base(DeclarativeBase):
    """The tables of this service."""


class CaseRow(Base):
    """A learner's case as it stands."""

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    setting: Mapped[str]
    concerns: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own way to say it


class HistoryRow(Base):
    """What was done to a case, by whom, with what content."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("case_id", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    version: Mapped[int]
    kind: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Receipt(BaseModel):
    """What was recorded."""

    id: int
    version: int


def create_app(who: Asking, dsn: str) -> FastAPI:
    """The service on a PostgreSQL database whose tables were made."""
    engine = create_async_engine(dsn, pool_size=CONNECTIONS, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    @app.post("/v1/cases/{case_id}/concerns", status_code=201)
    async def raise_concern(case_id: UUID, body: RaiseConcern, asks: Annotated[Principal, Depends(who)]) -> Receipt:
        for _ in range(TRIES):
            try:
                async with sessions.begin() as session:
                    return await _recorded(session, case_id, body, asks)
            except StaleDataError:
                continue
        raise HTTPException(409)

    return app


async def _recorded(session: AsyncSession, case_id: UUID, body: RaiseConcern, asks: Principal) -> Receipt:
    case = await session.get(CaseRow, case_id)
    if case is None:
        raise HTTPException(404)
    case.concerns += 1
    case.changed_at = datetime.now(UTC)
    await session.flush()
    content = body.model_dump(mode="json")
    entry = HistoryRow(
        case_id=case_id,
        version=case.version,
        kind="concern_raised",
        actor=asks.subject,
        at=case.changed_at,
        content=content,
    )
    session.add(entry)
    await session.flush()
    return Receipt(id=entry.id, version=case.version)


async def lay_out(dsn: str) -> None:
    """Make the tables."""
    engine = create_async_engine(dsn)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()
