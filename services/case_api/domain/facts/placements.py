"""In which class of which setting the learner is, from which day on (D24)."""

from dataclasses import dataclass
from datetime import date

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code


class LearnerPlaced(Event, grounds="6.1 Universal support", covers=("R27", "R29")):
    """The learner belongs to a setting and, where there are classes, to one of them, from a day on.

    The day may lie ahead: a move is known before it happens.
    """

    true_from = "from_day"
    planned = True
    refs = ("setting", "setting_class")
    setting: Code
    setting_class: Code | None = None
    from_day: date

    examples = ({"setting": "burnside-primary", "setting_class": "p5", "from_day": "2025-08-20"},)


@dataclass(frozen=True, slots=True)
class Placements:
    """Every placement on record, in the order of recording."""

    placed: tuple[LearnerPlaced, ...] = ()

    def on(self, day: date) -> LearnerPlaced | None:
        """The placement that holds on *day*; the later record wins where two begin on one day (D6)."""
        begun = [one for one in reversed(self.placed) if one.from_day <= day]
        return max(begun, key=lambda one: one.from_day) if begun else None


def evolve(placements: Placements, fact: Event, _: Recorded) -> Placements:
    match fact:
        case LearnerPlaced():
            return Placements((*placements.placed, fact))
        case _:
            return placements
