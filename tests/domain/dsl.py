"""Given facts, when a command, then events, a refusal, or nothing: the shape of every domain test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from case_api.domain.command import Command
from case_api.domain.event import Event
from case_api.domain.questions.ledger import Ledger
from case_api.domain.refusal import Decision, Refusal
from tests.domain.running import NOON, Running, authority_after, told_after
from tests.domain.situations import DIRECTORY

TERM_BEGAN = NOON - timedelta(days=60)


@dataclass(frozen=True)
class On:
    """A fact with the day or instant on which it happened, and when it was recorded if that was later."""

    day: date | datetime
    fact: Event
    recorded: datetime | None = None


Fact: TypeAlias = Event | On
Facts: TypeAlias = Fact | Iterable["Facts"]


def on(day: str, *facts: Event, recorded: str | None = None) -> list[On]:
    """Facts of a day, as in `on("2025-09-16", …)`, or of an instant."""
    return [On(_moment(day), fact, at_noon(recorded or day)) for fact in facts]


@dataclass(frozen=True)
class Like:
    """Any event of a kind whose fields are as said."""

    kind: type[Event]
    fields: dict[str, Any]

    def fits(self, event: Event) -> bool:
        return isinstance(event, self.kind) and all(
            getattr(event, name) == value for name, value in self.fields.items()
        )


def a(kind: type[Event], **fields: Any) -> Like:
    """An event of which only these fields matter."""
    return Like(kind, fields)


def given(*facts: Facts) -> "Given":
    """What has happened, in order; undated facts lie in the first weeks of term, some minutes apart."""
    return Given(list(flat(facts)))


@dataclass
class Given:
    facts: list[Fact]
    now: datetime = NOON
    who: dict[str, Any] = field(default_factory=dict)
    tells_why: bool = True

    def at(self, now: str) -> "Given":
        """The time at which the command is asked."""
        return replace(self, now=at_noon(now))

    def by(self, subject: str = "hay", **who: Any) -> "Given":
        """Who asks: roles, services."""
        return replace(self, who={"by": subject, **who})

    def not_shown_what_is_withheld(self) -> "Given":
        """The one who asks teaches, and leads nothing."""
        return replace(self, tells_why=False)

    def when(self, command: Command, *about: UUID) -> "Asked":
        running = Running(DIRECTORY)
        for place, fact in enumerate(self.facts):
            put = fact if isinstance(fact, On) else On(TERM_BEGAN + timedelta(minutes=place), fact)
            running.now = put.recorded or (put.day if isinstance(put.day, datetime) else running.now)
            running.record([put.fact], put.day)
        running.now = self.now
        return Asked(running.decide(command, *about, state=self._state(command, running), **self.who), running)

    def _state(self, command: Command, running: Running) -> Any:
        """What the command is decided on, where that is not the case."""
        plain = [fact.fact if isinstance(fact, On) else fact for fact in self.facts]
        match type(command).__module__.rpartition(".")[2]:
            case "authority" | "partner_keys" | "sign_ins" | "looks":
                return authority_after(plain)
            case "told" | "withholdings":
                named = {event.event_id: event for event in running.history}
                return Ledger(told_after(plain), running.case, named, tells_why=self.tells_why)
            case _:
                return None


@dataclass
class Asked:
    decision: Decision
    running: Running

    def then(self, *expected: Event | Like | type[Event]) -> None:
        """Exactly these events follow, in this order."""
        assert not self.decision.refusals, [refusal.slug for refusal in self.decision.refusals]
        found = self.decision.events
        assert len(found) == len(expected), found
        for event, wanted in zip(found, expected, strict=True):
            assert _fits(event, wanted), f"{event!r}\nis not\n{wanted!r}"

    def then_nothing(self) -> None:
        """The command is allowed, and there is nothing to do."""
        assert self.decision == Decision()

    def then_refused(
        self, refusal: type[Refusal], *, missing: Iterable[tuple[Any, ...]] | None = None, pointer: str | None = None
    ) -> None:
        """Refused, first of all for this; *missing* as (what, of whom or of what)."""
        assert self.decision.refusals, self.decision.events
        first = self.decision.refusals[0]
        assert type(first) is refusal, [one.slug for one in self.decision.refusals]
        assert self.decision.events == ()
        if missing is not None:
            assert {_named(one) for one in first.missing} == {tuple(one) for one in missing}
        if pointer is not None:
            assert first.pointer == pointer

    def then_refused_also(self, refusal: type[Refusal]) -> None:
        """This, too, is among the reasons."""
        assert refusal in [type(one) for one in self.decision.refusals]

    def then_not_refused_for(self, refusal: type[Refusal]) -> None:
        """Whatever else is wrong, this rule passes."""
        assert refusal not in [type(one) for one in self.decision.refusals]


def _fits(event: Event, wanted: Event | Like | type[Event]) -> bool:
    if isinstance(wanted, Like):
        return wanted.fits(event)
    return isinstance(event, wanted) if isinstance(wanted, type) else event == wanted


def _named(missing: Any) -> tuple[Any, ...]:
    return tuple(part for part in (missing.what, missing.person or missing.ref, missing.detail) if part is not None)


def flat(facts: Facts) -> Iterator[Fact]:
    if isinstance(facts, Event | On):
        yield facts
    else:
        for part in facts:
            yield from flat(part)


def _moment(day: str) -> date | datetime:
    return date.fromisoformat(day) if len(day) == len("2025-09-16") else datetime.fromisoformat(day)


def at_noon(day: str) -> datetime:
    moment = _moment(day)
    return (
        moment if isinstance(moment, datetime) else NOON.replace(year=moment.year, month=moment.month, day=moment.day)
    )
