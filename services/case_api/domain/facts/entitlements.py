"""Information about entitlements: what families were told of the help that is theirs to have, and its source."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Annotated

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Language, Line, PersonId, Value, has_come


class TopicGiven(Value):
    """One topic, and the published source that the policy named for it then."""

    topic: Code
    source: Line


class EntitlementInformationProvided(Event, grounds="6.1 Entitlements", covers=("R8", "R9", "R61")):
    """A learner or carer was given information about entitlements and support, in a language and format of theirs."""

    refs = ("to",)
    to: PersonId
    topics: Annotated[tuple[TopicGiven, ...], Field(min_length=1)]
    language: Language
    format: Code

    examples = ({
        "to": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "topics": [{"topic": "additional_support", "source": "https://enquire.org.uk"}],
        "language": "pl", "format": "leaflet",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provided:
    fact: EntitlementInformationProvided
    at: date | datetime


@dataclass(frozen=True, slots=True)
class Entitlements:
    provided: tuple[Provided, ...] = ()

    def at(self, at: datetime, zone: tzinfo) -> tuple[Provided, ...]:
        """What had been given by *at*."""
        return tuple(one for one in self.provided if has_come(one.at, at, zone))


def evolve(entitlements: Entitlements, fact: Event, at: Recorded) -> Entitlements:
    match fact:
        case EntitlementInformationProvided():
            return Entitlements((*entitlements.provided, Provided(fact, at.occurred_at)))
        case _:
            return entitlements
