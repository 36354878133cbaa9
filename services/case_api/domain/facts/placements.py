"""In which class of which setting the learner is, from which day on, and when they left (D24)."""

from dataclasses import dataclass, replace
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


class LearnerLeft(Event, grounds="6.1 Universal support", covers=("R29", "R111")):
    """The learner left the authority's schools, on a day that may lie ahead.

    How long the record is kept counts from it. A placement from a later day on says that they came back.
    """

    true_from = "left_on"
    planned = True
    refs = ("left_on",)
    left_on: date
    reason: Code

    examples = ({"left_on": "2031-06-27", "reason": "school_over"},)


@dataclass(frozen=True, slots=True)
class Placements:
    """Every placement and every leaving on record, in the order of recording."""

    placed: tuple[LearnerPlaced, ...] = ()
    left: tuple[LearnerLeft, ...] = ()

    def on(self, day: date) -> LearnerPlaced | None:
        """The placement that holds on *day*; the later record wins where two begin on one day (D6)."""
        begun = [one for one in reversed(self.placed) if one.from_day <= day]
        return max(begun, key=lambda one: one.from_day) if begun else None

    def left_by(self, day: date) -> date | None:
        """The day on which the learner left, if they have by *day* and did not come back since."""
        days = [one.left_on for one in self.left if one.left_on <= day]
        last = max(days, default=None)
        came_back = last and any(last < one.from_day <= day for one in self.placed)
        return None if came_back else last


def evolve(placements: Placements, fact: Event, _: Recorded) -> Placements:
    match fact:
        case LearnerPlaced():
            return replace(placements, placed=(*placements.placed, fact))
        case LearnerLeft():
            return replace(placements, left=(*placements.left, fact))
        case _:
            return placements
