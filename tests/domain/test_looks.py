"""Rows of who looked are removed once the schedule keeps them no longer, and never before (R111)."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from case_api.domain.decisions.looks import LooksStillKept, PruneLooks
from case_api.domain.facts.authority import LooksPruned
from case_api.domain.policy import Policy
from case_api.domain.profiles import RetentionRule
from case_api.domain.questions.retaining import looks_kept_from
from case_api.domain.words import start_of
from tests.domain.dsl import a, given
from tests.domain.running import NOON, POLICY

OVER = start_of(date(2019, 11, 14), POLICY.tz)
"""Six years before the noon of the tests."""
PRUNE = PruneLooks(looked_from=OVER - timedelta(days=90), looked_before=OVER, rows=3, decided_by="okafor")


def rule(record, counts_from, years=6):
    return RetentionRule(record=record, counts_from=counts_from, years=years, source="the schedule")


def test_what_was_removed_is_a_fact_with_its_time_and_number():
    given().when(PRUNE).then(a(LooksPruned, rows=3, decided_by="okafor", looked_before=OVER))


def test_what_the_schedule_keeps_is_not_removed():
    a_second_more = PRUNE.model_copy(update={"looked_before": OVER + timedelta(seconds=1)})
    given().when(a_second_more).then_refused(LooksStillKept, pointer="/looked_before")


def test_without_a_rule_they_are_kept_for_ever():
    assert looks_kept_from(NOON.date(), POLICY) == date(2019, 11, 14)
    kept = POLICY.model_copy(update={"retention": (rule("case", "leaving"),)})
    assert looks_kept_from(NOON.date(), kept) is None


@pytest.mark.parametrize(("record", "counts_from"), [("looks", "birth"), ("case", "looking"), ("matter", "looking")])
def test_who_looked_counts_from_looking_and_nothing_else_does(record: str, counts_from: str):
    whole = POLICY.model_dump()
    with pytest.raises(ValidationError, match="kept from looking on"):
        Policy.model_validate(whole | {"retention": [rule(record, counts_from).model_dump()]})
