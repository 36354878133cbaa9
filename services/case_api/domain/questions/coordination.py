"""Who coordinates the support of a learner on a day: a lead professional, or else the named person (R39)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.facts.coordination import LeadProfessionalAssigned, NamedPersonAssigned


@dataclass(frozen=True, slots=True)
class Coordinator:
    """`staff` is the subject of one who can be reached as staff; one of another organisation is known by `name`."""

    kind: Literal["lead_professional", "named_person"]
    staff: str | None = None
    name: str | None = None


def coordinator_on(case: Case, day: date) -> Coordinator | None:
    """Who coordinates on *day*; None where nobody was assigned."""
    lead = case.coordination.lead_professional_on(day)
    if lead:
        return Coordinator("lead_professional", lead.staff, lead.name)
    named = case.coordination.named_person_on(day)
    return Coordinator("named_person", named) if named else None


def begun_elsewhere(case: Case, one: NamedPersonAssigned | LeadProfessionalAssigned, day: date) -> bool:
    """Whether the learner has moved to another setting since somebody began to coordinate.

    The record names them still, until somebody is named for the setting where the learner is now (R29, R39).
    """
    return case.setting_on(one.from_day) != case.setting_on(day)


def coordinators_on(case: Case, day: date) -> tuple[str, ...]:
    """By subject or name: the lead professional of *day*, then the named person."""
    lead, named = case.coordination.lead_professional_on(day), case.coordination.named_person_on(day)
    return tuple(one for one in (lead and (lead.staff or lead.name), named) if one)


def coordinating_staff_on(case: Case, day: date) -> str | None:
    """The member of staff who hears for the school: the coordinator, or the named person beside one from outside."""
    lead = case.coordination.lead_professional_on(day)
    return (lead and lead.staff) or case.coordination.named_person_on(day)
