"""Corrections: nothing is edited, and both stories can be told (R111)."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain.case import corrected
from case_api.domain.decisions.records import CorrectRecord, NotCorrectable, ReplacementUnfit
from case_api.domain.event import Unreadable
from case_api.domain.facts.involvement import InvolvementPaused
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import NOON, Running, event_id
from tests.domain.situations import (
    ACCEPTED,
    ANNA,
    APPLIED,
    DIRECTORY,
    EVERYBODY_AGREED,
    FAMILY,
    MOTHER,
    NEED_ASSESSED,
    OBSERVED,
    OPEN_INVOLVEMENT,
    REGISTERED,
    REQUESTED,
    TIMETABLE,
    TOM,
    the,
    views_of,
    withdrew,
)
from tests.domain.test_stages import AUGMENTED

TRIED = (*FAMILY, NEED_ASSESSED, APPLIED, OBSERVED)
THE_SUPPORT = event_id(5)
REALLY_LATER = APPLIED.model_copy(update={"started_on": date(2025, 9, 19)}).model_dump(mode="json", exclude_none=True)


def correct(version: int, replacement: dict[str, object] | None = None) -> CorrectRecord:
    return CorrectRecord(supersedes=event_id(version), reason="slip of the pen", replacement=replacement)


def test_a_fact_is_corrected_by_a_later_one():
    given(TRIED).when(correct(5, REALLY_LATER)).then(
        RecordCorrected(supersedes=THE_SUPPORT, reason="slip of the pen", replacement=REALLY_LATER)
    )


def test_a_correction_about_a_carer_is_sealed_for_that_carer():
    married = MOTHER.model_copy(update={"name": "Anna Nowak-Reid"}).model_dump(mode="json", exclude_none=True)
    given(TRIED).when(correct(2, married)).then(a(RecordCorrected, person_id=ANNA))


def test_the_replacement_stands_where_the_fact_stood():
    running = Running(DIRECTORY)
    running.record(TRIED, NOON)
    running.ask(correct(5, REALLY_LATER))
    measure = running.case.supports.by_id[TIMETABLE]
    assert (measure.started_on, measure.last_score, measure.applied_at_version) == (date(2025, 9, 19), 1, 5)
    assert running.history[4].fact == APPLIED


def test_a_fact_that_never_was_leaves_its_place_empty():
    running = Running(DIRECTORY)
    running.record(TRIED, NOON)
    running.ask(correct(5))
    assert running.case.supports.by_id == {}
    assert running.case.version == len(running.history)
    assert isinstance(corrected(running.history)[4].fact, Unreadable)


def test_the_last_correction_of_a_fact_counts():
    running = Running(DIRECTORY)
    running.record(TRIED, NOON)
    running.ask(correct(5))
    running.ask(correct(5, REALLY_LATER))
    assert running.case.supports.by_id[TIMETABLE].started_on == date(2025, 9, 19)


@pytest.mark.parametrize(
    "fact",
    [*EVERYBODY_AGREED, REQUESTED, ACCEPTED, AUGMENTED, RecordCorrected(supersedes=THE_SUPPORT, reason="?")],
    ids=lambda fact: type(fact).__name__,
)
def test_decisions_and_answers_are_taken_anew_instead(fact):
    given(FAMILY, fact).when(correct(len(FAMILY) + 1)).then_refused(NotCorrectable)


def test_a_withdrawal_is_not_corrected_even_by_one_that_is_whole():
    gone = withdrew(ANNA, datetime(2025, 11, 4, 10, tzinfo=UTC))
    whole = gone.model_dump(mode="json")
    given(FAMILY, EVERYBODY_AGREED, gone).when(correct(len(FAMILY) + 7, whole)).then_refused(NotCorrectable)


def test_there_is_no_case_without_its_learner():
    given(TRIED).when(correct(1)).then_refused(NotCorrectable)
    older = REGISTERED.model_copy(update={"date_of_birth": date(2016, 5, 12)}).model_dump(
        mode="json", exclude_none=True
    )
    given(TRIED).when(correct(1, older)).then(RecordCorrected)


UNFIT = {
    "a part of it": {"started_on": "2025-09-19"},
    "more than it": REALLY_LATER | {"colour": "red"},
    "another measure": REALLY_LATER | {"measure_id": str(the("other"))},
}


@pytest.mark.parametrize("replacement", UNFIT.values(), ids=UNFIT)
def test_a_replacement_is_a_whole_fact_about_the_same_thing(replacement):
    given(TRIED).when(correct(5, replacement)).then_refused(ReplacementUnfit, pointer="/replacement")


def test_words_are_not_put_in_another_persons_mouth():
    said = views_of(ANNA)
    toms = said.model_copy(update={"party": TOM}).model_dump(mode="json", exclude_none=True)
    given(FAMILY, said).when(correct(4, toms)).then_refused(ReplacementUnfit)


def test_a_replacement_keeps_what_the_first_recording_had_to_keep():
    unborn = REGISTERED.model_copy(update={"date_of_birth": date(2026, 1, 1)}).model_dump(mode="json")
    given(FAMILY).when(correct(1, unborn)).then_refused(ReplacementUnfit)
    barred = MOTHER.model_copy(update={"may_contact": False}).model_dump(mode="json")
    given(FAMILY).when(correct(2, barred)).then_refused(ReplacementUnfit)
    given(FAMILY).when(correct(2, barred | {"restriction_reason": "court order"})).then(RecordCorrected)


def test_a_replacement_lies_in_the_past_as_well():
    tomorrow = REALLY_LATER | {"started_on": "2025-11-15"}
    given(TRIED).when(correct(5, tomorrow)).then_refused(NotYetHappened, pointer="/replacement")


def test_only_what_is_on_the_case_is_corrected():
    given(TRIED).when(correct(99)).then_refused(ReferenceUnknown, missing=[("unknown", event_id(99))])


def test_work_pauses_when_the_one_carer_who_agreed_turns_out_to_hold_no_rights():
    nobodys_parent = {"parental_responsibilities_and_rights": {"held": False}}
    not_hers = MOTHER.model_dump(mode="json", exclude_none=True) | nobodys_parent
    only_anna = tuple(fact for fact in OPEN_INVOLVEMENT if getattr(fact, "party", None) != TOM)
    given(only_anna).when(correct(2, not_hers)).then(RecordCorrected, InvolvementPaused)
    given(OPEN_INVOLVEMENT).when(correct(2, not_hers)).then(RecordCorrected)


def test_what_cannot_be_read_is_passed_by():
    running = Running(DIRECTORY)
    running.record((*TRIED, Unreadable(why="unknown", stored_name="Later.v9")), NOON)
    running.record((RecordCorrected(supersedes=event_id(7), reason="?", replacement={"a": 1}),), NOON)
    assert running.case.version == 8


def test_what_was_known_on_a_day_is_a_prefix_of_the_record():
    running = Running(DIRECTORY)
    running.record(TRIED, NOON)
    running.now = datetime(2026, 3, 17, 12, tzinfo=UTC)
    running.ask(correct(5, REALLY_LATER))
    assert running.known_on(datetime(2026, 1, 1, tzinfo=UTC)).supports.by_id[TIMETABLE].started_on == date(2025, 9, 16)
    assert running.known_on(datetime(2026, 4, 1, tzinfo=UTC)).supports.by_id[TIMETABLE].started_on == date(2025, 9, 19)
