"""What time will bring to a case, and when: the clerk's list of things to record (D15).

It says the same on every day: an entry is due once its day has come. What stands in it is worked out from the facts,
so a correction or a settled matter takes its entry away.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from case_api.domain.case import Case
from case_api.domain.facts.told import Told
from case_api.domain.policy import Policy
from case_api.domain.questions.standing import unrecorded_ends
from case_api.domain.questions.watches import NONE_YET, Answers, Cause, causes
from case_api.domain.words import day_of

What = Literal["agreement_ends", "watch_stands", "watch_unheeded", "watch_over"]


class Entry(Struct, frozen=True, gc=False):
    """Something that is to be recorded once its day has come."""

    day: date
    what: What
    ref: UUID | None = None


def diary(case: Case, told: Told, policy: Policy, answers: Answers = NONE_YET) -> Iterator[Entry]:
    """Every entry of one case; *answers* to what is watched for are at hand."""
    for grant in unrecorded_ends(case.agreements, policy.tz):
        yield Entry(grant.until, "agreement_ends", grant.agreement_id)
    yield from _watches(case, policy, causes(case, told, policy, answers))


def _watches(case: Case, policy: Policy, there: Iterable[Cause]) -> Iterator[Entry]:
    found, known = {cause.key: cause.stands_from for cause in there}, case.watches.open
    days = [day for key, day in found.items() if key not in known] if known else found.values()
    for day in dict.fromkeys(days):
        yield Entry(day, "watch_stands")
    for key, watch in known.items():
        began = day_of(watch.at, policy.tz)
        if key not in found:
            yield Entry(began, "watch_over")
        elif not watch.escalated:
            yield Entry(policy.after_school_days(began, policy.watches.escalated_after_school_days), "watch_unheeded")
