"""What a partner service does with a request that is addressed to it (R110)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from case_api.domain.decisions.involvement import (
    Accept,
    Acknowledge,
    AcknowledgePause,
    AnyUpdate,
    AskForInformation,
    Decline,
    End,
    Recommend,
    RecordInput,
)
from case_api.domain.event import Event
from case_api.domain.facts.involvement import (
    AssistanceInputRecorded,
    InvolvementEnded,
    InvolvementResumed,
    PauseAcknowledged,
)
from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.requests import (
    AssistanceAccepted,
    AssistanceAcknowledged,
    AssistanceDeclined,
    FurtherInformationRequested,
)
from case_api.domain.questions.involvement_refused import InputNotSought, InvolvementNotOpen
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened
from case_api.domain.questions.request_state import state_of
from tests.domain.dsl import Facts, a, given
from tests.domain.running import new
from tests.domain.situations import (
    ACCEPTED,
    OPEN_INVOLVEMENT,
    OPEN_REQUEST,
    PAUSED,
    REQUEST,
    TOM,
    withdrew,
)

ACKNOWLEDGE = Acknowledge(kind="acknowledge", received_by="duty therapist")
ASK = AskForInformation(kind="ask", items=("Which languages?",))
ACCEPT = Accept(kind="accept", input_kind="assessment", practitioner="Ms Rao")
DECLINE = Decline(kind="decline", reason_code="threshold", explanation="Below it.", advice="Counselling.")
INPUT = RecordInput(kind="input", input_kind="assessment", place="school", summary="Seen.")
RECOMMEND = Recommend(kind="recommend", strategies=("One step at a time",))
END = End(kind="end", outcome="met", summary="Done.")
ACKNOWLEDGE_PAUSE = AcknowledgePause(kind="acknowledge_pause", kept="our own notes")
EVERY_UPDATE = (ACKNOWLEDGE, ASK, ACCEPT, DECLINE, INPUT, RECOMMEND, END, ACKNOWLEDGE_PAUSE)

ACKNOWLEDGED = AssistanceAcknowledged(request_id=REQUEST, service="slt", received_by="duty therapist")
DECLINED = AssistanceDeclined(
    request_id=REQUEST, service="slt", reason_code="threshold", explanation="Below it.", advice="Counselling."
)
SEEN = AssistanceInputRecorded(
    request_id=REQUEST, service="slt", kind="assessment", on=date(2025, 11, 4), place="school", summary="Seen."
)
ENDED = InvolvementEnded(request_id=REQUEST, service="slt", outcome="met", summary="Done.")
ON_HOLD: tuple[Event, ...] = (*OPEN_INVOLVEMENT, withdrew(TOM, datetime(2025, 11, 4, 10, tzinfo=UTC)), PAUSED)

STATES: dict[str, tuple[tuple[Event, ...], set[AnyUpdate]]] = {
    "requested": (OPEN_REQUEST, {ACKNOWLEDGE, ASK, ACCEPT, DECLINE}),
    "acknowledged": ((*OPEN_REQUEST, ACKNOWLEDGED), {ASK, ACCEPT, DECLINE}),
    "accepted": (OPEN_INVOLVEMENT, {ASK, INPUT, RECOMMEND, END}),
    "active": ((*OPEN_INVOLVEMENT, SEEN), {ASK, INPUT, RECOMMEND, END}),
    "on_hold": (ON_HOLD, {ACKNOWLEDGE_PAUSE}),
    "ended": ((*OPEN_INVOLVEMENT, ENDED), set()),
    "declined": ((*OPEN_REQUEST, DECLINED), set()),
}
ALREADY_SO = {("acknowledged", ACKNOWLEDGE), ("accepted", ACCEPT), ("active", ACCEPT)}


def slt(*facts: Facts, **who: Any):
    return given(*facts).by("slt", **{"services": frozenset({"slt"})} | who)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("update", EVERY_UPDATE, ids=lambda update: update.kind)
def test_a_service_posts_only_while_its_involvement_is_open_for_it(state, update):
    facts, open_for = STATES[state]
    asked = slt(facts).when(update, REQUEST)
    assert state_of(asked.running.case, asked.running.case.requests.by_id[REQUEST]) == state
    if (state, update) in ALREADY_SO:
        asked.then_nothing()
    elif update in open_for:
        assert len(asked.decision.events) == 1
    else:
        asked.then_refused(InvolvementNotOpen, missing=[(state,)])


@pytest.mark.parametrize("update", EVERY_UPDATE, ids=lambda update: update.kind)
def test_a_request_to_another_service_does_not_exist_for_this_one(update):
    slt(OPEN_REQUEST, services=frozenset({"eps"})).when(update, REQUEST).then_refused(NotOnThisCase)


@pytest.mark.parametrize("update", [ACCEPT, ASK], ids=lambda update: update.kind)
def test_an_agreement_that_has_ended_closes_the_door_before_anybody_records_the_end(update):
    slt(OPEN_REQUEST).at("2026-09-15").when(update, REQUEST).then_refused(InvolvementNotOpen)
    slt(OPEN_REQUEST).at("2026-09-14").when(update, REQUEST).then(a(Event))


def test_work_stops_with_the_last_day_of_an_agreement():
    slt(OPEN_INVOLVEMENT).at("2026-09-15").when(INPUT, REQUEST).then_refused(InvolvementNotOpen, missing=[("on_hold",)])
    slt(OPEN_INVOLVEMENT).at("2026-09-14").when(INPUT, REQUEST).then(AssistanceInputRecorded)


def test_a_service_acknowledges_a_request():
    slt(OPEN_REQUEST).when(ACKNOWLEDGE, REQUEST).then(ACKNOWLEDGED)


def test_a_service_asks_for_more():
    slt(OPEN_REQUEST).when(ASK, REQUEST).then(a(FurtherInformationRequested, items=("Which languages?",)))


def test_a_service_accepts_for_one_kind_of_input():
    slt(OPEN_REQUEST).when(ACCEPT, REQUEST).then(ACCEPTED)


def test_a_further_acceptance_adds_a_kind_that_was_sought():
    advice = ACCEPT.model_copy(update={"input_kind": "advice"})
    slt(OPEN_INVOLVEMENT).when(advice, REQUEST).then(a(AssistanceAccepted, input_kind="advice"))


def test_only_input_that_was_sought_is_given():
    for update in (ACCEPT, INPUT):
        ongoing = update.model_copy(update={"input_kind": "ongoing"})
        slt(OPEN_INVOLVEMENT).when(ongoing, REQUEST).then_refused(InputNotSought, pointer="/input_kind")


def test_a_service_declines_and_says_what_might_help():
    slt(OPEN_REQUEST).when(DECLINE, REQUEST).then(DECLINED)


def test_input_is_recorded_on_its_day():
    slt(OPEN_INVOLVEMENT).when(INPUT, REQUEST).then(a(AssistanceInputRecorded, on=date(2025, 11, 14)))
    tomorrow = INPUT.model_copy(update={"on": date(2025, 11, 15)})
    slt(OPEN_INVOLVEMENT).when(tomorrow, REQUEST).then_refused(NotYetHappened, pointer="/on")


def test_a_service_recommends_strategies_to_those_who_teach():
    slt(OPEN_INVOLVEMENT).when(RECOMMEND, REQUEST).then(
        a(RecommendationMade, recommendation_id=new(1), audience_roles=("teacher", "support_assistant"))
    )


def test_a_pause_is_acknowledged_once_with_what_is_lawfully_kept():
    slt(ON_HOLD).when(ACKNOWLEDGE_PAUSE, REQUEST).then(a(PauseAcknowledged, kept="our own notes"))
    acknowledged = PauseAcknowledged(request_id=REQUEST, service="slt", kept="our own notes")
    slt(ON_HOLD, acknowledged).when(ACKNOWLEDGE_PAUSE, REQUEST).then_nothing()


def test_an_involvement_comes_to_an_end():
    slt(OPEN_INVOLVEMENT).when(END, REQUEST).then(ENDED)


def test_paused_work_goes_on_where_it_was():
    resumed = InvolvementResumed(request_id=REQUEST, service="slt", categories=("identity_contact",))
    for before, state in ((OPEN_INVOLVEMENT, "accepted"), ((*OPEN_INVOLVEMENT, SEEN), "active")):
        running = slt(before, PAUSED, resumed).when(ASK, REQUEST).running
        assert state_of(running.case, running.case.requests.by_id[REQUEST]) == state
