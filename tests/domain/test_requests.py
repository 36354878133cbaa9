"""Section 6.3: what the school does before and after it asks a partner service for help (R75-R77)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from case_api.domain.decisions.requests_made import SupplyInformation, WithdrawRequest
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.people import CapacityAssessed
from case_api.domain.facts.requests import AssistanceRequested, AssistanceWithdrawn, FurtherInformationSupplied
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.questions.asking_refused import (
    NeedsMoreCategories,
    RequesterNotInTeam,
    RequestNoLongerOpen,
    ServiceTakesNoSchoolRequests,
    StrategiesNotTried,
    TooFewContributors,
)
from case_api.domain.questions.references import NotOnThisCase, ReferenceUnknown
from case_api.domain.questions.sharing import AgreementNoLongerHolds
from case_api.domain.words import Contributor, MeasureTried
from tests.domain.dsl import a, given
from tests.domain.situations import (
    ACCEPTED,
    ANNA,
    APPLIED,
    DIRECTORY,
    EVERYBODY_AGREED,
    FAMILY,
    MAJA,
    NEED_ASSESSED,
    OPEN_INVOLVEMENT,
    OPEN_REQUEST,
    PAUSED,
    READY_TO_ASK,
    REQUEST,
    TIMETABLE,
    TOM,
    TRIED_AND_OBSERVED,
    agreed,
    asked,
    request_slt,
    scope,
    the,
    withdrew,
)

TEN = datetime(2025, 11, 4, 10, tzinfo=UTC)
LACKS = CapacityAssessed(
    matter="requests", outcome="lacks", assessor="Dr Gow", basis="Seen twice", valid_until=date(2030, 1, 1)
)


# What was tried (I10)
@pytest.mark.parametrize(
    ("facts", "command", "missing"),
    [
        (TRIED_AND_OBSERVED, request_slt(need_refs=()), [("no_need_named",)]),
        (TRIED_AND_OBSERVED, request_slt(measures_tried=()), [("nothing_tried", "language")]),
        ((NEED_ASSESSED, APPLIED), request_slt(), [("effect_not_observed", "language")]),
        (TRIED_AND_OBSERVED[1:], request_slt(), [("need_not_assessed", "language")]),
    ],
)
def test_strategies_come_before_agencies(facts, command, missing):
    given(FAMILY, EVERYBODY_AGREED, facts).when(command).then_refused(StrategiesNotTried, missing=missing)


def test_a_review_of_what_was_tried_is_as_good_as_an_observation():
    reviewed = ReviewHeld(review_id=the("r"), of_refs=(TIMETABLE,), held_on=date(2025, 11, 4), decision="adjust")
    given(FAMILY, EVERYBODY_AGREED, NEED_ASSESSED, APPLIED, reviewed).when(request_slt()).then(AssistanceRequested)


def test_an_exception_from_trying_has_its_reason():
    command = request_slt(measures_tried=(), exception_reason="moved here with a plan from another school")
    given(FAMILY, EVERYBODY_AGREED, NEED_ASSESSED).when(command).then(
        a(AssistanceRequested, exception_reason="moved here with a plan from another school")
    )


def test_what_was_tried_is_on_the_case():
    command = request_slt(measures_tried=(MeasureTried(measure_id=the("other"), need_ref="language"),))
    given(READY_TO_ASK).when(command).then_refused(ReferenceUnknown, pointer="/measures_tried")


# Who asks (I11, I12)
def test_the_pupil_support_team_asks():
    given(READY_TO_ASK).by("okafor", roles=frozenset({"teacher"})).when(request_slt()).then_refused(RequesterNotInTeam)
    given(READY_TO_ASK).by("lennox", roles=frozenset({"guidance"})).when(request_slt()).then(AssistanceRequested)


@pytest.mark.parametrize(
    "contributors",
    [
        (),
        (Contributor(staff="okafor", role="teacher"),),
        (Contributor(staff="okafor", role="teacher"), Contributor(staff="ure", role="teacher")),
        (Contributor(staff="okafor", role="teacher"), Contributor(staff="okafor", role="guidance")),
    ],
)
def test_several_people_of_different_roles_contribute(contributors):
    given(READY_TO_ASK).when(request_slt(contributors=contributors)).then_refused(TooFewContributors)


def test_whom_the_directory_does_not_know_has_contributed_nothing():
    def listing(*staff: str) -> Authority:
        there = {"setting": "burnside-primary", "role": "teacher", "from_day": date(2025, 8, 18)}
        return replace(DIRECTORY, staff=tuple(StaffAssigned(staff=one, **there) for one in staff))

    given(READY_TO_ASK).by(authority=listing("okafor")).when(request_slt()).then_refused(
        TooFewContributors, pointer="/contributors"
    )
    given(READY_TO_ASK).by(authority=listing("okafor", "hay")).when(request_slt()).then(AssistanceRequested)


# Whom, and with what
def test_the_service_and_its_purpose_are_listed():
    for unlisted in (request_slt(service="nobody"), request_slt(purpose="magic")):
        given(READY_TO_ASK).when(unlisted).then_refused(ReferenceUnknown, pointer="/service")


def test_a_category_is_one_of_the_policys():
    given(READY_TO_ASK).when(request_slt(categories=("shoe_size",))).then_refused(
        ReferenceUnknown, pointer="/categories"
    )


def test_a_service_may_take_no_school_requests():
    given(READY_TO_ASK).when(request_slt(service="helpline", purpose="talking")).then_refused_also(
        ServiceTakesNoSchoolRequests
    )
    given(READY_TO_ASK).when(request_slt()).then_not_refused_for(ServiceTakesNoSchoolRequests)


def test_what_is_sent_is_enough_for_the_purpose():
    counselling = scope("identity_contact", "wellbeing_summary", service="harbour", purpose="counselling")
    all_agree = [(asked(one, counselling), agreed(one, counselling)) for one in (ANNA, TOM, MAJA)]
    request = request_slt(service="harbour", purpose="counselling", categories=("identity_contact",))
    given(FAMILY, TRIED_AND_OBSERVED, all_agree).when(request).then_refused(
        NeedsMoreCategories, missing=[("one_of", "attendance, wellbeing_summary")]
    )
    enough = request.model_copy(update={"categories": ("identity_contact", "wellbeing_summary")})
    given(FAMILY, TRIED_AND_OBSERVED, all_agree).when(enough).then(AssistanceRequested)


# Afterwards
def test_a_request_is_taken_back_until_it_is_accepted():
    command = WithdrawRequest(reason="moves away")
    given(OPEN_REQUEST).when(command, REQUEST).then(
        a(AssistanceWithdrawn, request_id=REQUEST, cause="no_longer_needed")
    )
    given(OPEN_INVOLVEMENT).when(command, REQUEST).then_refused(RequestNoLongerOpen)
    given(FAMILY).when(command, REQUEST).then_refused(NotOnThisCase)


def test_paused_work_that_the_service_cannot_end_is_ended_by_the_school():
    paused = (*OPEN_INVOLVEMENT, withdrew(TOM, datetime(2025, 11, 4, 10, tzinfo=UTC)), PAUSED)
    command = WithdrawRequest(reason="the family wants no more of it")
    given(paused).when(command, REQUEST).then(a(InvolvementEnded, request_id=REQUEST, outcome="withdrawn"))


def test_a_request_is_taken_back_once():
    gone = AssistanceWithdrawn(request_id=REQUEST, service="slt", cause="no_longer_needed")
    given(OPEN_REQUEST, gone).when(WithdrawRequest(reason="moves away"), REQUEST).then_nothing()


ANSWER = SupplyInformation(items=("Polish and English.",))


def test_the_school_answers_what_a_service_asks():
    given(OPEN_INVOLVEMENT).when(ANSWER, REQUEST).then(FurtherInformationSupplied)
    given(FAMILY).when(ANSWER, REQUEST).then_refused(NotOnThisCase)


def test_nothing_is_sent_once_an_agreement_is_gone():
    given(OPEN_INVOLVEMENT, withdrew(TOM, TEN), PAUSED).when(ANSWER, REQUEST).then_refused(AgreementNoLongerHolds)
    given(OPEN_INVOLVEMENT).at("2026-09-15").when(ANSWER, REQUEST).then_refused(AgreementNoLongerHolds)
    given(OPEN_REQUEST, ACCEPTED).at("2026-09-14").when(ANSWER, REQUEST).then(FurtherInformationSupplied)


def test_nothing_is_added_to_a_request_that_is_over():
    gone = AssistanceWithdrawn(request_id=REQUEST, service="slt", cause="no_longer_needed")
    given(OPEN_REQUEST, gone).when(ANSWER, REQUEST).then_refused(RequestNoLongerOpen)
