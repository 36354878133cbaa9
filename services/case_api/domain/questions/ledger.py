"""The ledger of who was told, with the case that it stands beside: what a decision about telling people looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.told import Told
from case_api.domain.words import EventId, Subject


@dataclass(frozen=True, slots=True)
class Ledger:
    """One case's ledger."""

    told: Told
    case: Case
    named: Mapping[EventId, Recorded] = field(default_factory=dict)
    """Those of the events that a command names which are events of this case."""
    deciding: frozenset[Subject] = frozenset()
    """Who may decide on withholding here beside those whose role allows it: the coordinator of a matter."""
    tells_why: bool = True
    """Whether whoever asks is shown what is withheld, so that a refusal may say that it is for that."""
