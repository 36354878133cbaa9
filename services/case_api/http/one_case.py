"""One strong read of a case: at two times, for who may see it, with an ETag (D3, D5, D6, D14)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.access.rules import EVERY_FIELD, Action, Fields
from case_api.clock import Clock
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.words import day_of
from case_api.http import problem_kinds as kinds
from case_api.http.conditional import EntityTags, content_etag, etag
from case_api.http.documents import ETAG, READ_ERRORS
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem
from case_api.http.receipts import viewer
from case_api.http.sight import case_in_sight
from case_api.http.times import AsOf
from case_api.office import Office
from case_api.views.answer import Answer, NothingKnown

V = TypeVar("V", bound=Answer)
PASSING: Final = {"known_at", "valid_at", "next"}
"""Fields that differ each time: the moment that was asked for, and a sealed cursor."""
View = Callable[[Sequence[Recorded], AsOf, Policy, Authority], V]


@dataclass(slots=True)
class Look:
    """One read: who looks from where at what, at which times, and what they do by it (access/rules.py)."""

    request: Request
    who: Principal
    office: Office
    case_id: UUID
    times: AsOf
    if_none_match: EntityTags | None
    action: Action = "read"
    shows: frozenset[Fields] = EVERY_FIELD
    """Classes of fields that the caller is shown beside the rest; known once the events were read."""

    @property
    def hides(self) -> frozenset[Fields]:
        """Classes of fields that the caller is not shown."""
        return EVERY_FIELD - self.shows

    async def events(self) -> tuple[Recorded, ...]:
        """The whole stream of the case. Raises a 404 Problem where there is none that the caller may read."""
        with as_problems():
            events = await self.office.histories.of(self.case_id)
        if not events or events[0].kind != "case":
            raise Problem(kinds.NOT_FOUND)
        _, ruling = await case_in_sight(self.request, self.office, self.who, self.action, self.case_id, events)
        self.shows = ruling.fields
        return events

    def at(self, events: Sequence[Recorded]) -> AsOf:
        """The times asked for; "now" is never before the last fact, whatever this machine's clock shows."""
        if self.request.query_params.keys() & {"known_at", "valid_at"}:
            return self.times
        return replace(self.times, valid_at=max(self.times.valid_at, self.now(events)))

    def now(self, events: Sequence[Recorded]) -> datetime:
        """The present, or the last fact's time where this machine's clock is behind."""
        clock: Clock = self.request.app.state.clock
        return max(clock.now(), *(event.recorded_at for event in events))

    async def ground(self) -> tuple[Policy, Authority]:
        """The rules and the directory as they were on record then, so that a settled answer never changes."""
        precedent, known_at = self.office.precedent, self.times.known_at
        with as_problems():
            if known_at is not None:
                authority, policy = await precedent.as_known(known_at)
            else:
                authority, policy = await precedent.latest(self.request.app.state.clock.now())
        return policy, authority

    def answer(self, view: Answer, stream: UUID, version: int) -> Response:
        """The view with its ETag; 304 where the caller has it already.

        What is shown is part of the tag: a change of the directory or an erasure leaves the version as it was.
        """
        view = view.without(self.hides)
        shown = f"{self.request.url.path}?{self.request.url.query}\n{view.model_dump_json(exclude=PASSING)}"
        tag = self._tag(shown, stream, version)
        if self.if_none_match and self.if_none_match.names(tag):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(view.model_dump_json(exclude_none=True), media_type="application/json", headers={"ETag": tag})

    def _tag(self, shown: str, stream: UUID, version: int) -> str:
        keyring, whose = self.office.journal.keyring, viewer(self.who)
        if self.who.roles & FAMILY_ROLES:
            return content_etag(keyring, viewer=whose, view=shown)
        day = day_of(self.request.app.state.clock.now(), self.request.app.state.zone)
        return etag(keyring, stream, version, viewer=whose, view=shown, day=day)


async def look_at(look: Look, view: View[Answer]) -> Response:
    """Answer with a view of one case."""
    events = await look.events()
    policy, authority = await look.ground()
    try:
        shown = view(events, look.at(events), policy, authority)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, look.case_id, events[-1].version)


def answers(model: type[Answer]) -> dict[int | str, dict[str, Any]]:
    """What a read can answer."""
    return {
        200: {"model": model, "headers": ETAG},
        304: {"description": "It has not changed.", "headers": ETAG},
        **READ_ERRORS,
    }
