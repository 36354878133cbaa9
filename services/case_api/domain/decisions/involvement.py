"""What a partner service does with a request that is addressed to it."""

from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event
from case_api.domain.facts.involvement import (
    AssistanceInputRecorded,
    InvolvementEnded,
    PauseAcknowledged,
    RecommendationMade,
)
from case_api.domain.facts.requests import (
    AssistanceAccepted,
    AssistanceAcknowledged,
    AssistanceDeclined,
    FurtherInformationRequested,
    InputKind,
    Request,
)
from case_api.domain.questions.consequences import state_now
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened
from case_api.domain.questions.request_state import State, request_of_service, state_of
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Day, Line, RequestId, Text


class Acknowledge(Command):
    """The service received the request."""

    kind: Literal["acknowledge"]
    received_by: Line
    reference: Line | None = None


class AskForInformation(Command):
    """The service needs to know more."""

    kind: Literal["ask"]
    items: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]


class Accept(Command):
    """The service takes the request on, for one kind of input that was sought."""

    kind: Literal["accept"]
    input_kind: InputKind
    practitioner: Line
    expected_start: Day | None = None
    expected_wait_weeks: Annotated[int, Field(ge=0, le=260)] | None = None


class Decline(Command):
    """The service does not take the request on."""

    kind: Literal["decline"]
    reason_code: Code
    explanation: Text
    advice: Text
    signposted_to: Line | None = None


class RecordInput(Command):
    """The service worked with the learner, the family or the staff."""

    kind: Literal["input"]
    input_kind: InputKind
    on: Day | None = None
    place: Literal["school", "home", "elsewhere", "remote"]
    present: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    summary: Text


class Recommend(Command):
    """The service recommends strategies."""

    kind: Literal["recommend"]
    strategies: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]
    audience_roles: Annotated[tuple[Code, ...], Field(max_length=10)] = ("teacher", "support_assistant")
    for_home: Text | None = None


class End(Command):
    """The service's work comes to an end."""

    kind: Literal["end"]
    outcome: Literal["met", "partly_met", "not_met", "withdrawn", "moved"]
    summary: Text
    learner_view: Text | None = None


class AcknowledgePause(Command):
    """The service confirms that it paused, and says what it lawfully keeps."""

    kind: Literal["acknowledge_pause"]
    kept: Text | None = None


PartnerUpdate = Annotated[
    Acknowledge | AskForInformation | Accept | Decline | RecordInput | Recommend | End | AcknowledgePause,
    Field(discriminator="kind"),
]
AnyUpdate = Acknowledge | AskForInformation | Accept | Decline | RecordInput | Recommend | End | AcknowledgePause

ANSWERABLE: dict[str, frozenset[State]] = {
    "acknowledge": frozenset({"requested"}),
    "ask": frozenset({"requested", "acknowledged", "accepted", "active"}),
    "accept": frozenset({"requested", "acknowledged", "accepted", "active"}),
    "decline": frozenset({"requested", "acknowledged"}),
    "input": frozenset({"accepted", "active"}),
    "recommend": frozenset({"accepted", "active"}),
    "end": frozenset({"accepted", "active"}),
    "acknowledge_pause": frozenset({"on_hold"}),
}


class InvolvementNotOpen(Refusal):
    slug = "involvement-not-open"
    rule_id = "I29"
    guidance_ref = "R110"
    title = "The involvement is not open for this update now."
    advice = "While work is paused only the pause can be acknowledged; the school tells you when it resumes."


class InputNotSought(Refusal):
    slug = "input-not-sought"
    rule_id = "R70"
    guidance_ref = "R70"
    title = "This kind of input was not asked for."
    advice = "Give one of the kinds under input_sought; the school can request another kind."


def the_involvement_is_open_for_it(command: AnyUpdate, state: State) -> Refusal | None:
    """I29: a service posts only while the request is open; on hold it may only acknowledge the pause.

    On hold is what the agreements say now, whether or not the end of one was recorded yet (D15).
    """
    if state in ANSWERABLE[command.kind]:
        return None
    return InvolvementNotOpen(missing=(Missing(rule_id="I29", what=state),))


def only_what_was_sought_is_given(command: AnyUpdate, request: Request) -> Refusal | None:
    """R70: of the four kinds of input, those that were asked for."""
    outside = isinstance(command, Accept | RecordInput) and command.input_kind not in request.asked.input_sought
    return InputNotSought(pointer="/input_kind") if outside else None


def input_lies_behind_us(command: AnyUpdate, at: Situation) -> Refusal | None:
    future = isinstance(command, RecordInput) and command.on is not None and command.on > at.today
    return NotYetHappened(pointer="/on") if future else None


def update_from_partner(case: Case, request_id: RequestId, command: AnyUpdate, at: Situation) -> Decision:
    request = request_of_service(case, request_id, at.services)
    if request is None:
        return decided(NotOnThisCase())
    state = state_of(case, request) if isinstance(command, AcknowledgePause) else state_now(case, request, at)
    if _already_so(case, request, command, state):
        return decided()
    created = at.new_id() if isinstance(command, Recommend) else None
    return decided(
        the_involvement_is_open_for_it(command, state),
        only_what_was_sought_is_given(command, request),
        input_lies_behind_us(command, at),
        then=_fact(request, command, at, created or request_id),
        created=created,
    )


def _already_so(case: Case, request: Request, command: AnyUpdate, state: State) -> bool:
    match command:
        case Accept(input_kind=kind):
            return state in ("accepted", "active") and kind in request.accepted
        case AcknowledgePause():
            return state == "on_hold" and case.involvement.of(request.asked.request_id).pause_acknowledged
        case Acknowledge():
            return state == "acknowledged"
        case _:
            return False


def _fact(request: Request, command: AnyUpdate, at: Situation, created: RequestId) -> Event:
    told = command.model_dump(exclude={"occurred_at", "kind", "input_kind", "on"})
    told |= {"request_id": request.asked.request_id, "service": request.asked.service}
    match command:
        case Acknowledge():
            return AssistanceAcknowledged(**told)
        case AskForInformation():
            return FurtherInformationRequested(**told)
        case Accept(input_kind=kind):
            return AssistanceAccepted(input_kind=kind, **told)
        case Decline():
            return AssistanceDeclined(**told)
        case RecordInput(input_kind=kind, on=on):
            return AssistanceInputRecorded(kind=kind, on=on or at.day_of(command), **told)
        case Recommend():
            return RecommendationMade(recommendation_id=created, **told)
        case End():
            return InvolvementEnded(**told)
        case AcknowledgePause():
            return PauseAcknowledged(**told)
