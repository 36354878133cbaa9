"""A child who grows up is asked anew, at twelve and at sixteen; meanwhile what was asked for goes on (I3, E47)."""

from datetime import date, datetime
from typing import Any

import pytest

from case_api.domain.decisions.involvement import RecordInput
from case_api.domain.decisions.watches import RaiseWatches
from case_api.domain.event import Event
from case_api.domain.facts.agreements import ConsentGranted, ConsentRefused, ConsentSought, ConsentWithdrawn
from case_api.domain.facts.involvement import AssistanceInputRecorded, InvolvementEnded, InvolvementPaused
from case_api.domain.facts.people import CapacityAssessed
from case_api.domain.facts.requests import AssistanceRequested, AssistanceWithdrawn
from case_api.domain.facts.watches import WatchRaised
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.asking_refused import AgreementMissing, LearnerToBeAskedAgain
from case_api.domain.questions.reconfirming import birthday, reconfirmations_due
from tests.domain.dsl import Facts, a, given, on
from tests.domain.running import POLICY, Running
from tests.domain.situations import (
    ACCEPTED,
    ANNA,
    EVERYBODY_ASKED,
    FATHER,
    MAJA,
    MOTHER,
    REGISTERED,
    REQUEST,
    REQUESTED,
    TOM,
    TRIED_AND_OBSERVED,
    agree,
    agreed,
    agreement,
    asked,
    refuse,
    refused,
    request_slt,
    seek,
    views_of,
    withdraw,
    withdrew,
)

AT_TWELVE, AT_SIXTEEN = date(2026, 2, 2), date(2026, 2, 2)
ISLA = REGISTERED.model_copy(update={"date_of_birth": date(2014, 2, 2)})
YOUNG_PERSON = REGISTERED.model_copy(update={"date_of_birth": date(2010, 2, 2)})
LATER: dict[str, Any] = {
    "holds_from": date(2026, 2, 5),
    "until": date(2027, 2, 5),
    "given_as": "learner",
    "helped_by": None,
}
SEEN = RecordInput(kind="input", input_kind="assessment", place="school", summary="Seen.")


def agreed_in_autumn(learner: Event, given_as: str = "assent_under_age") -> tuple[Event, ...]:
    family = (learner, MOTHER, FATHER, *TRIED_AND_OBSERVED, *EVERYBODY_ASKED)
    return (*family, agreed(ANNA), agreed(TOM), agreed(MAJA, given_as=given_as))


CHILD = agreed_in_autumn(ISLA)
WORK = (*CHILD, REQUESTED, ACCEPTED)
ASKED_AGAIN = on("2026-02-02", asked(MAJA, again="2"))
AGREED_AGAIN = on("2026-02-05", agreed(MAJA, again="2", **LATER))
TEENAGER = agreed_in_autumn(YOUNG_PERSON, "learner")
TEENAGERS_WORK = (*TEENAGER, REQUESTED, ACCEPTED)


def due(*facts: Facts, day: date) -> list[tuple[Any, str, date, bool]]:
    case = running(*facts, day=day).case
    return [(one.party, one.cause, one.since, one.asked) for one in reconfirmations_due(case, POLICY, day)]


def running(*facts: Facts, day: date) -> Running:
    return given(*facts).at(day.isoformat()).when(seek(ANNA)).running


def slt(*facts: Facts, day: str):
    return given(*facts).at(day).by("slt", services=frozenset({"slt"})).when(SEEN, REQUEST)


def test_a_child_is_asked_anew_from_the_twelfth_birthday_on():
    assert due(WORK, day=date(2026, 2, 1)) == []
    assert due(WORK, day=AT_TWELVE) == [(MAJA, "birthday", AT_TWELVE, False)]
    assert due(WORK, ASKED_AGAIN, day=AT_TWELVE) == [(MAJA, "birthday", AT_TWELVE, True)]
    assert due(WORK, ASKED_AGAIN, AGREED_AGAIN, day=date(2026, 2, 6)) == []


def test_until_she_answers_her_assent_carries_what_was_asked_for():
    slt(WORK, ASKED_AGAIN, day="2026-02-03").then(AssistanceInputRecorded)


def test_until_she_answers_her_assent_carries_no_new_request():
    given(CHILD, ASKED_AGAIN).at("2026-02-03").when(request_slt()).then_refused(
        LearnerToBeAskedAgain, missing=[("own_agreement_wanted", MAJA)]
    )


def test_her_own_agreement_takes_the_place_of_the_assent_and_the_work_goes_on():
    answered = given(WORK, ASKED_AGAIN).at("2026-02-05").when(agree(), agreement(MAJA, "2"))
    answered.then(ConsentGranted)
    [granted] = answered.decision.events
    assert isinstance(granted, ConsentGranted)
    assert granted.given_as == "learner"
    slt(WORK, ASKED_AGAIN, AGREED_AGAIN, day="2026-02-06").then(AssistanceInputRecorded)
    given(CHILD, ASKED_AGAIN, AGREED_AGAIN).at("2026-02-06").when(request_slt()).then(AssistanceRequested)


@pytest.mark.parametrize(("work", "follows"), [((*CHILD, REQUESTED), AssistanceWithdrawn), (WORK, InvolvementPaused)])
def test_her_no_after_the_birthday_takes_the_assent_back(work: tuple[Event, ...], follows: type[Event]):
    given(work, ASKED_AGAIN).at("2026-02-05").when(refuse(), agreement(MAJA, "2")).then(ConsentRefused, follows)


def test_her_no_leaves_the_carers_agreement_as_it_is():
    told = running(WORK, ASKED_AGAIN, on("2026-02-05", refused(MAJA, again="2")), day=date(2026, 2, 6))
    parties = agreement_set(told.case, "slt", "speech", told.now, POLICY)
    assert {one.party: one.status for one in parties.parties} == {ANNA: "granted", TOM: "granted", MAJA: "refused"}


def test_she_may_take_the_assent_back_without_being_asked():
    withdrawn = given(WORK).at("2026-02-03").when(withdraw(), agreement(MAJA))
    withdrawn.then(ConsentWithdrawn, InvolvementPaused)


def test_being_asked_anew_asks_nobody_else_anew():
    given(WORK).at("2026-02-02").when(seek(MAJA)).then(ConsentSought)
    assert {party for party, *_ in due(WORK, day=date(2026, 3, 1))} == {MAJA}


def test_what_is_over_is_not_asked_about():
    ended = InvolvementEnded(request_id=REQUEST, service="slt", outcome="met", summary="Done.")
    assert due(WORK, ended, day=AT_TWELVE) == []


def test_whoever_was_found_unable_to_decide_is_not_asked_to():
    lacks = CapacityAssessed(
        matter="requests", outcome="lacks", assessor="Dr Gow", basis="Seen", valid_until=date(2030, 1, 1)
    )
    assert due(WORK, lacks, day=AT_TWELVE) == []


def test_an_agreement_that_outlasts_a_year_is_asked_for_anew_after_it():
    long = agreed(TOM, until=date(2029, 1, 1))
    facts = (*CHILD[:-2], long)
    told = date(2025, 9, 15)
    since = date(2026, 9, 15)
    assert due(on(told.isoformat(), *facts), day=date(2026, 9, 14)) == []
    assert due(on(told.isoformat(), *facts), day=since) == [(TOM, "time", since, False)]


def test_from_sixteen_a_young_person_decides_alone():
    told = running(TEENAGER, day=AT_SIXTEEN)
    parties = agreement_set(told.case, "slt", "speech", told.now, POLICY)
    assert (parties.carers, parties.young_person_decides) == ((), True)
    assert due(TEENAGERS_WORK, day=AT_SIXTEEN) == [(MAJA, "birthday", AT_SIXTEEN, False)]


def test_at_sixteen_what_was_agreed_with_the_parents_carries_no_new_request():
    given(TEENAGER).at("2026-02-03").when(request_slt()).then_refused(
        LearnerToBeAskedAgain, missing=[("own_agreement_wanted", MAJA)]
    )
    slt(TEENAGERS_WORK, day="2026-02-03").then(AssistanceInputRecorded)


def test_from_sixteen_the_young_persons_agreement_is_enough():
    alone = (YOUNG_PERSON, MOTHER, FATHER, *TRIED_AND_OBSERVED)
    own = on("2026-02-05", asked(MAJA), agreed(MAJA, **LATER))
    given(alone, own).at("2026-02-06").when(request_slt()).then(AssistanceRequested)
    without_parents = (YOUNG_PERSON, *TRIED_AND_OBSERVED)
    given(without_parents, own).at("2026-02-06").when(request_slt()).then(AssistanceRequested)
    given(alone).at("2026-02-06").when(request_slt()).then_refused(AgreementMissing, missing=[("not_asked", MAJA)])


def test_from_sixteen_a_parents_no_stops_nothing():
    said_no = on("2026-02-03", withdrew(TOM, datetime.fromisoformat("2026-02-03T09:00:00+00:00")))
    slt(TEENAGERS_WORK, said_no, day="2026-02-04").then(AssistanceInputRecorded)
    given(TEENAGERS_WORK).at("2026-02-03").when(withdraw(), agreement(TOM)).then(ConsentWithdrawn)
    given(TEENAGERS_WORK).at("2026-02-01").when(withdraw(), agreement(TOM)).then(ConsentWithdrawn, InvolvementPaused)


def test_from_sixteen_work_that_a_parent_stopped_resumes_with_the_young_persons_word():
    stopped = (
        *on("2026-01-20", withdrew(TOM, datetime.fromisoformat("2026-01-20T09:00:00+00:00"))),
        *on(
            "2026-01-20",
            InvolvementPaused(request_id=REQUEST, service="slt", cause="withdrawn", acknowledge_by=date(2026, 1, 27)),
        ),
    )
    answered = given(TEENAGERS_WORK, stopped, ASKED_AGAIN).at("2026-02-05").when(agree(), agreement(MAJA, "2"))
    assert [type(one).__name__ for one in answered.decision.events] == ["ConsentGranted", "InvolvementResumed"]


def test_at_sixteen_the_parents_are_asked_still_where_the_young_person_cannot_decide():
    lacks = CapacityAssessed(
        matter="requests", outcome="lacks", assessor="Dr Gow", basis="Seen", valid_until=date(2030, 1, 1)
    )
    facts = (YOUNG_PERSON, MOTHER, FATHER, *TRIED_AND_OBSERVED, lacks, views_of(MAJA))
    given(facts).at("2026-02-06").when(request_slt()).then_refused(AgreementMissing)
    given(facts, asked(ANNA), asked(TOM), agreed(ANNA), agreed(TOM)).at("2026-02-06").when(request_slt()).then(
        AssistanceRequested
    )


def test_that_she_is_to_be_asked_stands_out_from_the_birthday_until_she_is():
    looked = given(WORK).at("2026-02-02").when(RaiseWatches(occurred_at=AT_TWELVE))
    looked.then(a(WatchRaised, watch="agreement_to_reconfirm", ref=agreement(MAJA), since=AT_TWELVE))
    given(WORK).at("2026-02-01").when(RaiseWatches(occurred_at=date(2026, 2, 1))).then_nothing()
    given(WORK, ASKED_AGAIN).at("2026-02-03").when(RaiseWatches(occurred_at=AT_TWELVE)).then_nothing()


def test_one_born_on_a_leap_day_comes_of_age_on_the_first_of_march():
    assert birthday(date(2012, 2, 29), 12) == date(2024, 2, 29)
    assert birthday(date(2012, 2, 29), 13) == date(2025, 3, 1)
    assert birthday(date(2014, 2, 2), 12) == AT_TWELVE
