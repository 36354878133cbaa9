"""Postcards: short notes on one strategy, from school to home and from home to school."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Language, Line, PersonId, Text, ThreadId, has_come

Side = Literal["school", "home"]
Direction = Literal["try_at_home", "tried_at_home"]
Rating = Annotated[int, Field(ge=1, le=5)]


class PostcardSent(Event, grounds="6.2 Communication postcards", covers=("R62", "R63", "R64", "R65")):
    """A postcard went out: something for home to try, or something that home tried."""

    refs = ("thread", "direction", "strategy_code")
    thread: ThreadId
    about: Literal["strategy"] = "strategy"
    direction: Direction
    carer: PersonId
    staff: Line | None = None
    strategy_code: Code | None = None
    text: Text
    language: Language

    examples = ({
        "thread": "01998537-0000-7c51-9a34-5d0e6f2b7a10", "about": "strategy", "direction": "try_at_home",
        "carer": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "staff": "okafor", "strategy_code": "visual_timetable",
        "text": "Cztery obrazki przed snem: kąpiel, piżama, zęby, książka.", "language": "pl",
    },)  # fmt: skip


class PostcardReplied(Event, grounds="6.2 Communication postcards", covers=("R63",)):
    """The other side answered a postcard. It names the carer where home answers, and staff where the school does."""

    refs = ("thread",)
    thread: ThreadId
    carer: PersonId | None = None
    staff: Line | None = None
    rating: Rating | None = None
    text: Text
    language: Language

    examples = ({
        "thread": "01998537-0000-7c51-9a34-5d0e6f2b7a10", "carer": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "rating": 4, "text": "Udało się cztery razy na pięć.", "language": "pl",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    side: Side
    at: date | datetime
    fact: PostcardReplied


@dataclass(frozen=True, slots=True)
class Thread:
    """A postcard and what came back."""

    sent: PostcardSent
    at: date | datetime
    replies: tuple[Reply, ...] = ()

    @property
    def sent_by(self) -> Side:
        return "school" if self.sent.direction == "try_at_home" else "home"

    @property
    def turn(self) -> Side:
        """The side that did not write last, and so is the one that may."""
        last = self.replies[-1].side if self.replies else self.sent_by
        return "home" if last == "school" else "school"

    @property
    def staff(self) -> str | None:
        """Who of the staff wrote last in it."""
        written = (self.sent.staff, *(reply.fact.staff for reply in self.replies))
        return next((staff for staff in reversed(written) if staff), None)

    @property
    def awaits(self) -> Side | None:
        """The side whose first word is still missing."""
        return None if self.replies else self.turn


@dataclass(frozen=True, slots=True)
class Postcards:
    threads: Mapping[ThreadId, Thread] = field(default_factory=dict)

    def at(self, at: datetime, zone: tzinfo) -> tuple[Thread, ...]:
        """The threads that had begun by *at*, each with the replies of by then."""
        return tuple(
            replace(one, replies=tuple(reply for reply in one.replies if has_come(reply.at, at, zone)))
            for one in self.threads.values()
            if has_come(one.at, at, zone)
        )


def _replied(postcards: Postcards, fact: PostcardReplied, at: Recorded) -> Postcards:
    thread = postcards.threads.get(fact.thread)
    if thread is None:
        return postcards
    reply = Reply("home" if fact.carer else "school", at.occurred_at, fact)
    return Postcards(with_entry(postcards.threads, fact.thread, replace(thread, replies=(*thread.replies, reply))))


def evolve(postcards: Postcards, fact: Event, at: Recorded) -> Postcards:
    match fact:
        case PostcardSent():
            return Postcards(with_entry(postcards.threads, fact.thread, Thread(fact, at.occurred_at)))
        case PostcardReplied():
            return _replied(postcards, fact, at)
        case _:
            return postcards
