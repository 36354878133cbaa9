"""The one way to declare a command on the ledger that stands beside a case, and to place one there (D11, D14)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.rules import EVERY_FIELD, Fields
from case_api.domain.case import Case
from case_api.domain.command import Command
from case_api.domain.event import Recorded
from case_api.domain.questions.ledger import Ledger
from case_api.http import problem_kinds as kinds
from case_api.http.commands import Decide, Endpoint
from case_api.http.conditional import EntityTags
from case_api.http.ordering import as_problems, place
from case_api.http.problems import Problem
from case_api.http.sight import case_in_sight
from case_api.office import Office
from case_api.order import Caller
from case_api.streams import told_of

Naming = Callable[[Any], Iterable[UUID]]


def ledger_command(  # noqa: PLR0913 - what an endpoint is made of, by name
    router: APIRouter,
    path: str,
    body: type[Command],
    decision: Decide,
    roles: tuple[str, ...],
    *,
    names: Naming = lambda _: (),
    changes: frozenset[Fields] = frozenset(),
    summary: str,
) -> None:
    """Declare `POST path` for a command on the ledger of one case.

    Args:
        router: of the capability.
        path: with `{case_id}`, and at most one id of something in the ledger, which the decision takes second.
        body: the command's class.
        decision: `(ledger, [item,] command, situation) -> Decision`.
        roles: who may do it, in the order of preference for the role that the event names.
        names: the events that a command names; the decision finds those that are of this case.
        changes: classes of fields that it replaces; whoever is not shown them is refused (403).
        summary: one sentence for the API document.
    """
    OnLedger(
        path, body, decision, roles, edits=False, creates=None, summary=summary, changes=changes, names=names
    ).mount(router)


@dataclass(frozen=True, slots=True)
class OnLedger(Endpoint):
    """A command's `POST` that is decided on the ledger, never on the case's version."""

    names: Naming = lambda _: ()

    async def answer(self, given: Mapping[str, Any]) -> Response:
        """Place the command, with what the request gave for each parameter."""
        office, case_id, body, acting = given["office"], given["case_id"], given["body"], given["acting"]
        case, ruling = await case_in_sight(given["request"], office, acting.who, self.action, case_id)
        if not self.changes <= ruling.fields:
            raise Problem(kinds.NOT_SHOWN)
        return await place_on_ledger(
            given["request"],
            office,
            acting,
            body,
            self.on_item(given.get(self.item or "")),
            case=case,
            named=await events_of(office, case_id, self.names(body)),
            key=given["key"],
            if_match=given["if_match"],
            shows=ruling.fields,
        )


async def place_on_ledger(  # noqa: PLR0913 - the parts of a request, by name
    request: Request,
    office: Office,
    caller: Caller,
    command: Command,
    decision: Decide,
    *,
    case: Case,
    named: Mapping[UUID, Recorded],
    key: str | None,
    if_match: EntityTags | None = None,
    shows: frozenset[Fields] = EVERY_FIELD,
) -> Response:
    """Decide on the ledger beside the case as it is at its head, for whoever is shown these classes of fields."""
    tells_why = "withholdings" in shows
    return await place(
        request,
        office,
        office.told,
        caller,
        command,
        lambda told, asked, at: decision(Ledger(told, case, named, tells_why=tells_why), asked, at),
        stream=told_of(case.id),
        key=key,
        key_id=case.id,
        case_id=case.id,
        if_match=if_match,
        opens=True,
        shows=shows,
    )


async def events_of(office: Office, case_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Recorded]:
    """Those of the events that are of this case."""
    with as_problems():
        found = [await office.journal.event(one) for one in ids]
    return {event.event_id: event for event in found if event is not None and event.stream == case_id}
