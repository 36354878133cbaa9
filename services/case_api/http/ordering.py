"""How a POST becomes an order, and how what the service raises becomes a problem."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.access.rules import EVERY_FIELD, Fields
from case_api.access.ruling import ALLOWED, Ruling
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event
from case_api.domain.questions.family_sight import is_their_own_act
from case_api.domain.words import day_of
from case_api.http import problem_kinds as kinds
from case_api.http.bodies import body_of
from case_api.http.conditional import EntityTags
from case_api.http.problems import Problem, Refused
from case_api.http.receipts import Answered, replier
from case_api.office import Office
from case_api.order import (
    Answer,
    Caller,
    CommandRefused,
    KeyUsedOtherwise,
    NoSuchStream,
    NotShown,
    Order,
    Stale,
    TooBusy,
    TwinInFlight,
    WouldRecord,
)
from case_api.service import Service
from case_api.store.archive import UnknownAuthority
from case_api.store.journal import CommitUnknown, KeyDestroyed, StoreUnavailable
from case_api.store.keys import Keyring

KEY_USED = kinds.kind(
    "idempotency-key-used",
    422,
    "This Idempotency-Key was used for another request.",
    "Send a new key with a new command; repeat a command unchanged under its own key.",
)
IN_FLIGHT = kinds.kind(
    "request-in-flight",
    409,
    "The same request is still being answered.",
    "Wait a moment and send it again with the same Idempotency-Key.",
)
VERSIONED = {"agreement_refs"}
"""Fields that hold versions of the case, which tell a family of facts that they do not see."""
GUARDED: Final[Mapping[str, Fields]] = {"withholding_id": "withholdings"}
"""Fields of events that not every reader sees, each with its class (access/rules.py)."""
RETRY = {"Retry-After": "1"}


@contextmanager
def as_problems() -> Iterator[None]:
    """Turn what the service and the store raise into problems."""
    try:
        yield
    except CommandRefused as refused:
        raise Refused(refused.refusals, refused.policy, refused.unseen) from None
    except NoSuchStream as nothing:
        raise Problem(kinds.NOT_FOUND, unseen=nothing.unseen) from None
    except (KeyDestroyed, UnknownAuthority):
        raise Problem(kinds.NOT_FOUND) from None
    except NotShown:
        raise Problem(kinds.NOT_SHOWN) from None
    except Stale:
        raise Problem(kinds.STALE) from None
    except KeyUsedOtherwise:
        raise Problem(KEY_USED) from None
    except TwinInFlight:
        raise Problem(IN_FLIGHT, headers=RETRY) from None
    except (StoreUnavailable, CommitUnknown, TooBusy):
        raise Problem(kinds.UNAVAILABLE, headers=RETRY) from None


async def place(  # noqa: PLR0913 - the parts of a request, by name
    request: Request,
    office: Office,
    service: Service[Any],
    caller: Caller,
    command: Command,
    decision: Callable[[Any, Any, Any], Any],
    *,
    stream: UUID,
    key: str | None,
    key_id: UUID | None = None,
    case_id: UUID | None = None,
    if_match: EntityTags | None = None,
    opens: bool = False,
    sealed: bool = False,
    may_see: Callable[[Any, Situation], Ruling] = lambda *_: ALLOWED,
    changes: frozenset[Fields] = frozenset(),
    shows: frozenset[Fields] = EVERY_FIELD,
    location: Callable[[UUID], str] | None = None,
) -> Response:
    """Hand the command to the service and answer with its receipt, its dry run, or a problem."""
    keyring = office.journal.keyring
    order = Order(
        caller=caller,
        stream=stream,
        key_id=key_id or stream,
        case_id=case_id,
        command=command,
        decision=decision,
        reply=replier(keyring, caller.who, _today(request), location),
        key=key,
        fingerprint=keyring.fingerprint(request.method, asked_by(request, caller.who), body_of(request)),
        expected=_expected(if_match, caller.who, keyring, stream),
        opens=opens,
        sealed=sealed,
        may_see=may_see,
        changes=changes,
    )
    with as_problems():
        return _told(await service.handle(order), caller.who, shows)


def _told(outcome: Answer | WouldRecord, who: Principal, shows: frozenset[Fields]) -> Response:
    return _would(outcome, who, shows) if isinstance(outcome, WouldRecord) else Answered(outcome)


def _today(request: Request) -> date:
    return day_of(request.app.state.clock.now(), request.app.state.zone)


def asked_by(request: Request, who: Principal) -> str:
    """Path and person: what one client keeps for one of its people is not replayed to another."""
    return f"{request.scope['path']}\0{who.organisation}\0{who.subject}\0{who.person or ''}"


def _expected(if_match: EntityTags | None, who: Principal, keyring: Keyring, stream: UUID) -> frozenset[int] | None:
    """The versions that If-Match allows. That one of the family has the last would tell of hidden facts (I25)."""
    if if_match and not if_match.anything and who.roles & FAMILY_ROLES:
        raise Problem(kinds.CONDITION_OF_FAMILY)
    return if_match.versions(keyring, stream) if if_match else None


def _would(outcome: WouldRecord, who: Principal, shows: frozenset[Fields]) -> Response:
    family = bool(who.roles & FAMILY_ROLES)
    without = {name for name, of in GUARDED.items() if of not in shows} | (VERSIONED if family else set())
    events = [_shown(event, without) for event in outcome.events if not family or _is_own(event, who)]
    return JSONResponse({"would_record": events})


def _shown(event: Event, without: set[str]) -> dict[str, object]:
    return {"type": event.topic, "data": event.model_dump(mode="json", exclude_none=True, exclude=without)}


def _is_own(event: Event, who: Principal) -> bool:
    """What one of the family would say, without what follows for requests that may be withheld from them (I14, I25)."""
    return who.person is not None and is_their_own_act(event, who.person)
