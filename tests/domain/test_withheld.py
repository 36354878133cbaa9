"""What is kept from whom, when a message asks (R92, I25)."""

from datetime import date

from case_api.domain.questions.withheld import withholdings_due
from tests.domain.running import told_after
from tests.domain.test_withholdings import LIFTED, REVIEW, kept, renewed


def test_a_withholding_is_due_from_its_day_of_review_until_somebody_renews_or_lifts_it():
    eve = date(2025, 11, 30)
    assert [len(withholdings_due(told_after([kept()]), day)) for day in (eve, REVIEW, date(2026, 1, 1))] == [0, 1, 1]
    assert withholdings_due(told_after([kept(), renewed()]), REVIEW) == ()
    assert withholdings_due(told_after([kept(), LIFTED]), REVIEW) == ()
