"""Who coordinates, for a view of the case: the lead professional, and who coordinates from where the learner was."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.questions.coordination import begun_elsewhere
from case_api.views.answer import Part

Coordinates = Literal["named_person", "lead_professional"]


class LeadShown(Part):
    """The lead professional: the subject of a member of staff, or the name of somebody of another organisation."""

    staff: str | None = None
    name: str | None = None
    organisation: str
    from_day: date


def lead_shown(case: Case, day: date) -> LeadShown | None:
    """Who leads on *day*."""
    lead = case.coordination.lead_professional_on(day)
    return LeadShown.model_validate(lead.model_dump(include=set(LeadShown.model_fields))) if lead else None


def left_behind(case: Case, day: date) -> Iterator[Coordinates]:
    """Who of the two began in a setting that the learner has left by *day*."""
    named, lead = case.coordination.named_on(day), case.coordination.lead_professional_on(day)
    if named and begun_elsewhere(case, named, day):
        yield "named_person"
    if lead and begun_elsewhere(case, lead, day):
        yield "lead_professional"
