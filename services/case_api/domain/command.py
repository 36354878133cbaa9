"""What a caller may ask for, and the situation in which it is decided."""

from collections.abc import Callable, Container
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct
from pydantic import ConfigDict

from case_api.domain.event import Actor, Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.words import Occurred, Value, day_of, start_of


class Command(Value):
    """An intention, in the imperative; also the body of exactly one endpoint. It may be refused, an event may not."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    needs_history: ClassVar[bool] = False
    """Whether the decision looks at single events of the past, which `Situation.history` then holds."""

    examples: ClassVar[tuple[dict[str, Any], ...]] = ()
    """True ones, as JSON, with invented people; the API document shows them."""

    occurred_at: Occurred | None = None
    """When it happened in the world, a day or an instant; now if absent. Never later than now (I31)."""

    def said(self, *, without: Container[str]) -> dict[str, Any]:
        """What it says by the names of its fields, for the event that says the same and checks each of them itself."""
        return {name: value for name, value in self.__dict__.items() if name not in without}


class Situation(Struct, frozen=True):
    """Time, policy, directory, who asks, and a source of ids: all that a decision needs beside the case."""

    now: datetime
    actor: Actor
    roles: frozenset[str]
    policy: Policy
    authority: Authority
    new_id: Callable[[], UUID]
    services: frozenset[str] = frozenset()
    person: UUID | None = None
    history: tuple[Recorded, ...] = ()
    endpoints_allowed: frozenset[str] = frozenset()
    """Hosts that webhooks may go to although they are not public; demo and test only."""

    @property
    def today(self) -> date:
        return day_of(self.now, self.policy.tz)

    def occurred(self, command: Command) -> date | datetime:
        return command.occurred_at or self.now

    def day_of(self, command: Command) -> date:
        """The local day on which what the command tells of happened."""
        return day_of(self.occurred(command), self.policy.tz)

    def instant_of(self, command: Command) -> datetime:
        """The instant of it: the start of a whole day that has passed, now for one that has not."""
        happened = self.occurred(command)
        if not isinstance(happened, datetime) and happened == self.today:
            return self.now
        return start_of(happened, self.policy.tz)
