"""The collaboration report: what nobody can tell from it about a learner, however often they ask."""

from datetime import date
from fractions import Fraction
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from case_api.boards.collaboration import OccasionRow
from case_api.boards.collaboration_bands import Counted, Days, Share, share, share_of, shown_settings
from case_api.boards.collaboration_report import Report, report
from case_api.domain.calendar import SchoolCalendar, Session
from tests.story import POLICY

SCHOOL = "burnside-primary"
FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)


def occasions(what, learners, each=1, day=date(2025, 11, 4), **more) -> list[OccasionRow]:
    numbers = count()
    return [
        OccasionRow(UUID(int=n), next(numbers), what, day, day, SCHOOL, more.get("good", 1), more.get("days"), None)
        for n in range(learners)
        for _ in range(each)
    ]


def report_on(*rows: OccasionRow, staff=(), setting: str | None = SCHOOL):
    return report(rows, staff, POLICY.calendar, setting, FIRST, LAST)


def said(figure):
    return figure.model_dump(exclude_none=True, exclude={"learners"})


def test_fewer_than_ten_learners_give_no_figure_however_much_they_did():
    nine, ten = report_on(*occasions("decision", 9, each=40)), report_on(*occasions("decision", 10))
    assert nine.learners_views.model_dump(exclude_none=True) == {"left_out": "too_few"}
    assert ten.learners_views.learners == 10
    assert report_on(*occasions("learner", 9)).learners is None
    assert report_on(*occasions("learner", 14)).learners == 10


@pytest.mark.parametrize(
    ("good", "total", "told"),
    [
        (100, 100, {"at_least": 95}),
        (96, 100, {"at_least": 95}),
        (94, 100, {"at_least": 90, "at_most": 95}),
        (63, 100, {"at_least": 60, "at_most": 65}),
        (4, 100, {"at_most": 5}),
        (0, 100, {"at_most": 5}),
        (10, 10, {"at_least": 50}),
        (4, 10, {"at_most": 50}),
        (8, 19, {"at_least": 40, "at_most": 50}),
        (9, 9, {"left_out": "too_few"}),
    ],
)
def test_a_share_tells_nobody_who_the_few_are(good, total, told):
    assert said(share_of([Fraction(n < good) for n in range(total)])) == told


def test_all_and_all_but_four_look_alike_whatever_their_number():
    for total in range(10, 200):
        for some in ((total - few for few in range(5)), range(5)):
            assert len({share_of(alike(good, total)).model_dump_json() for good in some}) == 1


def alike(good: int, total: int) -> list[Fraction]:
    return [Fraction(n < good) for n in range(total)]


def test_a_bound_is_true():
    for total in range(10, 120):
        for good in range(total + 1):
            low, high = bounds(share_of(alike(good, total)))
            assert low <= 100 * good / total <= high


def bounds(figure: Share) -> tuple[int, int]:
    return figure.at_least or 0, 100 if figure.at_most is None else figure.at_most


def test_one_learner_for_whom_much_was_done_counts_like_any_other():
    nobody, much = occasions("decision", 30, good=0), occasions("decision", 1, each=3000)
    beside = [replace(row, case_id=UUID(int=99)) for row in much]
    assert said(report_on(*nobody, *beside).learners_views) == said(report_on(*nobody).learners_views)


MESSAGES = ("from_home", "from_school")
AN_OCCASION = st.tuples(
    st.sampled_from(["thread", "decision", "pack", "recommendation", "note", "wait", "staff_told", *MESSAGES]),
    st.booleans(),
    st.none() | st.integers(0, 200),
    st.sampled_from([date(2025, 9, 1), date(2025, 11, 10), date(2026, 2, 10)]),
    st.sampled_from(["okafor", "hay", "other"]),
    st.integers(1, 30),
)
A_LEARNER = st.lists(AN_OCCASION, max_size=6)
ORDER = ("up to 5", "6-10", "11-20", "over 20")


def rows_of(learner: int, done, setting: str = SCHOOL) -> list[OccasionRow]:
    case_id = UUID(int=learner)
    made = [OccasionRow(case_id, 0, "learner", FIRST, LAST, setting, 1, None, None)]
    for what, good, days, day, staff, times in done:
        made += [OccasionRow(case_id, 0, what, day, day, setting, int(good), days, staff)] * times
    return made


def figures(found: Report) -> dict[str, Share | Days]:
    return {name: one for name, one in found if isinstance(one, Share | Days)}


def at_most_a_band_apart(one: Share | Days, other: Share | Days) -> bool:
    """Bounds that meet, or bands that are neighbours."""
    if isinstance(one, Days) and isinstance(other, Days):
        assert one.school_days
        assert other.school_days
        return abs(ORDER.index(one.school_days) - ORDER.index(other.school_days)) <= 1
    assert isinstance(one, Share)
    assert isinstance(other, Share)
    (low, high), (begin, end) = bounds(one), bounds(other)
    return low <= end and begin <= high


@settings(max_examples=150, deadline=None)
@given(few=st.lists(A_LEARNER, min_size=1, max_size=4), many=st.integers(8, 40), one_more=A_LEARNER)
def test_one_learner_more_or_less_moves_no_figure_by_more_than_a_band(few, many, one_more):
    cohort = [row for n in range(many) for row in rows_of(n, few[n % len(few)])]
    with_them = [*cohort, *rows_of(many, one_more)]
    staff = ("okafor", "hay")
    before, after = report_on(*cohort, staff=staff), report_on(*with_them, staff=staff)
    for name, figure in figures(before).items():
        other = figures(after)[name]
        if not figure.left_out and not other.left_out:
            assert at_most_a_band_apart(figure, other), name
        assert (figure.learners or 10) <= (other.learners or 10) + 5
    if many < 10:
        assert {figure.left_out for figure in figures(before).values()} == {"too_few"}


def counted(**learners: int) -> list[Counted]:
    """So many learners in each setting."""
    numbers = count()
    return [Counted(UUID(int=next(numbers)), code, 1) for code, many in learners.items() for _ in range(many)]


@pytest.mark.parametrize(
    ("learners", "shown"),
    [
        ({"a": 20}, {"a"}),
        ({"a": 20, "b": 10}, {"a", "b"}),
        ({"a": 20, "b": 9}, set()),
        ({"a": 20, "b": 1}, set()),
        ({"a": 20, "b": 5, "c": 5}, {"a"}),
        ({"a": 20, "b": 15, "c": 3}, {"a"}),
        ({"a": 9}, set()),
    ],
)
def test_a_setting_is_left_out_where_it_would_tell_of_the_few_elsewhere(learners, shown):
    found = counted(**learners)
    assert shown_settings(found) == shown
    for code in learners:
        assert bool(share(found, code).left_out) == (code not in shown)
    assert bool(share(found, None).left_out) == (sum(learners.values()) < 10)


def test_each_figure_of_a_setting_looks_at_its_own_learners_elsewhere():
    here = [*occasions("decision", 12), *occasions("thread", 12, days=3)]
    few = [replace(row, case_id=UUID(int=900), setting="b") for row in occasions("decision", 1)]
    found = report_on(*here, *few)
    assert (found.learners_views.left_out, found.replies.left_out) == ("too_few", None)
    assert report_on(*here, *few, setting=None).learners_views.learners == 10


def test_reciprocity_is_the_mean_of_learners_terms():
    autumn, winter = date(2025, 9, 1), date(2025, 11, 10)
    even = [*occasions("from_home", 20, day=autumn), *occasions("from_school", 20, day=autumn)]
    uneven = [*occasions("from_home", 20, day=winter), *occasions("from_school", 20, each=4, day=winter)]
    assert said(report_on(*even).reciprocity) == {"at_least": 75}
    assert said(report_on(*even, *uneven).reciprocity) == {"at_least": 60, "at_most": 65}
    assert said(report_on(*occasions("from_school", 12, day=autumn)).reciprocity) == {"at_most": 50}


def test_days_are_those_of_what_was_answered_in_bands():
    found = report_on(*occasions("thread", 12, days=7), *occasions("thread", 12, good=0))
    assert (found.reply_days.school_days, said(found.replies)) == ("6-10", {"at_least": 50})
    for days, band in ((0, "up to 5"), (5, "up to 5"), (11, "11-20"), (20, "11-20"), (21, "over 20"), (900, "over 20")):
        assert report_on(*occasions("wait", 11, days=days)).wait_days.school_days == band


def test_learners_of_whom_staff_beyond_management_hear_are_a_share_of_them_all():
    heard = [replace(row, staff="okafor") for row in occasions("staff_told", 12, each=3)]
    led = [replace(row, staff="head") for row in occasions("staff_told", 24)]
    found = report_on(*occasions("learner", 24), *heard, *led, staff=("okafor", "hay"))
    assert said(found.staff_informed) == {"at_least": 50, "at_most": 55}
    assert report_on(*occasions("learner", 24), *heard).staff_informed.left_out == "too_few", "without staff"
    assert report_on(*heard, staff=("okafor",)).staff_informed.left_out == "too_few", "without a cohort"


def test_a_term_is_what_lies_between_breaks():
    term_of = POLICY.calendar.term_of
    assert term_of(date(2025, 8, 18)) == term_of(date(2025, 10, 15)) == date(2025, 8, 18)
    assert term_of(date(2025, 10, 18)) == term_of(date(2025, 12, 25)) == date(2025, 10, 18)
    assert term_of(date(2026, 6, 26)) == date(2026, 4, 18)
    assert term_of(date(2026, 7, 10)) == date(2026, 7, 1)


def test_a_period_is_one_whole_term_or_one_whole_school_year():
    period, year = POLICY.calendar.period, (date(2025, 8, 18), date(2026, 6, 26))
    autumn, winter = (date(2025, 8, 18), date(2025, 10, 17)), (date(2025, 10, 18), date(2026, 1, 5))
    for first, last, found in (
        (date(2025, 9, 1), date(2025, 9, 1), autumn),
        (*autumn, autumn),
        (date(2025, 10, 18), date(2025, 11, 3), winter),
        (date(2025, 10, 17), date(2025, 10, 18), year),
        (*year, year),
        (date(2025, 8, 17), date(2025, 9, 1), None),
        (date(2026, 6, 1), date(2026, 9, 1), None),
        (date(2031, 9, 1), date(2031, 9, 2), None),
    ):
        assert period(first, last) == found
    whole = Session(first=date(2030, 8, 19), last=date(2031, 6, 27))
    assert SchoolCalendar((whole,), frozenset()).period(date(2030, 9, 1), date(2031, 2, 1)) == (whole.first, whole.last)
