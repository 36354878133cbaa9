"""How long a record is kept: by the rules of the pack, each counted from a day on record."""

from datetime import date, timedelta

import pytest

from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.placements import LearnerLeft
from case_api.domain.matter import Matter
from case_api.domain.profiles import RetentionRule
from case_api.domain.questions.retaining import case_terms, due_on, matter_terms, years_after
from tests.domain.protecting import CONCERN_RECORDED, matter_with
from tests.domain.running import CASE, NOON, POLICY, Running
from tests.domain.situations import ACCEPTED, DIRECTORY, FAMILY, REQUEST, REQUESTED, the

LEFT = LearnerLeft(left_on=date(2026, 6, 26), reason="school_over")
ENDED = InvolvementEnded(request_id=REQUEST, service="slt", outcome="met", summary="Done.")
LATER = date(2040, 1, 1)


def running(*facts):
    under_way = Running(DIRECTORY)
    for fact in facts:
        under_way.now += timedelta(minutes=1)
        under_way.record((fact,), under_way.now)
    return under_way


def due(*facts, on=LATER, policy=POLICY):
    return due_on(case_terms(running(*FAMILY, *facts).case, on, policy))


def kept_by(*rules):
    return POLICY.model_copy(update={"retention": rules})


def rule(counts_from, years=5, record="case"):
    return RetentionRule(record=record, counts_from=counts_from, years=years, source="the schedule")


def test_a_case_is_due_five_years_after_the_learner_left():
    assert due(LEFT) == date(2031, 6, 26)


def test_a_case_is_never_due_while_nobody_noted_that_the_learner_left():
    assert due() is None
    assert due(LEFT, on=date(2026, 6, 25)) is None, "the day lies ahead"


def test_where_a_service_was_asked_its_last_work_keeps_the_record_too():
    assert due(LEFT, REQUESTED) is None, "the request is open"
    ended_after = running(*FAMILY, REQUESTED, ACCEPTED, ENDED, LEFT).case
    assert due_on(case_terms(ended_after, LATER, POLICY)) == date(2031, 6, 26)
    [_, involvement] = case_terms(ended_after, LATER, POLICY)
    assert involvement.counts_from == NOON.date()


def test_the_rule_that_keeps_longest_counts():
    policy = kept_by(rule("leaving"), rule("birth", 31))
    assert due(LEFT, policy=policy) == date(2047, 5, 11)


def test_a_rule_may_count_from_the_last_fact():
    assert due(policy=kept_by(rule("last_fact", 3))) == date(2028, 11, 14)


def test_without_a_rule_a_record_is_kept_for_ever():
    assert due(LEFT, policy=kept_by()) is None


def test_a_matter_has_rules_of_its_own():
    case = running(*FAMILY, LEFT).case
    assert due_on(matter_terms(Matter(the("matter")), case, LATER, POLICY)) == date(2041, 5, 11)


def test_a_matter_whose_learner_was_erased_counts_from_the_concern_since_they_were_born_by_then():
    gone = running(*FAMILY, PersonalDataKeyDestroyed(reason="request_upheld", facts=4, key_ids=(CASE,))).case
    matter = matter_with(CONCERN_RECORDED)
    [term] = matter_terms(matter, gone, LATER, POLICY)
    assert (term.counts_from, term.at_latest, term.due_on) == (NOON.date(), True, date(2050, 11, 14))
    assert due_on(matter_terms(matter, gone, LATER, kept_by(rule("leaving", record="matter")))) is None


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2024, 2, 29), 5, date(2029, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2026, 6, 26), 5, date(2031, 6, 26)),
    ],
)
def test_years_run_to_the_same_day(day, years, expected):
    assert years_after(day, years) == expected
