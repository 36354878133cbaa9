"""Ways round the family's agreement that somebody might try, by mistake or on purpose, and that do not lead there."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain.decisions.records import CorrectRecord, ReplacementUnfit
from case_api.domain.facts.agreements import DIRECT
from case_api.domain.facts.involvement import InvolvementResumed
from case_api.domain.facts.people import CapacityAssessed, CarerLinked
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.questions.asking_refused import (
    AgreementConflicting,
    AgreementMissing,
    NotTheirOwnRequest,
    ParentsNotAsked,
    StrategiesNotTried,
)
from tests.domain.dsl import given, on
from tests.domain.running import Running
from tests.domain.situations import (
    ANNA,
    APPLIED,
    AT_TWELVE,
    DIRECTORY,
    EVERYBODY_AGREED,
    FAMILY,
    FATHER,
    MAJA,
    MOTHER,
    NEED_ASSESSED,
    OBSERVED,
    OPEN_INVOLVEMENT,
    PAUSED,
    READY_TO_ASK,
    TOM,
    TRIED_AND_OBSERVED,
    agreed,
    ask_directly,
    asked,
    refused,
    request_slt,
    views_of,
    withdrew,
)

DIRECTLY = tuple(agreed(person, route=DIRECT) for person in (ANNA, TOM, MAJA))
BARRED_LATER = FATHER.model_copy(update={"may_contact": False, "restriction_reason": "said so"})
LATER = datetime(2025, 11, 4, 10, tzinfo=UTC)


def test_what_people_agreed_by_asking_themselves_does_not_carry_the_schools_request():
    asked_themselves = (asked(ANNA), asked(TOM), asked(MAJA), *DIRECTLY)
    given(FAMILY, TRIED_AND_OBSERVED, asked_themselves).when(request_slt()).then_refused(
        AgreementMissing, missing=[("not_asked", person) for person in (ANNA, TOM, MAJA)]
    )


@pytest.mark.owasp("API6")
def test_asking_directly_in_a_refusers_name_does_not_undo_their_no():
    history = (*READY_TO_ASK, refused(TOM), asked(TOM, again="-directly"), agreed(TOM, again="-directly", route=DIRECT))
    given(history).when(request_slt()).then_refused(AgreementConflicting)


@pytest.mark.parametrize("role", ["teacher", "support_assistant", "mis"])
def test_only_the_family_or_its_team_makes_a_direct_request(role: str):
    given(FAMILY).by("somebody", roles=frozenset({role})).when(ask_directly(ANNA)).then_refused(NotTheirOwnRequest)


@pytest.mark.owasp("API6")
def test_a_restriction_does_not_unsay_a_no():
    given(READY_TO_ASK, refused(TOM), BARRED_LATER).when(request_slt()).then_refused(AgreementConflicting)


def test_a_correction_that_takes_a_party_away_does_not_resume_paused_work():
    running = Running(DIRECTORY)
    running.record((*OPEN_INVOLVEMENT, withdrew(TOM, LATER), PAUSED), LATER)
    link = next(one for one in running.history if isinstance(one.fact, CarerLinked) and one.fact.person_id == TOM)
    without_rights = FATHER.model_copy(
        update={
            "parental_responsibilities_and_rights": FATHER.parental_responsibilities_and_rights.model_copy(
                update={"held": False}
            )
        }
    ).model_dump(mode="json", exclude_none=True)
    decision = running.ask(CorrectRecord(supersedes=link.event_id, reason="?", replacement=without_rights))
    assert not any(isinstance(fact, InvolvementResumed) for fact in decision.events)


def test_a_measure_that_was_tried_for_one_need_is_not_shown_for_another():
    other = APPLIED.model_copy(update={"need_refs": ("organisation",)})
    given(FAMILY, NEED_ASSESSED, other, OBSERVED, EVERYBODY_AGREED).when(request_slt()).then_refused(StrategiesNotTried)


@pytest.mark.parametrize("matter", ["requests", "choosing_lunch"])
def test_a_learner_who_took_their_agreement_back_is_not_set_aside(matter: str):
    lacks = CapacityAssessed(
        matter=matter, outcome="lacks", assessor="Dr Gow", basis="Seen", valid_until=date(2030, 1, 1)
    )
    history = (
        AT_TWELVE,
        MOTHER,
        FATHER,
        *TRIED_AND_OBSERVED,
        *EVERYBODY_AGREED,
        views_of(MAJA),
        withdrew(MAJA, LATER),
        lacks,
    )
    given(history).when(request_slt()).then_refused(AgreementMissing, missing=[("withdrawn", MAJA)])


def test_an_assessment_of_another_matter_says_nothing_of_agreements():
    lunch = CapacityAssessed(
        matter="choosing_lunch", outcome="lacks", assessor="Dr Gow", basis="Seen", valid_until=date(2030, 1, 1)
    )
    nearly = (*FAMILY, *TRIED_AND_OBSERVED, asked(ANNA), asked(TOM), asked(MAJA), agreed(ANNA), agreed(TOM))
    given(nearly, views_of(MAJA), lunch).when(request_slt()).then_refused(AgreementMissing, missing=[("sought", MAJA)])


@pytest.mark.owasp("API6")
def test_a_request_is_not_put_back_to_a_day_on_which_somebody_had_not_been_asked():
    known = on("2025-10-01", *FAMILY, *TRIED_AND_OBSERVED, asked(ANNA), asked(MAJA), agreed(ANNA), agreed(MAJA))
    since = on("2025-11-10", asked(TOM), agreed(TOM))
    given(known, since).when(request_slt(occurred_at=date(2025, 10, 20))).then_refused(ParentsNotAsked)
    given(known, since).when(request_slt()).then(AssistanceRequested)


@pytest.mark.parametrize(
    ("fact", "wrong"),
    [
        (APPLIED, {"strategy_code": "unheard_of"}),
        (APPLIED, {"need_refs": ["unheard_of"]}),
        (FAMILY[0], {"date_of_birth": "0001-01-01"}),
        (FAMILY[0], {"date_of_birth": 31536000}),
        (FAMILY[0], {"identifiers": [{"system": "scn", "value": "1"}]}),
    ],
)
def test_a_correction_says_nothing_that_would_have_been_refused_at_first(fact, wrong):
    running = Running(DIRECTORY)
    running.record((*FAMILY, NEED_ASSESSED, APPLIED), LATER)
    event = next(one for one in running.history if one.fact == fact)
    whole = fact.model_dump(mode="json", exclude_none=True) | wrong
    decision = running.ask(CorrectRecord(supersedes=event.event_id, reason="?", replacement=whole))
    assert ReplacementUnfit in {type(refusal) for refusal in decision.refusals}
    assert not any(isinstance(one.fact, RecordCorrected) for one in running.history)
