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
)
from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.requests import (
    AssistanceAccepted,
    AssistanceAcknowledged,
    AssistanceDeclined,
    FurtherInformationRequested,
    InputKind,
    Request,
)
from case_api.domain.questions.consequences import state_now
from case_api.domain.questions.involvement_refused import InputNotSought, InvolvementNotOpen
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened
from case_api.domain.questions.request_state import State, request_of_service, state_of
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Day, Line, RequestId, Text


class Acknowledge(Command):
    """The service received the request."""

    kind: Literal["acknowledge"]
    received_by: Line
    """Who in the service has it."""
    reference: Line | None = None
    """The service's own number for it."""

    examples = ({"kind": "acknowledge", "received_by": "Duty therapist", "reference": "SLT-4711"},)  # fmt: skip


class AskForInformation(Command):
    """The service needs to know more."""

    kind: Literal["ask"]
    items: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]
    """What the service needs to know, one question each."""

    examples = ({"kind": "ask", "items": ["Which language does Maja speak with friends?"]},)  # fmt: skip


class Accept(Command):
    """The service takes the request on, for one kind of input that was sought."""

    kind: Literal["accept"]
    input_kind: InputKind
    """One of the kinds that were asked for."""
    practitioner: Line
    """Who will do the work."""
    expected_start: Day | None = None
    expected_wait_weeks: Annotated[int, Field(ge=0, le=260)] | None = None

    examples = ({
        "kind": "accept", "input_kind": "consultation", "practitioner": "Ines Fabbri", "expected_wait_weeks": 6,
    },)  # fmt: skip


class Decline(Command):
    """The service does not take the request on."""

    kind: Literal["decline"]
    reason_code: Code
    """Why, as a code, such as `not_our_remit`."""
    explanation: Text
    """Why, in words that the family can read."""
    advice: Text
    """What the school can do meanwhile."""
    signposted_to: Line | None = None
    """Another service that may help."""

    examples = ({
        "kind": "decline",
        "reason_code": "not_our_remit",
        "explanation": "What you describe is typical while a second language is learnt.",
        "advice": "Go on with pictures and short sentences.",
        "signposted_to": "English as an additional language",
    },)  # fmt: skip


class RecordInput(Command):
    """The service worked with the learner, the family or the staff."""

    kind: Literal["input"]
    input_kind: InputKind
    """One of the kinds that were asked for."""
    on: Day | None = None
    """The day of the work; the day of `occurred_at` if absent."""
    place: Literal["school", "home", "elsewhere", "remote"]
    present: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    """Who took part."""
    summary: Text

    examples = ({
        "kind": "input",
        "input_kind": "consultation",
        "on": "2026-01-15",
        "place": "school",
        "present": ["Ms Okafor"],
        "summary": "Watched a lesson, and talked through grouping.",
    },)  # fmt: skip


class Recommend(Command):
    """The service recommends strategies."""

    kind: Literal["recommend"]
    strategies: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]
    """What to do, one strategy each."""
    audience_roles: Annotated[tuple[Code, ...], Field(max_length=10)] = ("teacher", "support_assistant")
    """Roles in the school that are to hear of it."""
    for_home: Text | None = None
    """What the family can do, in their words."""

    examples = ({
        "kind": "recommend",
        "strategies": ["One instruction at a time, with a picture."],
        "for_home": "Tell the story of the day with photographs.",
    },)  # fmt: skip


class End(Command):
    """The service's work comes to an end."""

    kind: Literal["end"]
    outcome: Literal["met", "partly_met", "not_met", "withdrawn", "moved"]
    """Whether what was asked for was reached, or why the work ends without it."""
    summary: Text
    learner_view: Text | None = None
    """What the learner says about it."""

    examples = ({"kind": "end", "outcome": "met", "summary": "Maja follows three-step instructions."},)  # fmt: skip


class AcknowledgePause(Command):
    """The service confirms that it paused, and says what it lawfully keeps."""

    kind: Literal["acknowledge_pause"]
    kept: Text | None = None
    """What the service lawfully keeps although agreement was withdrawn."""

    examples = ({"kind": "acknowledge_pause", "kept": "The dates of our visits."},)  # fmt: skip


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
    told = command.said(without={"occurred_at", "kind", "input_kind", "on"})
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
