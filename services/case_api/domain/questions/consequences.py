"""What a change of the agreements does to open requests: the table under Consent model (R79, I9).

Pause, withdrawal and resumption stand in the same append as the answer that causes them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, Protocol

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.event import Event
from case_api.domain.facts.agreements import Agreements
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.involvement import InvolvementPaused, InvolvementResumed
from case_api.domain.facts.requests import AssistanceWithdrawn, Request
from case_api.domain.policy import Policy
from case_api.domain.questions.agreement_set import agreement_set, suffices
from case_api.domain.questions.request_state import TERMINAL, State, open_requests, state_of
from case_api.domain.questions.standing import standing
from case_api.domain.words import PersonId, ServiceCode

Cause = Literal["withdrawn", "expired"]


class Ground(Protocol):
    """The rules and the directory that a question is answered on; a Situation is one."""

    @property
    def policy(self) -> Policy: ...
    @property
    def authority(self) -> Authority: ...


def consequences(
    case: Case, service: ServiceCode, purpose: str, after: Agreements, at: Situation, cause: Cause
) -> tuple[Event, ...]:
    """The events that follow for every open request to *service* for *purpose* once *after* holds."""
    concerned = (
        (request, state)
        for request, state in open_requests(case)
        if request.asked.service == service and request.asked.purpose == purpose
    )
    return tuple(
        event for request, state in concerned for event in _consequence(case, request, state, after, at, cause)
    )


def reconsidered(after: Case, at: Situation, cause: Cause) -> tuple[Event, ...]:
    """What follows for every open request where not an answer changed but what is known of the people around it.

    It can stop work, never resume it: that takes an answer.
    """
    return tuple(
        event
        for request, state in open_requests(after)
        for event in _consequence(after, request, state, after.agreements, at, cause)
        if not isinstance(event, InvolvementResumed)
    )


def _consequence(
    case: Case, request: Request, state: State, after: Agreements, at: Situation, cause: Cause
) -> Iterator[Event]:
    asked = request.asked
    agreed = agreed_categories(case, request, after, at.now, at)
    if agreed is None and state in ("requested", "acknowledged"):
        yield AssistanceWithdrawn(request_id=asked.request_id, service=asked.service, cause=_ending(cause))
    elif agreed is None and state in ("accepted", "active"):
        days = at.policy.agreements.pause_acknowledged_within_working_days
        by = at.policy.after_working_days(at.today, days)
        yield InvolvementPaused(request_id=asked.request_id, service=asked.service, cause=cause, acknowledge_by=by)
    elif agreed is not None and state == "on_hold":
        yield InvolvementResumed(request_id=asked.request_id, service=asked.service, categories=tuple(sorted(agreed)))


def _ending(cause: Cause) -> Literal["agreement_withdrawn", "agreement_expired"]:
    return "agreement_expired" if cause == "expired" else "agreement_withdrawn"


def agreed_categories(
    case: Case, request: Request, agreements: Agreements, at: datetime, situation: Ground
) -> frozenset[str] | None:
    """What may be sent for this request at *at*; None where the agreements no longer carry it.

    A direct request stands on its asker alone (I14); an external one on what its requester asserted, so it is
    carried as long as none of the parties named there has said otherwise since (I15).
    """
    asked = request.asked
    purpose = situation.authority.purpose_of(asked.service, asked.purpose)
    if asked.route == "school":
        parties = agreement_set(case, asked.service, asked.purpose, at, situation.policy, agreements)
        return parties.effective if parties.holds_for(purpose) else None
    if asked.route == "external":
        named = (asserted.party for asserted in asked.asserted_agreements)
        undone = any(_undone(agreements, party, request, at, situation) for party in named)
        return None if undone else frozenset(asked.categories)
    asker = asked.requester.person
    own = standing(agreements, asker, asked.service, asked.purpose, at, situation.policy.tz) if asker else None
    return own.categories if own and own.granted and suffices(own.categories, purpose) else None


def sendable(case: Case, request: Request, at: datetime, situation: Ground) -> frozenset[str]:
    """What the school may send for this request at *at*: what was asked for, as far as everybody agrees to it.

    Work that was resumed goes on within what the agreements covered then (I6, I9).
    """
    asked_for = case.involvement.of(request.asked.request_id).resumed_with or frozenset(request.asked.categories)
    agreed = agreed_categories(case, request, case.agreements, at, situation)
    return (agreed or frozenset()) & asked_for


def _undone(agreements: Agreements, party: PersonId, request: Request, at: datetime, situation: Ground) -> bool:
    asked = request.asked
    held = standing(agreements, party, asked.service, asked.purpose, at, situation.policy.tz)
    return held.status in ("refused", "withdrawn", "expired") and held.at_version > request.at_version


def state_now(case: Case, request: Request, at: Situation) -> State:
    """The state as the agreements stand at this instant: an end that has come counts before it is recorded (D15)."""
    state = state_of(case, request)
    if state in TERMINAL or agreed_categories(case, request, case.agreements, at.now, at) is not None:
        return state
    return "withdrawn" if state in ("requested", "acknowledged") else "on_hold"
