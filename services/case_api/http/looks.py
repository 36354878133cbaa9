"""What the record of who looked says of one answer: who, why, at what, and what became of it."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi.routing import APIRoute
from msgspec.structs import replace
from starlette.datastructures import QueryParams
from starlette.types import Scope

from case_api.access.principal import Principal
from case_api.access.rules import VERSION
from case_api.http import problem_kinds as kinds
from case_api.http.fields import sent
from case_api.http.problems import Problem
from case_api.http.tracing import trace_of
from case_api.store.access import Access, Outcome, Shown
from case_api.store.accesses import BRAKE, NUMBER

NOBODYS: Final = ("/v1/policy", "/v1/directory", "/v1/audit/checkpoint", "/v1/audit/proofs/")
"""What is no record of any learner: reading it leaves no row."""
MATTERS: Final = "/v1/matters"
BREAK_GLASS: Final = "/v1/cases/{case_id}/emergency-access"
"""Its answer tells whether anything is sealed about a learner, also where there is nothing to record it in."""
HEADER: Final = "Stagepost-Purpose"
PURPOSE: Final = re.compile(rb"[a-z0-9][a-z0-9_.-]{0,63}")
OWN_PURPOSES: Final = {
    **dict.fromkeys(("teacher", "support_assistant", "pupil_support", "school_leader"), "support"),
    **dict.fromkeys(("agency", "external"), "assistance"),
    **dict.fromkeys(("carer", "learner"), "own_record"),
    "child_protection": "protection",
    "mis": "exchange",
    "authority_admin": "administration",
    "auditor": "audit",
    "notifier": "messages",
}
"""Why somebody of a role asks, where they do not say."""
OF_READS: Final[dict[int, Outcome]] = {200: "released", 304: "released", 403: "refused", 404: "not_found"}
OF_COMMANDS: Final[dict[int, Outcome]] = {200: "released", 403: "refused", 404: "not_found"}
"""What was recorded (201) has its own record."""
TELLING: Final = frozenset({409, 412, 422})
"""A command that is refused so, once its learner is in sight, was told something of them, as by a read."""
TELLS_NOTHING: Final = frozenset({"request-in-flight"})
"""What is answered so before the learner is looked for."""
BY_NUMBER: Final = "identifier-not-usable"
"""Says that there is a learner with a number, to somebody who may not read them."""

PURPOSE_UNREADABLE = kinds.kind(
    "purpose-unreadable",
    400,
    f"{HEADER} cannot be read.",
    "Send it once, as a code of at most 64 of a-z, 0-9, '_', '.' and '-', or leave it out.",
)


def purpose_of(scope: Scope) -> str:
    """The purpose that the caller gives; empty for none. A 400 Problem for what is no code: it may be a name."""
    purposes = sent(scope, b"stagepost-purpose")
    if not purposes:
        return ""
    if len(purposes) > 1 or not PURPOSE.fullmatch(purposes[0]):
        raise Problem(PURPOSE_UNREADABLE)
    return str(purposes[0], "ascii")


def outcome_of(scope: Scope, status: int) -> Outcome | None:
    """What became of a look, by the status of its answer; None where there is nothing to record."""
    path = path_of(scope)
    if path is None or path.startswith(NOBODYS):
        return None
    if scope["method"] == "GET":
        return OF_READS.get(status)
    if path == BREAK_GLASS and status == 201:
        return "released"
    return _of_refusal(scope) if status in TELLING else OF_COMMANDS.get(status)


def _of_refusal(scope: Scope) -> Outcome | None:
    """A matter's own attempts are its record; what the rules refused about nobody in particular is an attempt alone."""
    trace = trace_of(scope)
    by_rules = bool(trace.rule_ids)
    if _is_dry(scope):
        return "released"
    if "matter_id" in scope.get("path_params", {}):
        return None if by_rules else "refused"
    if trace.problem in TELLS_NOTHING:
        return "refused"
    if _about(scope):
        return "released"
    return None if by_rules else "refused"


def looks_of(scope: Scope, who: Principal, status: int, purpose: str, at: datetime) -> tuple[Shown, ...]:
    """What one answer leaves: who was asked for and is not there for the caller, and who was shown; or nothing."""
    outcome, unseen = outcome_of(scope, status), trace_of(scope).unseen
    kept_back: Outcome = "refused" if trace_of(scope).problem == BY_NUMBER else "not_found"
    asked = (Shown(look_of(scope, who, kept_back, purpose, at), unseen),) if unseen else ()
    if outcome is None or (unseen and not _about(scope)):
        return asked
    return (*asked, Shown(look_of(scope, who, outcome, purpose, at), _about(scope)))


def look_of(scope: Scope, who: Principal, outcome: Outcome, purpose: str, at: datetime) -> Access:
    """One look as it is on record, for nobody in particular."""
    trace, route, role = trace_of(scope), scope["route"], trace_of(scope).role
    return Access(
        at=at,
        request_id=UUID(trace.request_id),
        subject=who.subject,
        organisation=who.organisation,
        client=who.client,
        role=role,
        roles=tuple(sorted(who.roles)),
        behalf=str(who.person) if who.person else " ".join(sorted(who.services)),
        purpose=purpose or OWN_PURPOSES.get(role, ""),
        operation=route.unique_id if isinstance(route, APIRoute) else route.name,
        seen=_seen(scope, outcome),
        case_id=None,
        decision=outcome,
        rule_ids=trace.access_rules,
        policy=VERSION,
        restricted=route.path.startswith(MATTERS) or route.path == BREAK_GLASS,
    )


def stopped(shown: Shown) -> Shown:
    """What is left of an answer that the brakes held back: one row, about one learner or none in particular."""
    look = replace(shown.look, decision="refused", rule_ids=(BRAKE,))
    return Shown(look, shown.about if len(shown.about) == 1 else ())


def _seen(scope: Scope, outcome: Outcome) -> str:
    """The class of what is shown: what a command would come to, why it is refused, or what the operation is about."""
    if outcome == "refused" and trace_of(scope).problem == BY_NUMBER:
        return NUMBER
    if _is_dry(scope):
        return "dry_run"
    if outcome == "released" and trace_of(scope).problem is not None:
        return "refusal"
    return seen_in(scope["route"].path)


def seen_in(path: str) -> str:
    """The class of what an operation shows: a part of the case, or a list."""
    if path in {"/v1/cases/{case_id}", "/v1/matters/{matter_id}"}:
        return path.split("/")[2].removesuffix("s")
    return next(part for part in reversed(path.split("/")) if not part.startswith("{"))


def path_of(scope: Scope) -> str | None:
    """The path of the operation, as the API document has it; None where there is no such operation."""
    return getattr(scope.get("route"), "path", None)


def _about(scope: Scope) -> tuple[UUID, ...]:
    """The cases, or the matter, that the path names or the answer shows."""
    ids = scope.get("path_params", {})
    named = ids.get("case_id") or ids.get("matter_id")
    try:
        return (UUID(str(named)),) if named else trace_of(scope).learners
    except ValueError:  # it names nothing, as any unknown one
        return ()


def _is_dry(scope: Scope) -> bool:
    query = scope["query_string"]
    asked = QueryParams(query).get("dry_run", "") if query else ""  # read as the route reads it, however it is written
    return scope["method"] == "POST" and asked.lower() in {"true", "1", "on", "yes", "t", "y"}
