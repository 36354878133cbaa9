"""Who holds an identifier already, and what the caller may be told of it (D9).

An identifier is on record once within the authority, so a registration that names one of another learner's has to be
refused, and whoever may not read that learner learns so much and no more: neither who or where they are, nor their
case. That somebody asked is on record with the learner asked about, dry run or not, and counts at the brakes.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from starlette.requests import Request

from case_api.domain.decisions.people import RegisterLearner
from case_api.domain.facts.people import Identifier
from case_api.http import problem_kinds as kinds
from case_api.http.ordering import RETRY, as_problems
from case_api.http.problems import Problem
from case_api.http.sight import ruled
from case_api.http.tracing import looked
from case_api.identifiers import search_hashes
from case_api.office import Office
from case_api.order import Caller
from case_api.store.journal import Attempt

TAKEN: Final = kinds.kind(
    "identifier-taken",
    409,
    "A learner with one of these identifiers is on the record.",
    "Look the learner up by identifier: POST /v1/case-searches.",
)
NOT_USABLE: Final = kinds.kind(
    "identifier-not-usable",
    409,
    "One of these identifiers cannot be used here.",
    "Check the numbers. If they are right, ask the authority, which can see what stands in the way.",
)


async def may_ask(office: Office, caller: Caller, identifiers: Sequence[Identifier]) -> None:
    """Raises a 429 Problem for who has been told of too many learners to ask whether one more is there."""
    with as_problems():
        wait = await office.brakes.held_up(caller.who) if identifiers else None
    if wait is not None:
        raise Problem(kinds.TOO_MANY_LEARNERS, headers={"Retry-After": str(wait)})


async def holders_of(office: Office, identifiers: Sequence[Identifier]) -> tuple[UUID, ...]:
    """The cases to which any of the identifiers belongs."""
    with as_problems():
        found = [await office.journal.find(one) for one in search_hashes(office.journal.keyring, identifiers)]
    return tuple(sorted({one for one in found if one is not None}))


async def taken(
    request: Request, office: Office, caller: Caller, command: RegisterLearner, *, dry: bool = False
) -> Problem:
    """What to answer; it leaves an attempt for each learner, unless it was a dry run."""
    holders = await holders_of(office, command.identifiers)
    if not holders:  # they were erased at this moment: the next try gets through
        return Problem(kinds.UNAVAILABLE, headers=RETRY)
    rulings = {one: (await ruled(request, office, caller.who, "read", one))[1] for one in holders}
    seen = [one for one, ruling in rulings.items() if ruling.permitted]
    kind = TAKEN if seen else NOT_USABLE
    if not dry:
        await _leave_attempts(request, office, caller, holders, kind)
    looked(request.scope, seen)
    return Problem(kind, unseen=[one for one in holders if one not in seen])


async def _leave_attempts(
    request: Request, office: Office, caller: Caller, holders: Sequence[UUID], kind: kinds.Kind
) -> None:
    now, who = request.app.state.clock.now(), caller.who
    with as_problems():
        _, policy = await office.precedent.at(now)
        for case_id in holders:
            attempt = Attempt(
                at=now,
                subject=who.subject,
                organisation=who.organisation,
                role=caller.role,
                case_id=case_id,
                command=RegisterLearner.__name__,
                rule_ids=("D9",),
                policy=policy.ref,
                reason=kind.slug,
            )
            await office.journal.attempt(attempt)
