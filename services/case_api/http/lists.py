"""The one way to declare a list over many cases: path, board, item, filters, roles.

Every list comes in pages `{items, next, self}`, holds what was written before it was asked for (D23), and goes on
from a sealed cursor, which stands for the key of the row before.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, create_model
from starlette.requests import Request

from case_api.access.realm import Asker, readable
from case_api.access.roles import AGENCY, READERS
from case_api.boards.board import Board, Row
from case_api.boards.selection import Selection
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.words import day_of
from case_api.http.documents import READ_ERRORS
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.paging import Cursor, Limit, open_cursor, page, seal_cursor
from case_api.http.places import packed, unpacked
from case_api.http.tracing import looked
from case_api.office import Office
from case_api.order import Caller

R = TypeVar("R", bound=Row)

CodeOf = Annotated[str | None, Query(max_length=64, pattern="^[a-z0-9][a-z0-9_.-]*$")]
"""A filter by a code."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks which office for a list, when, with which filters, and on the ground of what."""

    acting: Caller
    office: Office
    today: date
    now: datetime
    filters: Mapping[str, Any]
    authority: Authority
    policy: Policy

    @property
    def asker(self) -> Asker:
        """Whose rules of access a list is read by."""
        return Asker(self.acting.who, self.authority, self.today)


Choose = Callable[[Asking], Selection | None]
"""Which rows are asked for; None where the caller has none. Its docstring describes the list."""


def items_of(item: type[BaseModel], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """What an item shows of each row, with what is not there left out."""
    found = ({name: getattr(row, name, None) for name in item.model_fields} for row in rows)
    return [{name: value for name, value in one.items() if value is not None} for one in found]


def page_of(name: str, item: type[BaseModel], says: str) -> type[BaseModel]:
    """The document of one page of such items."""
    fields: dict[str, Any] = {"items": (list[item], ...), "next": (str | None, None), "self": (str, ...)}  # type: ignore[valid-type]
    made: type[BaseModel] = create_model(name, __doc__=says, **fields)
    return made


@dataclass(frozen=True, slots=True)
class Listing(Generic[R]):
    """A list, as one call declares it.

    Args:
        path: where it is read.
        board: whose rows they are.
        item: what is shown of each row.
        choose: which rows.
        document: of one page (`page_of`).
        summary: one sentence for the API document.
        cursor: the kind of its cursors, so that one of another list is refused.
        filters: the parameters by which it is narrowed, with their kinds.
        order: the columns by which it goes on; the board's key unless said otherwise.
        roles: who may read it.
        shown: how rows become items, where more is needed than leaving out what is not there.
    """

    path: str
    board: Board[R]
    item: type[BaseModel]
    choose: Choose
    document: type[BaseModel]
    summary: str
    cursor: str
    filters: Mapping[str, Any]
    order: tuple[str, ...] = ()
    roles: tuple[str, ...] = READERS
    shown: Callable[[Asking, Sequence[R]], Awaitable[Sequence[Mapping[str, Any]]]] | None = None

    def mount(self, router: APIRouter, tags: list[str | Any] | None = None) -> None:
        """Declare `GET path`."""

        async def endpoint(**given: Any) -> dict[str, Any]:
            return await self.answer(given)

        endpoint.__signature__ = self._signature()  # type: ignore[attr-defined]
        router.get(
            self.path,
            operation_id=self.choose.__name__,
            tags=tags,
            summary=self.summary,
            description=cleandoc(self.choose.__doc__ or ""),
            responses=READ_ERRORS,
            response_model=self.document,
            response_model_exclude_none=True,
        )(endpoint)

    async def answer(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """One page of what was asked for."""
        request, office, limit = given["request"], given["office"], given["limit"]
        with as_problems():
            asking = await self._asking(given)
        keyring, kinds = office.journal.keyring, self._kinds()
        after = unpacked(kinds, open_cursor(keyring, self.cursor, given["after"])) if given["after"] else None
        wanted = self.choose(asking)
        if wanted is None:
            return page(request, [], None)
        if asking.acting.role not in AGENCY:  # whose lists hold what is addressed to them
            wanted = readable(asking.asker, wanted)
        with as_problems():
            rows = await office.boards.rows(self.board, wanted, order=tuple(kinds), after=after, limit=limit)
            items = await self.shown(asking, rows) if self.shown else items_of(self.item, rows)
        looked(request.scope, (row.case_id for row in rows))
        last = packed([getattr(rows[-1], name) for name in kinds]) if len(rows) == limit else None
        return page(request, items, None if last is None else seal_cursor(keyring, self.cursor, last))

    async def _asking(self, given: Mapping[str, Any]) -> Asking:
        office, now = given["office"], given["request"].app.state.clock.now()
        today = day_of(now, given["request"].app.state.zone)
        authority, policy = await office.precedent.latest(now)
        filters = {name: given[name] for name in self.filters}
        return Asking(given["acting"], office, today, now, filters, authority, policy)

    def _kinds(self) -> dict[str, str]:
        kinds = {column.name: column.kind for column in self.board.columns}
        return {name: kinds[name] for name in self.order or self.board.key}

    def _signature(self) -> Signature:
        """The parameters as FastAPI reads them."""
        wanted: Mapping[str, Any] = {
            "request": Request,
            "acting": Annotated[Caller, Depends(Roles(self.roles, "read"))],
            "office": InOffice,
        }
        required = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in wanted.items()]
        asked: Mapping[str, tuple[Any, Any]] = {
            **{name: (kind, None) for name, kind in self.filters.items()},
            "after": (Cursor, None),
            "limit": (Limit, 50),
        }
        optional = [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)
            for name, (kind, default) in asked.items()
        ]
        return Signature([*required, *optional], return_annotation=dict[str, Any])
