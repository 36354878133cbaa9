"""What stands out in a case: things that nobody did in time, and what the observations propose.

Each question gives the day from which its watch stands, whether or not that day has come, so that a diary can be
kept of it (D15). None of them blocks anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from case_api.domain.case import Case
from case_api.domain.facts.told import Told
from case_api.domain.facts.watches import Key
from case_api.domain.policy import Policy
from case_api.domain.questions.begun import begun
from case_api.domain.questions.clocks import clocks_of_requests
from case_api.domain.questions.coordination import coordinating_staff_on
from case_api.domain.questions.recommendations import recommendations_unacknowledged as unacknowledged
from case_api.domain.questions.reconfirming import reconfirmations
from case_api.domain.questions.request_state import open_requests
from case_api.domain.questions.reviews_due import review_due, stay_due
from case_api.domain.questions.step_down import step_down_proposed_on
from case_api.domain.questions.withheld import withholdings_due
from case_api.domain.words import day_of

Watching = Literal[
    "unsupported_concern",
    "review_overdue",
    "stay_not_justified",
    "step_down_proposed",
    "pause_not_acknowledged",
    "capacity_assessment_ended",
    "postcard_unanswered",
    "recommendation_unacknowledged",
    "withholding_review_due",
    "agreement_to_reconfirm",
    "clock_near",
    "clock_over",
]
"""What there is to watch for."""
EVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""After everything that is on record: what is still open then is open now."""


class Cause(Struct, frozen=True, gc=False):
    """Why a watch stands from a day on. It waits for the coordinator where nobody else is named."""

    watch: Watching
    stands_from: date
    since: date
    due: date | None = None
    ref: UUID | None = None
    waits_for: str | None = None

    @property
    def key(self) -> Key:
        return self.watch, self.ref, self.due


Question = Callable[[Case, Told, Policy], Iterator[Cause]]
Answers = Mapping[Question, Sequence[Cause]]
NONE_YET: Final[Answers] = {}


def causes(case: Case, told: Told, policy: Policy, answers: Answers = NONE_YET) -> Iterator[Cause]:
    """Every cause there is, of days past and to come; *answers* are at hand, since they were asked for before."""
    for question, has_begun in QUESTIONS:
        if question in answers:
            yield from answers[question]
        elif has_begun(case, told):
            yield from question(case, told, policy)


def unsupported_concerns(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """I28: a concern that is not closed, and since which no support was put in place for the learner."""
    supported_on = max((measure.started_on for measure in case.supports.by_id.values()), default=date.min)
    zone, days, of_day = policy.tz, policy.watches.unsupported_concern_school_days, {}
    for concern in case.concerns.by_id.values():
        since = day_of(concern.occurred_at, zone)
        if not concern.closed and supported_on < since:
            if since not in of_day:  # many concerns are raised on one day
                due = policy.after_school_days(since, days)
                of_day[since] = due, coordinating_staff_on(case, due)
            due, staff = of_day[since]
            yield Cause("unsupported_concern", due, since, due, concern.concern_id, staff or concern.received_by)


def reviews_overdue(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """R25: a review was promised for a day that passed without one."""
    promised = review_due(case, policy.tz)
    if promised:
        yield Cause("review_overdue", _next(promised.due), promised.since, promised.due)


def stays_not_justified(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """I21: at targeted support, for longer than the ladder allows without a review."""
    stay = stay_due(case, policy)
    if stay:
        yield Cause("stay_not_justified", _next(stay.due), stay.since, stay.due)


def steps_down_proposed(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """I21: all outcomes were met at two successive observations, and nobody has reviewed it since."""
    proposed_on = step_down_proposed_on(case, policy)
    if proposed_on:
        yield Cause("step_down_proposed", proposed_on, proposed_on)


def pauses_not_acknowledged(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """R79: a service was to confirm by a day that it paused, and did not."""
    for request_id, work in case.involvement.by_request.items():
        if work.paused_at and work.acknowledge_by:
            since = day_of(work.paused_at, policy.tz)
            yield Cause(
                "pause_not_acknowledged", _next(work.acknowledge_by), since, work.acknowledge_by, ref=request_id
            )


def capacity_assessments_ended(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """R8: what was found of the learner's capacity holds no longer, and was not looked at again."""
    latest = {one.fact.matter: one for one in case.people.capacity}
    for one in latest.values():
        if one.fact.outcome != "presumed":
            ended = one.fact.valid_until
            yield Cause("capacity_assessment_ended", ended, day_of(one.occurred_at, policy.tz), ended)


def postcards_unanswered(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """R63: a carer wrote a postcard that nobody of the school has answered. Home owes the school no answer."""
    for thread in case.postcards.threads.values():
        if thread.awaits == "school":
            since = day_of(thread.at, policy.tz)
            due = since + timedelta(days=policy.watches.postcard_calendar_days)
            yield Cause("postcard_unanswered", _next(due), since, due, thread.sent.thread, thread.staff)


def recommendations_unacknowledged(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """I26: somebody with whom a recommendation was shared, or nobody at all, has said that they have it."""
    waiting = sorted(unacknowledged(case, policy, date.max), key=lambda one: one.due, reverse=True)
    for one in {one.recommendation_id: one for one in waiting}.values():
        yield Cause("recommendation_unacknowledged", _next(one.due), one.since, one.due, one.recommendation_id)


def withholdings_to_review(_: Case, told: Told, policy: Policy) -> Iterator[Cause]:
    """I25: something is kept from somebody, and the day of looking at that again has come."""
    for one in withholdings_due(told, date.max):
        since, authoriser = day_of(one.at, policy.tz), one.authoriser
        yield Cause(
            "withholding_review_due", one.review_on, since, one.review_on, one.decided.withholding_id, authoriser
        )


def agreements_to_reconfirm(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """I3: somebody has come of an age to be asked themselves, or an agreement has grown old, and nobody has asked."""
    for one in reconfirmations(case, policy):
        if not one.asked:
            yield Cause("agreement_to_reconfirm", one.since, one.since, ref=one.agreement_id)


def clocks_running_out(case: Case, _: Told, policy: Policy) -> Iterator[Cause]:
    """R83: the last day of a duty in law is near, or has passed, without the answer that it asks for."""
    open_now = {request.asked.request_id for request, _ in open_requests(case)}
    for request_id, clock in clocks_of_requests(case, EVER, policy):
        if request_id in open_now and clock.met_on is None:
            near = clock.due - timedelta(days=policy.watches.clock_calendar_days_ahead)
            yield Cause("clock_near", max(near, clock.began), clock.began, clock.due, request_id)
            yield Cause("clock_over", _next(clock.due), clock.began, clock.due, request_id)


def _next(day: date) -> date:
    """What has a last day in time is late from the day after."""
    return day + timedelta(days=1)


QUESTIONS: Final[tuple[tuple[Question, Callable[[Case, Told], bool]], ...]] = (
    (unsupported_concerns, begun("concerns")),
    (reviews_overdue, begun("plans", "reviews")),
    (stays_not_justified, begun("stages")),
    (steps_down_proposed, begun("stages")),
    (pauses_not_acknowledged, begun("involvement")),
    (capacity_assessments_ended, begun("people")),
    (postcards_unanswered, begun("postcards")),
    (recommendations_unacknowledged, begun("recommendations")),
    (withholdings_to_review, begun("told")),
    (agreements_to_reconfirm, begun("agreements")),
    (clocks_running_out, begun("requests")),
)
"""Each, and whether there is anything of what it rests on: most cases are of few slices, and are asked little."""
