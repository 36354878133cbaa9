"""What the retention schedule says of every record of an authority: due, held, or kept. Destroys nothing."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.facts.retention import Hold
from case_api.domain.policy import Policy
from case_api.domain.profiles import RetentionRule
from case_api.domain.questions.retaining import Term, case_terms, due_on, looks_kept_from, looks_rule, matter_terms
from case_api.domain.words import day_of, end_of, start_of
from case_api.office import Office
from case_api.store.access import Overdue
from case_api.streams import stream_of_authority, told_of

PAGE: Final = 1000
State = Literal["due", "held", "kept", "erased"]
"""`held`: it would be due, and a legal hold stands. `kept`: a rule keeps it, or has not begun to run."""
Seen = Callable[[int], None]
"""Hears how many records were looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One record: an id, and what keeps it."""

    record: UUID
    state: State
    due_on: date | None
    terms: tuple[Term, ...]
    holds: tuple[Hold, ...]

    def told(self) -> dict[str, Any]:
        """As JSON; nothing but ids, codes and days."""
        return {
            "record": str(self.record),
            "state": self.state,
            "due_on": _text(self.due_on),
            "rules": [_rule(term) for term in self.terms],
            "holds": [_hold(hold) for hold in self.holds],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Every record of one kind of an authority, on one day, by one policy."""

    authority: str
    kind: Literal["case", "matter"]
    on: date
    policy: str
    standings: tuple[Standing, ...]

    def counts(self) -> Counter[str]:
        """How many records are in which state."""
        return Counter(one.state for one in self.standings)

    def listed(self, states: frozenset[State]) -> Iterator[Standing]:
        """Those in some states, the longest due first, what never falls due last."""
        found = [one for one in self.standings if one.state in states]
        return iter(sorted(found, key=lambda one: (one.due_on or date.max, str(one.record))))

    def told(self, states: frozenset[State]) -> dict[str, Any]:
        """As JSON."""
        return {
            "authority": self.authority,
            "kind": self.kind,
            "on": self.on.isoformat(),
            "policy": self.policy,
            "counts": dict(self.counts()),
            "records": [one.told() for one in self.listed(states)],
        }


async def report_on_cases(office: Office, now: datetime, day: date | None, seen: Seen) -> Report:
    """Every case of the authority, on a day or today. Raises StoreUnavailable, FrameError."""
    policy, on = await _ground(office, now, day)
    standings = []
    async for case_id in _cases(office):
        case = (await office.folds.latest(case_id)).state
        standings.append(_of_case(case, on, policy))
        seen(len(standings))
    return Report(office.authority, "case", on, policy.ref, tuple(standings))


async def report_on_matters(office: Office, now: datetime, day: date | None, seen: Seen, who: str) -> Report:
    """The child-protection matters of whose named group somebody is, each by its own id; none other is there (I30).

    They are never listed beside the case, and one that was erased has no group any more.
    """
    policy, on = await _ground(office, now, day)
    standings = []
    async for matter_id in _paged(office.journal.sealed_streams):
        matter = (await office.sealed.latest(matter_id)).state
        if matter.case_id is None or not matter.is_known_to(who):
            continue
        case = (await office.folds.latest(matter.case_id)).state
        terms = matter_terms(matter, case, on, policy)
        standings.append(_standing(matter_id, terms, case.retention.held_on(on), on))
        seen(len(standings))
    return Report(office.authority, "matter", on, policy.ref, tuple(standings))


async def standing_of(office: Office, now: datetime, record: UUID, *, sealed: bool) -> Standing:
    """What the schedule says today of one case, or of one matter. Raises StoreUnavailable, FrameError."""
    policy, on = await _ground(office, now, None)
    if not sealed:
        return _of_case((await office.folds.latest(record)).state, on, policy)
    matter = (await office.sealed.latest(record)).state
    if matter.case_id is None:
        return Standing(record, "erased", None, (), ())
    case = (await office.folds.latest(matter.case_id)).state
    return _standing(record, matter_terms(matter, case, on, policy), case.retention.held_on(on), on)


@dataclass(frozen=True, slots=True)
class LooksReport:
    """Rows of who looked of an authority, on one day, by one policy."""

    authority: str
    policy: str
    rule: RetentionRule | None
    overdue: Overdue | None
    held: frozenset[UUID]
    """Cases of which none is removed, since a legal hold stands."""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        due = self.overdue
        return {
            "authority": self.authority,
            "kind": "looks",
            "policy": self.policy,
            "rules": [self.rule.model_dump(mode="json")] if self.rule else [],
            "due": {"from": due.first.isoformat(), "before": due.before.isoformat(), "rows": due.rows} if due else None,
        }


async def report_on_looks(office: Office, now: datetime, day: date | None) -> LooksReport:
    """Which rows of who looked the schedule keeps no longer. Raises StoreUnavailable, FrameError."""
    policy, on = await _ground(office, now, day)
    kept_from = looks_kept_from(on, policy)
    if kept_from is None:
        return LooksReport(office.authority, policy.ref, None, None, frozenset())
    held = await _held(office, on)
    overdue = await office.journal.accesses.before(start_of(kept_from, policy.tz), held)
    return LooksReport(office.authority, policy.ref, looks_rule(policy), overdue, held)


async def held_by_now(office: Office, now: datetime) -> frozenset[UUID]:
    """The cases on which a legal hold stands today, each at its head. Raises StoreUnavailable, FrameError."""
    _, on = await _ground(office, now, None)
    return await _held(office, on)


async def _held(office: Office, on: date) -> frozenset[UUID]:
    held = set[UUID]()
    async for case_id in _cases(office):
        if (await office.folds.latest(case_id)).state.retention.held_on(on):
            held.add(case_id)
    return frozenset(held)


def _of_case(case: Case, on: date, policy: Policy) -> Standing:
    if case.people.learner is None:
        return Standing(case.id, "erased", None, (), ())
    return _standing(case.id, case_terms(case, on, policy), case.retention.held_on(on), on)


def _standing(record: UUID, terms: tuple[Term, ...], holds: tuple[Hold, ...], on: date) -> Standing:
    due = due_on(terms)
    if due is None or on < due:
        return Standing(record, "kept", due, terms, holds)
    return Standing(record, "held" if holds else "due", due, terms, holds)


async def _ground(office: Office, now: datetime, day: date | None) -> tuple[Policy, date]:
    """The policy in force on the day, and the day; today is never before the last fact, whatever the clock shows."""
    now = max(now, await office.newest_fact() or datetime.min.replace(tzinfo=UTC))
    _, policy = await office.precedent.latest(now)
    if day is None:
        return policy, day_of(now, policy.tz)
    _, then = await office.precedent.latest(end_of(day, policy.tz))
    return then, day


async def _cases(office: Office) -> AsyncIterator[UUID]:
    """The streams that are neither ledgers, matters nor the authority's own."""
    every = [stream async for stream in _paged(office.journal.streams)]
    others = {stream async for stream in _paged(office.journal.sealed_streams)}
    others |= {told_of(stream) for stream in every} | {stream_of_authority(office.authority)}
    for stream in every:
        if stream not in others:
            yield stream


async def _paged(page_of: Callable[[UUID | None, int], Any]) -> AsyncIterator[UUID]:
    last: UUID | None = None
    while page := await page_of(last, PAGE):
        for stream in page:
            yield stream
        last = page[-1]


def _rule(term: Term) -> dict[str, Any]:
    return {
        **term.rule.model_dump(mode="json"),
        "since": _text(term.counts_from),
        "at_latest": term.at_latest,
        "due_on": _text(term.due_on),
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {"hold_id": str(hold.placed.hold_id), "reason": hold.placed.reason, "until": _text(hold.placed.until)}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
