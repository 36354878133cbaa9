"""Who coordinates the support of one learner: the named person, and a lead professional where there is one (R39)."""

from dataclasses import dataclass, replace
from datetime import date

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Label, Line, PersonId, Text


class NamedPersonAssigned(Event, grounds="6.1 Targeted support", covers=("R39",)):
    """A member of staff became the learner's named person."""

    true_from = "from_day"
    staff: Line
    from_day: date
    reason: Text | None = None

    examples = ({"staff": "hay", "from_day": "2025-08-19"},)


class LeadProfessionalAssigned(Event, grounds="6.1 Targeted support", covers=("R39",)):
    """A lead professional, of any profession and organisation, was chosen with the family; they take over from another.

    `staff` is the subject of one whom the authority's tokens name; anybody else is known by `name`.
    """

    true_from = "from_day"
    staff: Line | None = None
    name: Line | None = None
    organisation: Label
    from_day: date
    agreed_with: tuple[PersonId, ...] = ()
    reason: Text

    examples = ({
        "name": "Ruth Imrie", "organisation": "Strathlorne Social Work", "from_day": "2025-12-11",
        "agreed_with": ["6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"],
        "reason": "Most of the plan is the work of her team.",
    },)  # fmt: skip


class LeadProfessionalEnded(Event, grounds="6.1 Targeted support", covers=("R39",)):
    """From this day on there is no lead professional; the named person coordinates again."""

    true_from = "from_day"
    from_day: date
    reason: Text

    examples = ({"from_day": "2026-06-01", "reason": "The plan of several services came to its end."},)


@dataclass(frozen=True, slots=True)
class Coordination:
    """Who was to coordinate, in the order of the record."""

    named_persons: tuple[NamedPersonAssigned, ...] = ()
    leads: tuple[LeadProfessionalAssigned | LeadProfessionalEnded, ...] = ()

    def named_person_on(self, day: date) -> str | None:
        """The subject of who is named person on *day*."""
        named = self.named_on(day)
        return named.staff if named else None

    def named_on(self, day: date) -> NamedPersonAssigned | None:
        """The later assignment wins where two begin on one day (D6)."""
        begun = [one for one in reversed(self.named_persons) if one.from_day <= day]
        return max(begun, key=lambda one: one.from_day, default=None)

    def lead_professional_on(self, day: date) -> LeadProfessionalAssigned | None:
        """The one whose time began last by *day*, unless it was ended since; the later record wins a tie (D6)."""
        begun = [one for one in reversed(self.leads) if one.from_day <= day]
        last = max(begun, key=lambda one: one.from_day, default=None)
        return last if isinstance(last, LeadProfessionalAssigned) else None


def evolve(coordination: Coordination, fact: Event, _: Recorded) -> Coordination:
    match fact:
        case NamedPersonAssigned():
            return replace(coordination, named_persons=(*coordination.named_persons, fact))
        case LeadProfessionalAssigned() | LeadProfessionalEnded():
            return replace(coordination, leads=(*coordination.leads, fact))
        case _:
            return coordination
