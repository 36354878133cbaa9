"""Requests that do not come from the school: from outside (R81), and directly from the family (R82)."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain.decisions.requests import ExternalRequest
from case_api.domain.decisions.requests_made import SupplyInformation
from case_api.domain.facts.agreements import ConsentGranted, ConsentRefused, ConsentSought, ConsentWithdrawn
from case_api.domain.facts.involvement import InvolvementPaused, InvolvementResumed
from case_api.domain.facts.requests import (
    AssistanceAccepted,
    AssistanceRequested,
    AssistanceWithdrawn,
    FurtherInformationSupplied,
    Requester,
)
from case_api.domain.questions.asking_refused import (
    AskerHasNoRight,
    NeedsMoreCategories,
    NotAProfessional,
    OutsiderAsksForOthers,
    ServiceTakesNoDirectRequests,
    YoungChildsParentsNotTold,
)
from case_api.domain.questions.parties import AssentWithoutHelp
from case_api.domain.questions.references import ReferenceUnknown
from case_api.domain.questions.sharing import OwnAgreementMissing
from case_api.domain.words import AgreementRef, AssertedAgreement
from tests.domain.dsl import a, given
from tests.domain.running import new
from tests.domain.situations import (
    ANNA,
    BARRED,
    DEAN,
    EVERYBODY_AGREED,
    FAMILY,
    FAMILY_OF_A_TWELVE_YEAR_OLD,
    FRIEND_NEXT_DOOR,
    MAJA,
    NEIGHBOUR,
    REQUEST,
    TOM,
    agree,
    agreed,
    agreement,
    ask_directly,
    asked,
    refuse,
    refused,
    scope,
    the,
    withdraw,
)

FROM_THE_GP = ExternalRequest(
    route="external",
    service="slt",
    purpose="speech",
    requester=Requester(kind="professional", role="gp", name="Dr Hay"),
    asserted_agreements=(
        AssertedAgreement(party=MAJA, how="in surgery"),
        AssertedAgreement(party=ANNA, how="in surgery"),
    ),
)
GP_ASKED = AssistanceRequested(request_id=REQUEST, **FROM_THE_GP.model_dump(exclude={"occurred_at"}))
RESPITE = scope("identity_contact", service="young_carers", purpose="respite")
MAJA_ASKED = AssistanceRequested(
    request_id=REQUEST,
    route="direct",
    requester=Requester(kind="learner", role="learner", person=MAJA),
    service="young_carers",
    purpose="respite",
    input_sought=("consultation",),
    categories=("identity_contact",),
    agreement_refs=(AgreementRef(id=agreement(MAJA), granted_at_version=5),),
    parents_told=False,
)
OWN = (asked(MAJA, RESPITE), agreed(MAJA, RESPITE, given_as="learner", helped_by=None, route="direct_request"))
MAJAS_OWN_REQUEST = (*FAMILY_OF_A_TWELVE_YEAR_OLD, *OWN, MAJA_ASKED)
TAKEN_ON = AssistanceAccepted(request_id=REQUEST, service="young_carers", input_kind="consultation", practitioner="Jo")


# From outside
def test_a_gp_asks_with_the_agreement_that_they_say_they_have():
    given(FAMILY).when(FROM_THE_GP).then(
        a(AssistanceRequested, route="external", asserted_agreements=FROM_THE_GP.asserted_agreements, agreement_refs=())
    )


def test_a_request_from_outside_comes_from_a_professional():
    family = FROM_THE_GP.model_copy(update={"requester": Requester(kind="carer", role="mother", person=ANNA)})
    given(FAMILY).when(family).then_refused(NotAProfessional, pointer="/requester/kind")


def test_agreement_is_asserted_for_people_of_the_case():
    stranger = (AssertedAgreement(party=the("stranger"), how="?"),)
    given(FAMILY).when(FROM_THE_GP.model_copy(update={"asserted_agreements": stranger})).then_refused(
        ReferenceUnknown, pointer="/asserted_agreements"
    )


def test_whoever_is_said_to_have_agreed_can_say_otherwise():
    given(FAMILY, GP_ASKED, asked(ANNA)).when(refuse(), agreement(ANNA)).then(
        ConsentRefused, a(AssistanceWithdrawn, cause="agreement_withdrawn")
    )


def test_the_no_of_somebody_whose_agreement_was_not_claimed_leaves_it_as_it_is():
    given(FAMILY, GP_ASKED, asked(TOM)).when(refuse(), agreement(TOM)).then(ConsentRefused)


def test_what_was_refused_before_the_gp_asked_was_spoken_of_again_with_the_gp():
    refused_before = (
        asked(ANNA),
        ConsentRefused(agreement_id=agreement(ANNA), party=ANNA, scope=scope(), willing_to_discuss=True),
    )
    given(FAMILY, refused_before, GP_ASKED, asked(TOM)).when(agree(), agreement(TOM)).then(ConsentGranted)


def test_what_the_gp_was_told_does_not_let_the_school_share_what_it_knows():
    answer = SupplyInformation(items=("Polish and English.",))
    given(FAMILY, GP_ASKED).when(answer, REQUEST).then_refused(
        OwnAgreementMissing, missing=[("not_asked", person) for person in (ANNA, TOM, MAJA)]
    )
    given(FAMILY, GP_ASKED, EVERYBODY_AGREED).when(answer, REQUEST).then(FurtherInformationSupplied)
    given(FAMILY, GP_ASKED, EVERYBODY_AGREED, refused(TOM)).when(answer, REQUEST).then_refused(
        OwnAgreementMissing, missing=[("refused", TOM)]
    )


# Directly
def test_asking_directly_is_agreeing():
    given(FAMILY).when(ask_directly(ANNA)).then(
        a(ConsentSought, agreement_id=new(1), party=ANNA),
        a(ConsentGranted, agreement_id=new(1), party=ANNA, given_as="carer", holds_from=date(2025, 11, 14)),
        a(
            AssistanceRequested,
            request_id=new(2),
            route="direct",
            agreement_refs=(AgreementRef(id=new(1), granted_at_version=len(FAMILY) + 2),),
        ),
    )


def test_from_twelve_a_learner_asks_without_their_parents_knowing():
    given(FAMILY_OF_A_TWELVE_YEAR_OLD).when(ask_directly(MAJA, tell_parents=False)).then(
        ConsentSought, a(ConsentGranted, given_as="learner"), a(AssistanceRequested, parents_told=False)
    )


def test_a_young_learner_asks_with_help_and_their_parents_know():
    given(FAMILY).when(ask_directly(MAJA, tell_parents=False, helped_by="Mr Dar")).then_refused(
        YoungChildsParentsNotTold, pointer="/tell_parents"
    )
    given(FAMILY).when(ask_directly(MAJA)).then_refused(AssentWithoutHelp)
    given(FAMILY).when(ask_directly(MAJA, helped_by="Mr Dar")).then(ConsentSought, ConsentGranted, AssistanceRequested)


def test_some_services_take_no_direct_requests():
    command = ask_directly(ANNA, service="slt", purpose="speech")
    given(FAMILY).when(command).then_refused(ServiceTakesNoDirectRequests, pointer="/route")


def test_whoever_asks_holds_the_right_to():
    given(FAMILY, FRIEND_NEXT_DOOR).when(ask_directly(NEIGHBOUR)).then_refused(AskerHasNoRight, pointer="/asked_by")
    given(FAMILY).when(ask_directly(the("stranger"))).then_refused(ReferenceUnknown, pointer="/asked_by")


def test_a_professional_from_outside_does_not_ask_in_the_familys_name():
    outside = given(FAMILY).by("dr.hay", roles=frozenset({"external"}))
    outside.when(ask_directly(ANNA)).then_refused(OutsiderAsksForOthers, pointer="/route")
    outside.when(FROM_THE_GP).then(AssistanceRequested)


def test_a_parent_whom_the_school_may_not_contact_may_still_ask():
    given(FAMILY, BARRED).when(ask_directly(DEAN)).then(ConsentSought, ConsentGranted, AssistanceRequested)


def test_a_direct_request_sends_enough_for_the_purpose():
    given(FAMILY).when(ask_directly(ANNA, categories=("attendance",))).then_refused(
        NeedsMoreCategories, missing=[("one_of", "identity_contact")]
    )
    given(FAMILY).when(ask_directly(ANNA, categories=("shoe_size",))).then_refused(ReferenceUnknown)


def test_a_parents_no_does_not_stop_the_learners_own_request():
    given(MAJAS_OWN_REQUEST, asked(ANNA, RESPITE)).when(refuse(), agreement(ANNA)).then(ConsentRefused)


@pytest.mark.parametrize(("accepted", "follows"), [((), AssistanceWithdrawn), ((TAKEN_ON,), InvolvementPaused)])
def test_the_learner_takes_their_own_request_back(accepted, follows):
    given(MAJAS_OWN_REQUEST, accepted).when(withdraw(), agreement(MAJA)).then(ConsentWithdrawn, follows)


def test_asking_again_resumes_what_was_paused_and_asks_anew():
    taken_back = ConsentWithdrawn(
        agreement_id=agreement(MAJA),
        party=MAJA,
        scope_withdrawn=RESPITE,
        effective_at=datetime(2025, 10, 1, 9, tzinfo=UTC),
        route="in_person",
        told_consequences=True,
    )
    paused = InvolvementPaused(
        request_id=REQUEST, service="young_carers", cause="withdrawn", acknowledge_by=date(2025, 10, 8)
    )
    given(MAJAS_OWN_REQUEST, TAKEN_ON, taken_back, paused).when(ask_directly(MAJA)).then(
        ConsentSought, ConsentGranted, a(InvolvementResumed, request_id=REQUEST), AssistanceRequested
    )
