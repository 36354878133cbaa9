"""What schemathesis loads beside the API document: who calls, and with what that leads somewhere (its `hooks`).

Tokens and ids come from the environment. Several people take turns, so that nobody's quota is spent.
"""

import json
import os
from collections import Counter
from datetime import UTC, date, datetime
from itertools import cycle
from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import strategies as st
from schemathesis import AuthContext, Case, HookContext
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

PEOPLE = cycle(json.loads(os.environ["STAGEPOST_TEST_PEOPLE"]))
AGENCY = os.environ["STAGEPOST_TEST_AGENCY"]
IN_PATHS, IN_BODIES = json.loads(os.environ["STAGEPOST_TEST_KNOWN"])
"""By name of a parameter (as `matters:meeting_id` below /v1/matters), and of a field, a value that leads somewhere."""
NEARLY_ALWAYS = cycle([True, True, True, False])
"""A made-up cursor is refused, so most are left out."""
IN_QUERIES = {"wait": 0, "known_at": date.today().isoformat()}
"""Nobody here has time for thirty seconds; and the future is not known."""
A_TERM = {"from": "2025-09-01", "until": "2025-09-30"}
"""Days of one school term, as a report asks for."""

WRONG_TYPES = int(os.environ.get("STAGEPOST_TEST_CONTRACT_TYPES", "1"))
"""So many values of a wrong type are sent in the place of each one; all of them by `make test-slow`."""
sent_in_its_place = Counter[tuple[str, str | None, str | None]]()

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
instants = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))
schemathesis.openapi.format("date", days.map(date.isoformat))
schemathesis.openapi.format("date-time", instants.map(datetime.isoformat))


@schemathesis.auth(refresh_interval=None)
class InTurn:
    """Staff with every role of theirs; for what a partner service does, the partner service."""

    def get(self, case: Case[Any], _: AuthContext) -> str:
        """The token of whoever calls next."""
        token: str = AGENCY if case.operation.path.endswith("/updates") else next(PEOPLE)
        return token

    def set(self, case: Case[Any], data: str, _: AuthContext) -> None:
        """Put it into the request."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Whether it is sent: all but the further values of a wrong type, which half of the cases would be."""
    covers = case.meta.phase.data if case.meta else None
    if not isinstance(covers, CoveragePhaseData) or covers.scenario is not CoverageScenario.INCORRECT_TYPE:
        return True
    place = (case.operation.label, covers.parameter, covers.location)
    sent_in_its_place[place] += 1
    return sent_in_its_place[place] <= WRONG_TYPES


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], **__: Any) -> None:
    """What is meant to be good gets a new key, a time that is not in the future, and ids that lead somewhere."""
    if case.method == "POST" and not is_wrong(case, "header"):
        case.headers["Idempotency-Key"] = str(uuid4())
    if "If-Match" in names_of(case) and not is_wrong(case, "header"):
        case.headers["If-Match"] = "*"
    if case.path_parameters and not is_wrong(case, "path") and not follows_a_link(case):
        case.path_parameters |= {name: IN_PATHS[name] for name in case.path_parameters if name in IN_PATHS}
        room = case.operation.path.split("/")[2]
        within = {name: IN_PATHS.get(f"{room}:{name}") for name in case.path_parameters}
        case.path_parameters |= {name: value for name, value in within.items() if value}
    if case.query and not is_wrong(case, "query"):
        case.query |= {name: value for name, value in IN_QUERIES.items() if name in case.query}
        case.query.pop("after" if next(NEARLY_ALWAYS) else "", None)
    if case.operation.path.endswith(("/family-view", "{case_id}/accesses")) and not is_wrong(case, "query"):
        case.query = {**(case.query or {}), "person": IN_BODIES["party"]}
    if case.operation.path.endswith("/collaboration-report") and not is_wrong(case, "query"):
        case.query = {**(case.query or {}), **A_TERM}
        case.query.pop("setting", None)
    if case.operation.path.endswith("/proofs/inclusion") and not is_wrong(case, "query"):
        case.query = {**(case.query or {}), "event_id": IN_BODIES["event_id"]}
        case.query.pop("size", None)
    if isinstance(case.body, dict) and not is_wrong(case, "body"):
        case.body |= {name: value for name, value in IN_BODIES.items() if isinstance(case.body.get(name), str)}


def names_of(case: Case[Any]) -> set[str]:
    """Of the header fields that the operation takes."""
    return {parameter.name for parameter in case.operation.headers}


def follows_a_link(case: Case[Any]) -> bool:
    """Whether its ids come from an answer before."""
    return case.meta is not None and case.meta.phase.name.value == "stateful"


def is_wrong(case: Case[Any], location: str) -> bool:
    """Whether this part of the request was made to be refused."""
    parts = case.meta.components if case.meta else {}
    return any(where.value == location and part.mode.is_negative for where, part in parts.items())
