"""What services and readers owe stands out too, and those whom it waits for hear of it (I25, I26, R83)."""

from datetime import UTC, date, datetime

from case_api.domain.decisions.watches import RaiseWatches as Look
from case_api.domain.decisions.watches import raise_watches
from case_api.domain.event import Event
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.told import Told
from case_api.domain.facts.watches import WatchCleared, WatchEscalated, WatchRaised
from case_api.domain.questions.recipients import recipients
from tests.domain.running import POLICY, Running, authority_after, told_after
from tests.domain.situations import MAJA, READY_TO_ASK, REQUEST, agreement, asked
from tests.domain.test_clocks_of_requests import BEGAN, DUE, ON_A_DUTY, RECOMMENDED
from tests.domain.test_recommendations import CARDS, MADE, STARTED, acknowledged, assigned, shared
from tests.domain.test_reconfirming import AT_TWELVE, CHILD
from tests.domain.test_withholdings import LIFTED, REVIEW, kept, renewed

HAY = NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))
SCHOOL = authority_after([assigned("hay", "pupil_support", None), assigned("okafor", "teacher")])


def after(*facts: tuple[str, Event]) -> Running:
    """A case in which these things happened, each at noon of its day."""
    running = Running(SCHOOL)
    for day, fact in facts:
        moment = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
        running.now = moment
        running.record([fact], moment.date())
    return running


def raised_on(running: Running, day: date, told: Told | None = None) -> dict[str, WatchRaised]:
    """What the clerk would raise at the end of a day, by watch."""
    running.now = datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
    decision = raise_watches(running.case, told or Told(), Look(), running.situation())
    return {fact.watch: fact for fact in decision.events if isinstance(fact, WatchRaised)}


def recommended(*later: tuple[str, Event]) -> Running:
    began = [("2025-11-10", fact) for fact in (HAY, *STARTED)]
    return after(*began, ("2025-11-14", shared("okafor", "hay")), *later)


def test_a_recommendation_that_not_everybody_acknowledged_stands_out_after_five_school_days():
    assert raised_on(recommended(), date(2025, 11, 21)) == {}
    found = raised_on(recommended(), date(2025, 11, 22))["recommendation_unacknowledged"]
    assert (found.ref, found.since, found.due) == (CARDS, date(2025, 11, 14), date(2025, 11, 21))
    all_have_it = [("2025-11-17", acknowledged("okafor")), ("2025-11-20", acknowledged("hay"))]
    assert raised_on(recommended(*all_have_it), date(2025, 11, 22)) == {}
    assert raised_on(recommended(all_have_it[0]), date(2025, 11, 22)).keys() == {"recommendation_unacknowledged"}


def test_a_recommendation_that_was_shared_with_nobody_stands_out():
    made = after(*[("2025-11-10", fact) for fact in (HAY, *STARTED)])
    assert raised_on(made, date(2025, 11, 18))["recommendation_unacknowledged"].ref == MADE.recommendation_id


def test_a_withholding_waits_for_its_authoriser_on_its_day_of_review():
    case = after(("2025-09-01", HAY))
    eve = date(2025, 11, 30)
    assert raised_on(case, eve, told_after([kept()])) == {}
    found = raised_on(case, REVIEW, told_after([kept()]))["withholding_review_due"]
    assert (found.due, found.waits_for) == (REVIEW, kept().authoriser)
    assert raised_on(case, REVIEW, told_after([kept(), renewed()])) == {}
    assert raised_on(case, REVIEW, told_after([kept(), LIFTED])) == {}


def test_a_duty_in_law_stands_out_when_its_last_day_is_near_and_when_it_has_passed():
    began = [(BEGAN.isoformat(), fact) for fact in (HAY, *READY_TO_ASK, ON_A_DUTY)]
    near = date(2026, 1, 9)
    assert raised_on(after(*began), date(2026, 1, 8)) == {}
    found = raised_on(after(*began), near)
    assert {watch: (fact.ref, fact.due) for watch, fact in found.items()} == {"clock_near": (REQUEST, DUE)}
    assert raised_on(after(*began), DUE).keys() == {"clock_near"}
    assert raised_on(after(*began), date(2026, 1, 24)).keys() == {"clock_near", "clock_over"}
    answered = after(*began, ("2025-12-03", RECOMMENDED), ("2025-12-03", shared("hay")))
    assert raised_on(answered, near).keys() == {"recommendation_unacknowledged"}


def test_a_child_who_turns_twelve_is_to_be_asked_themselves_until_somebody_asks():
    began = [("2025-11-10", fact) for fact in (HAY, *CHILD)]
    assert raised_on(after(*began), date(2026, 2, 1)) == {}
    found = raised_on(after(*began), AT_TWELVE)["agreement_to_reconfirm"]
    assert (found.ref, found.since, found.waits_for) == (agreement(MAJA), AT_TWELVE, "hay")
    sought = ("2026-02-02", asked(MAJA, again="2"))
    assert raised_on(after(*began, sought), date(2026, 2, 3)) == {}


def hearers(running: Running) -> list[tuple[str, str]]:
    """Who hears of the newest fact, in which role."""
    found = recipients(running.case, running.history[-1], POLICY, SCHOOL, running.now.date())
    return [(one.recipient, one.role) for one in found]


def test_whoever_a_watch_waits_for_hears_of_it_and_those_who_have_yet_to_read():
    watch = WatchRaised(
        watch="recommendation_unacknowledged",
        ref=CARDS,
        since=date(2025, 11, 14),
        due=date(2025, 11, 21),
        waits_for="hay",
    )
    running = recommended(("2025-11-18", acknowledged("hay")), ("2025-11-22", watch))
    assert hearers(running) == [("staff:okafor", "reader"), ("staff:hay", "owner")]


REVIEW_OVERDUE = {"watch": "review_overdue", "due": date(2026, 2, 10)}
OVERDUE = WatchRaised(**REVIEW_OVERDUE, since=date(2025, 11, 4), waits_for="okafor")


def test_what_nobody_settles_reaches_those_who_lead_support_in_the_setting():
    began = [("2025-11-10", fact) for fact in STARTED]
    running = after(*began, ("2026-02-11", OVERDUE), ("2026-02-18", WatchEscalated(**REVIEW_OVERDUE)))
    assert hearers(running) == [("staff:hay", "lead")]


def test_nobody_hears_of_a_watch_that_is_over():
    over = WatchCleared(**REVIEW_OVERDUE, because="settled")
    running = after(*[("2025-11-10", fact) for fact in STARTED], ("2026-02-11", OVERDUE), ("2026-02-12", over))
    raised = running.history[-2]
    assert recipients(running.case, raised, POLICY, SCHOOL, running.now.date()) == ()


def test_no_member_of_the_family_hears_of_a_watch():
    named = {entry.role for event in ("WatchRaised", "WatchEscalated") for entry in POLICY.recipients[event]}
    assert named == {"slow_readers", "owner", "leads"}
    assert "WatchCleared" not in POLICY.recipients
