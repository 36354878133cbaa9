"""Requests that were made: taken back, or completed with what the service wanted to know."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.requests import AssistanceRequested, AssistanceWithdrawn, FurtherInformationSupplied
from case_api.domain.questions.asking_refused import RequestNoLongerOpen
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.questions.request_state import TERMINAL, state_of
from case_api.domain.questions.sharing import the_school_shares_on_a_ground_of_its_own, what_is_sent_is_still_agreed
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import RequestId, Text


class WithdrawRequest(Command):
    """The school takes back a request that was not accepted yet, or ends work that is paused."""

    reason: Text

    examples = ({"reason": "The family moves away."},)  # fmt: skip


class SupplyInformation(Command):
    """The school answers what the service wanted to know."""

    items: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]
    """The answers, one for each question."""

    examples = ({"items": ["English with friends, Polish at home."]},)  # fmt: skip


def withdraw_request(case: Case, request_id: RequestId, command: WithdrawRequest, _: Situation) -> Decision:
    request = case.requests.by_id.get(request_id)
    if request is None:
        return decided(NotOnThisCase())
    state = state_of(case, request)
    if state in ("withdrawn", "ended"):
        return decided()
    return decided(
        None if state in ("requested", "acknowledged", "on_hold") else RequestNoLongerOpen(),
        then=_taken_back(request.asked, command.reason, is_paused=state == "on_hold"),
    )


def _taken_back(asked: AssistanceRequested, reason: str, *, is_paused: bool) -> Event:
    """Before the service accepted, the request is withdrawn; paused work, which the service cannot end, is ended."""
    if is_paused:
        return InvolvementEnded(request_id=asked.request_id, service=asked.service, outcome="withdrawn", summary=reason)
    return AssistanceWithdrawn(
        request_id=asked.request_id, service=asked.service, cause="no_longer_needed", reason=reason
    )


def supply_information(case: Case, request_id: RequestId, command: SupplyInformation, at: Situation) -> Decision:
    request = case.requests.by_id.get(request_id)
    if request is None:
        return decided(NotOnThisCase())
    return decided(
        RequestNoLongerOpen() if state_of(case, request) in TERMINAL else None,
        what_is_sent_is_still_agreed(case, request, at.now, at),
        the_school_shares_on_a_ground_of_its_own(case, request, at.now, at),
        then=FurtherInformationSupplied(request_id=request_id, service=request.asked.service, items=command.items),
    )
