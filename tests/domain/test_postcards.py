"""Postcards: short, about one strategy, in both directions, and never in the place of the usual ways."""

from dataclasses import replace
from datetime import date

import pytest

from case_api.domain.decisions.postcards import (
    AnsweredBeforeSent,
    CarerNotToBeContacted,
    NotTheirTurn,
    PostcardAboutSomethingElse,
    ReplyPostcard,
    SendPostcard,
    WordsOfTheOtherSide,
)
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.postcards import PostcardReplied, PostcardSent
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.references import NotOnThisCase, ReferenceUnknown
from tests.domain.dsl import On, a, given
from tests.domain.running import POLICY, Running, new
from tests.domain.situations import ANNA, BARRED, DEAN, DIRECTORY, FAMILY, MAJA, MOTHER, REGISTERED, TOM, the

CARD = the("card")
PICTURES = PostcardSent(
    thread=CARD, direction="try_at_home", carer=ANNA, staff="okafor", text="Cztery obrazki.", language="pl"
)
SONG = PostcardSent(thread=CARD, direction="tried_at_home", carer=ANNA, text="A song for tidying.", language="en")
FOUR_NIGHTS = PostcardReplied(thread=CARD, carer=ANNA, rating=4, text="Four nights of five.", language="en")


def send(**more) -> SendPostcard:
    said = {"direction": "try_at_home", "carer": ANNA, "text": "Cztery obrazki przed snem.", "language": "pl"} | more
    return SendPostcard(**said)


def reply(**more) -> ReplyPostcard:
    return ReplyPostcard(**{"text": "It worked.", "language": "en"} | more)


def test_the_school_sends_a_carer_something_to_try_at_home():
    given(FAMILY).by("okafor").when(send(strategy_code="visual_timetable")).then(
        a(PostcardSent, thread=new(1), carer=ANNA, staff="okafor", strategy_code="visual_timetable", about="strategy")
    )


def test_a_carer_tells_of_something_tried_at_home():
    given(FAMILY).by(str(ANNA), person=ANNA).when(send(direction="tried_at_home")).then(a(PostcardSent, staff=None))


def test_the_school_may_write_down_what_a_carer_tells():
    given(FAMILY).by("okafor").when(send(direction="tried_at_home")).then(a(PostcardSent, carer=ANNA, staff=None))


@pytest.mark.parametrize("about", ["meeting", "agreement", "stage", "protection", "strategies"])
def test_a_postcard_is_about_a_strategy_and_nothing_else(about):
    given(FAMILY).when(send(about=about)).then_refused(PostcardAboutSomethingElse, pointer="/about")
    given(FAMILY).when(send(about="strategy")).then(PostcardSent)


def test_a_strategy_that_is_named_is_one_of_the_catalogue():
    given(FAMILY).when(send(strategy_code="magic")).then_refused(ReferenceUnknown, pointer="/strategy_code")
    given(FAMILY).when(send(strategy_code=None)).then(PostcardSent)


@pytest.mark.parametrize("person", [MAJA, the("stranger")])
def test_a_postcard_is_exchanged_with_a_carer_of_this_learner(person):
    given(FAMILY).when(send(carer=person)).then_refused(ReferenceUnknown, pointer="/carer")


def test_the_school_writes_to_nobody_whom_it_may_not_contact():
    barred = [("may_not_be_contacted", DEAN)]
    theirs = SONG.model_copy(update={"carer": DEAN})
    given(REGISTERED, BARRED).when(send(carer=DEAN)).then_refused(CarerNotToBeContacted, missing=barred)
    given(REGISTERED, BARRED, theirs).when(reply(), CARD).then_refused(CarerNotToBeContacted, missing=barred)
    given(REGISTERED, BARRED).when(send(carer=DEAN, direction="tried_at_home")).then(PostcardSent)


def test_nobody_writes_in_the_name_of_the_other_side():
    given(FAMILY).by(str(ANNA), person=ANNA).when(send()).then_refused(WordsOfTheOtherSide)
    given(FAMILY).when(send(direction="tried_at_home", staff="okafor")).then_refused(
        WordsOfTheOtherSide, pointer="/staff"
    )
    given(FAMILY, SONG).by(str(ANNA), person=ANNA).when(reply(), CARD).then_refused(WordsOfTheOtherSide)
    given(FAMILY, PICTURES).when(reply(carer=ANNA, staff="okafor"), CARD).then_refused(
        WordsOfTheOtherSide, pointer="/staff"
    )


def test_the_other_side_answers():
    given(FAMILY, PICTURES).when(reply(carer=ANNA, rating=4), CARD).then(
        a(PostcardReplied, thread=CARD, carer=ANNA, staff=None, rating=4)
    )
    given(FAMILY, SONG).by("okafor").when(reply(), CARD).then(a(PostcardReplied, carer=None, staff="okafor"))


@pytest.mark.parametrize(
    ("card", "answer"), [(PICTURES, reply()), (SONG, reply(carer=ANNA)), (PICTURES, reply(carer=TOM))]
)
def test_nobody_answers_their_own_postcard_or_one_to_somebody_else(card, answer):
    given(FAMILY, card).when(answer, CARD).then_refused(NotTheirTurn, pointer="/carer")


def test_school_and_home_take_turns():
    given(FAMILY, PICTURES, FOUR_NIGHTS).when(reply(carer=ANNA), CARD).then_refused(NotTheirTurn)
    given(FAMILY, PICTURES, FOUR_NIGHTS).when(reply(), CARD).then(PostcardReplied)


def test_an_answer_does_not_come_before_its_postcard():
    card = On(date(2025, 9, 26), PICTURES)
    given(FAMILY, card).when(reply(carer=ANNA, occurred_at=date(2025, 9, 25)), CARD).then_refused(
        AnsweredBeforeSent, pointer="/occurred_at"
    )
    given(FAMILY, card).when(reply(carer=ANNA, occurred_at=date(2025, 9, 26)), CARD).then(PostcardReplied)


def test_a_postcard_that_is_not_there_cannot_be_answered():
    given(FAMILY).when(reply(), CARD).then_refused(NotOnThisCase)
    given(FAMILY, PICTURES).when(reply(carer=ANNA), CARD).then_not_refused_for(NotOnThisCase)


def test_for_a_carer_the_postcards_of_another_carer_are_not_there():
    given(FAMILY, PICTURES).by(str(TOM), person=TOM).when(reply(carer=TOM), CARD).then_refused(NotOnThisCase)
    given(FAMILY, PICTURES).by(str(ANNA), person=ANNA).when(reply(carer=ANNA), CARD).then(PostcardReplied)


def test_an_answer_to_a_postcard_that_was_taken_back_is_passed_by():
    running = Running(DIRECTORY)
    running.record([*FAMILY, FOUR_NIGHTS], running.now)
    assert not running.case.postcards.threads


def threads_on(*facts, day):
    running = Running(DIRECTORY)
    for fact in facts:
        running.record([fact.fact], fact.day)
    at = running.now.replace(year=day.year, month=day.month, day=day.day)
    return running.case.postcards.at(at, POLICY.tz)


def test_a_postcard_waits_from_the_day_it_was_sent_to_the_day_of_the_first_answer():
    told = (On(date(2025, 9, 26), PICTURES), On(date(2025, 10, 6), FOUR_NIGHTS))
    assert threads_on(*told, day=date(2025, 9, 25)) == ()
    [waiting] = threads_on(*told, day=date(2025, 10, 5))
    [answered] = threads_on(*told, day=date(2025, 10, 6))
    assert (waiting.awaits, answered.awaits, answered.turn) == ("home", None, "school")


OKAFOR = StaffAssigned(
    staff="okafor", setting="burnside-primary", setting_class="p5", role="teacher", from_day=date(2025, 8, 18)
)
HAY = NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))


def heard_by(*facts, staff=(OKAFOR,), year="p5"):
    """Who hears of the last of *facts*, and in which role."""
    running = Running(replace(DIRECTORY, staff=staff))
    running.record([REGISTERED.model_copy(update={"year_stage": year}), MOTHER, HAY, *facts], running.now)
    found = recipients(running.case, running.history[-1], POLICY, running.directory, running.now.date())
    return [(one.recipient, one.role) for one in found]


def test_what_the_school_writes_reaches_the_carer():
    assert heard_by(PICTURES) == [(str(ANNA), "carer")]
    assert heard_by(SONG, PostcardReplied(thread=CARD, staff="okafor", text="We sing it.", language="en")) == [
        (str(ANNA), "carer")
    ]


def test_a_carers_postcard_reaches_the_class_teacher_or_else_the_named_person():
    left = OKAFOR.model_copy(update={"until": date(2025, 11, 1)})
    assistant = OKAFOR.model_copy(update={"staff": "dar", "role": "support_assistant"})
    assert heard_by(SONG) == [("staff:okafor", "teacher")]
    assert heard_by(SONG, staff=(left, assistant)) == [("staff:hay", "teacher")]
    assert heard_by(SONG, year=None) == [("staff:hay", "teacher")]


def test_a_carers_answer_reaches_whoever_wrote_to_them():
    assert heard_by(PICTURES.model_copy(update={"staff": "dar"}), FOUR_NIGHTS) == [("staff:dar", "teacher")]


def test_a_carer_whom_the_school_may_no_longer_contact_hears_of_nothing():
    assert heard_by(PICTURES, MOTHER.model_copy(update={"may_contact": False}), PICTURES) == []
