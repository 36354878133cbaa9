"""Section 6.3: agreement of parents and learner comes before the school asks a service (R79, I1-I4, I6)."""

from datetime import UTC, date, datetime
from typing import Any

from case_api.domain.facts.people import CapacityAssessed
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.questions.asking_refused import (
    AgreementConflicting,
    AgreementMissing,
    LearnerToBeAskedAgain,
    ParentsNotAsked,
)
from tests.domain.dsl import Facts, a, given, on
from tests.domain.running import POLICY, new
from tests.domain.situations import (
    ANNA,
    AT_TWELVE,
    BARRED,
    EVERYBODY_ASKED,
    FAMILY,
    FAMILY_OF_A_TWELVE_YEAR_OLD,
    MAJA,
    READY_TO_ASK,
    REGISTERED,
    TOM,
    TRIED_AND_OBSERVED,
    agreed,
    agreement,
    asked,
    refused,
    request_slt,
    scope,
    views_of,
    withdrew,
)

TEN = datetime(2025, 11, 4, 10, tzinfo=UTC)
LACKS = CapacityAssessed(
    matter="requests", outcome="lacks", assessor="Dr Gow", basis="Seen twice", valid_until=date(2030, 1, 1)
)


# Agreement comes first (I1, I6)
def test_an_agency_is_asked_once_everybody_agrees():
    given(READY_TO_ASK).when(request_slt()).then(
        a(AssistanceRequested, request_id=new(1), route="school", service="slt")
    )


def test_a_request_names_the_agreements_that_it_relies_on():
    asked_for = given(READY_TO_ASK).when(request_slt()).decision.events[0]
    assert isinstance(asked_for, AssistanceRequested)
    assert {ref.id: ref.granted_at_version for ref in asked_for.agreement_refs} == {
        agreement(ANNA): 10,
        agreement(TOM): 11,
        agreement(MAJA): 12,
    }


def test_nobody_is_asked_over_the_familys_head():
    given(FAMILY, TRIED_AND_OBSERVED).when(request_slt()).then_refused(
        AgreementMissing, missing=[("not_asked", ANNA), ("not_asked", TOM), ("not_asked", MAJA)]
    )


def test_the_learner_agrees_too():
    given(FAMILY, TRIED_AND_OBSERVED, EVERYBODY_ASKED, agreed(ANNA), agreed(TOM)).when(request_slt()).then_refused(
        AgreementMissing, missing=[("sought", MAJA)]
    )


def test_agreement_to_one_service_is_not_agreement_to_another():
    given(READY_TO_ASK).when(request_slt(service="eps", purpose="consultation")).then_refused(AgreementMissing)


def test_agreement_covers_the_categories_that_were_named():
    given(READY_TO_ASK).when(request_slt(categories=("identity_contact", "health_information"))).then_refused(
        AgreementMissing,
        missing=[("category_not_agreed", person, "health_information") for person in (ANNA, TOM, MAJA)],
    )


def test_agreeing_to_the_request_is_not_agreeing_to_share():
    given(READY_TO_ASK, agreed(TOM, kinds=("agreement_to_request",))).when(request_slt()).then_refused(AgreementMissing)
    given(READY_TO_ASK, agreed(MAJA, kinds=("consent_to_share",))).when(request_slt()).then_refused(
        AgreementMissing, missing=[("kind_not_agreed", MAJA)]
    )


def test_an_agreement_that_was_taken_back_is_none():
    given(READY_TO_ASK, withdrew(TOM, TEN)).when(request_slt()).then_refused(
        AgreementMissing, missing=[("withdrawn", TOM)]
    )


def test_an_agreement_that_has_ended_is_none_whether_or_not_anybody_recorded_the_end():
    given(READY_TO_ASK).at("2026-09-15").when(request_slt()).then_refused(
        AgreementMissing, missing=[("expired", person) for person in (ANNA, TOM, MAJA)]
    )


def test_asking_again_is_not_yet_agreement():
    again = (withdrew(TOM, TEN), on("2025-11-10", asked(TOM, again="2")))
    given(READY_TO_ASK, again).when(request_slt()).then_refused(AgreementMissing, missing=[("withdrawn", TOM)])


def test_a_learner_alone_is_not_everybody():
    alone = (REGISTERED, TRIED_AND_OBSERVED, asked(MAJA), agreed(MAJA))
    given(alone).when(request_slt()).then_refused(AgreementMissing, missing=[("no_carer_to_ask",)])


def test_agreement_comes_before_a_request_that_is_recorded_late():
    agreed_on_the_13th: Facts = (*EVERYBODY_ASKED, *(on("2025-11-13", agreed(one)) for one in (ANNA, TOM, MAJA)))
    ready: Facts = (FAMILY, TRIED_AND_OBSERVED, agreed_on_the_13th)
    given(ready).when(request_slt(occurred_at=date(2025, 11, 12))).then_refused(AgreementMissing)
    given(ready).when(request_slt(occurred_at=date(2025, 11, 13))).then(AssistanceRequested)


# All parents were asked (I2)
def test_every_parent_who_can_be_asked_is_asked():
    tom_left_out = (FAMILY, TRIED_AND_OBSERVED, asked(ANNA), asked(MAJA), agreed(ANNA), agreed(MAJA))
    given(tom_left_out).when(request_slt()).then_refused(ParentsNotAsked, missing=[("not_asked", TOM)])
    one_suffices = POLICY.model_copy(
        update={"agreements": POLICY.agreements.model_copy(update={"every_contactable_holder_is_asked": False})}
    )
    given(tom_left_out).by("hay", policy=one_suffices).when(request_slt()).then(AssistanceRequested)


def test_one_parents_yes_suffices_while_the_other_is_silent():
    silent = (FAMILY, TRIED_AND_OBSERVED, EVERYBODY_ASKED, agreed(ANNA), agreed(MAJA))
    given(silent).when(request_slt()).then(AssistanceRequested)


def test_a_parent_who_may_not_be_contacted_is_not_waited_for():
    given(READY_TO_ASK, BARRED).when(request_slt()).then(AssistanceRequested)


# Nobody outvotes anybody (I4)
def test_one_yes_and_one_no_conflict():
    no = (*EVERYBODY_ASKED, agreed(ANNA), agreed(MAJA), refused(TOM, willing=True))
    given(FAMILY, TRIED_AND_OBSERVED, no).when(request_slt()).then_refused(
        AgreementConflicting, missing=[("refused_willing_to_discuss", TOM)]
    )


def test_a_conflict_comes_first_among_the_reasons():
    no = (asked(ANNA), asked(TOM), agreed(ANNA), refused(TOM))
    asked_anyway = given(FAMILY, TRIED_AND_OBSERVED, no).when(request_slt())
    asked_anyway.then_refused(AgreementConflicting, missing=[("refused", TOM)])
    asked_anyway.then_refused_also(AgreementMissing)


def test_a_later_narrower_yes_resolves_a_conflict():
    no_then_yes = (refused(TOM), on("2025-11-06", agreed(TOM, scope("identity_contact"))))
    resolved = given(READY_TO_ASK, no_then_yes)
    resolved.when(request_slt(categories=("identity_contact",))).then(AssistanceRequested)
    resolved.when(request_slt()).then_refused(AgreementMissing)


def test_a_learners_no_conflicts_like_any_other():
    given(READY_TO_ASK, refused(MAJA)).when(request_slt()).then_refused(AgreementConflicting)


# The learner, as their age and capacity allow (I3)
def test_a_young_learners_assent_carries_a_request():
    given(READY_TO_ASK).when(request_slt()).then_not_refused_for(LearnerToBeAskedAgain)


def test_from_the_twelfth_birthday_an_assent_carries_no_new_request():
    until_2030: dict[str, Any] = {"until": date(2030, 1, 1)}
    young = (EVERYBODY_ASKED, agreed(ANNA, **until_2030), agreed(TOM, **until_2030), agreed(MAJA, **until_2030))
    still_eleven = given(FAMILY, TRIED_AND_OBSERVED, young).at("2028-05-10")
    still_eleven.when(request_slt()).then(AssistanceRequested)
    still_eleven.at("2028-05-11").when(request_slt()).then_refused(
        LearnerToBeAskedAgain, missing=[("own_agreement_wanted", MAJA)]
    )


def test_from_twelve_the_learners_own_agreement_carries_it():
    own = (EVERYBODY_ASKED, agreed(ANNA), agreed(TOM), agreed(MAJA, given_as="learner", helped_by=None))
    given(FAMILY_OF_A_TWELVE_YEAR_OLD, TRIED_AND_OBSERVED, own).when(request_slt()).then(AssistanceRequested)


def test_a_learner_who_cannot_decide_is_heard_instead():
    carers = (FAMILY, TRIED_AND_OBSERVED, EVERYBODY_ASKED, agreed(ANNA), agreed(TOM), LACKS)
    unheard = given(carers).when(request_slt())
    unheard.then_refused(AgreementMissing, missing=[("sought", MAJA)])
    unheard.then_refused_also(LearnerToBeAskedAgain)
    given(carers, views_of(MAJA)).when(request_slt()).then(AssistanceRequested)


def test_capacity_is_presumed():
    given(AT_TWELVE, READY_TO_ASK[1:3], TRIED_AND_OBSERVED, asked(ANNA), asked(TOM), agreed(ANNA), views_of(MAJA)).when(
        request_slt()
    ).then_refused(AgreementMissing, missing=[("not_asked", MAJA)])
