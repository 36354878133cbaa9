"""What was on record at a time: a prefix of the stream, since recorded_at never goes back in it (D5)."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from itertools import takewhile

from case_api.domain.case import Case, fold
from case_api.domain.event import Recorded
from case_api.domain.facts.told import Told, evolve
from case_api.views.answer import AsOf, NothingKnown


def as_known(events: Sequence[Recorded], known_at: datetime | None) -> list[Recorded]:
    """The events that were on record at *known_at*; all of them for None."""
    if known_at is None:
        return list(events)
    return list(takewhile(lambda event: event.recorded_at <= known_at, events))


def case_as_known(events: Sequence[Recorded], as_of: AsOf) -> Case:
    """The case as it was on record. Raises NothingKnown if it was not."""
    known = as_known(events, as_of.known_at)
    if not known:
        raise NothingKnown
    return fold(known[0].stream, known)


def ledger_as_known(ledger: Sequence[Recorded], known_at: datetime | None) -> Told:
    """Who was told, and what was withheld, as it was on record at *known_at*; all of it for None."""
    return reduce(lambda told, event: evolve(told, event.fact, event), as_known(ledger, known_at), Told())
