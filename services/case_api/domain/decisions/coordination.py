"""Who coordinates: the named person, and a lead professional chosen with the family (R39)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.coordination import LeadProfessionalAssigned, LeadProfessionalEnded, NamedPersonAssigned
from case_api.domain.questions.coordination import begun_elsewhere
from case_api.domain.questions.listed_staff import the_directory_knows_them
from case_api.domain.questions.references import known_people
from case_api.domain.questions.targeted import NobodyCoordinates
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Day, Label, Line, PersonId, Subject, Text


class AssignNamedPerson(Command):
    """A member of staff becomes the learner's named person."""

    staff: Subject
    """As access tokens name them (`sub`)."""
    from_day: Day | None = None
    """The first day; the day of `occurred_at` if absent."""
    reason: Text | None = None

    examples = ({"staff": "okafor", "from_day": "2025-08-18"},)  # fmt: skip


class AssignLeadProfessional(Command):
    """Somebody, of any profession, takes the lead; whoever led before does so no longer."""

    staff: Subject | None = None
    """As access tokens name them (`sub`); for a lead professional whom they do not name, give `name`."""
    name: Line | None = None
    """Of a lead professional from another organisation."""
    organisation: Label
    """For which they work."""
    from_day: Day | None = None
    """The first day; the day of `occurred_at` if absent."""
    agreed_with: Annotated[tuple[PersonId, ...], Field(max_length=10)] = ()
    """With whom of the family they were chosen."""
    reason: Text
    """Why they; where nobody of the family was part of the choice, why not."""

    examples = ({
        "name": "Ruth Imrie",
        "organisation": "Strathlorne Social Work",
        "from_day": "2025-12-11",
        "agreed_with": ["6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"],
        "reason": "Most of the plan is the work of her team.",
    },)  # fmt: skip


class EndLeadProfessional(Command):
    """The lead ends and nobody takes it over: the named person coordinates again."""

    from_day: Day | None = None
    """The first day without a lead professional; the day of `occurred_at` if absent."""
    reason: Text

    examples = ({"from_day": "2026-06-01", "reason": "The plan of several services came to its end."},)  # fmt: skip


class LeadProfessionalUnnamed(Refusal):
    slug = "lead-professional-unnamed"
    rule_id = "R39"
    guidance_ref = "R39"
    title = "A lead professional is one person: a member of staff, or somebody of another organisation."
    advice = "Give either staff, as tokens name them, or name."


def a_lead_professional_is_one_person(command: AssignLeadProfessional) -> Refusal | None:
    """R39: named once, so that everybody knows whom to turn to."""
    return None if (command.staff is None) != (command.name is None) else LeadProfessionalUnnamed(pointer="/staff")


def somebody_coordinates_still(case: Case, on: date, at: Situation) -> Refusal | None:
    """I18: while support is targeted, a lead ends only where there is a named person to take over."""
    entry = case.stages.on(on)
    stage = at.policy.stage(entry.stage) if entry else None
    if stage is None or not stage.targeted or case.coordination.named_person_on(on):
        return None
    return NobodyCoordinates(missing=(Missing(rule_id="I18", what="no_named_person_assigned"),))


def assign_named_person(case: Case, command: AssignNamedPerson, at: Situation) -> Decision:
    day = command.from_day or at.day_of(command)
    named = case.coordination.named_on(day)
    if named and named.staff == command.staff and not begun_elsewhere(case, named, day):
        return decided()
    return decided(
        the_directory_knows_them("/staff", (command.staff,), case, max(day, at.today), at),
        then=NamedPersonAssigned(staff=command.staff, from_day=day, reason=command.reason),
    )


def assign_lead_professional(case: Case, command: AssignLeadProfessional, at: Situation) -> Decision:
    day = command.from_day or at.day_of(command)
    assigned = LeadProfessionalAssigned(from_day=day, **command.said(without={"occurred_at", "from_day"}))
    lead = case.coordination.lead_professional_on(day)
    same = lead if lead and (lead.staff, lead.name) == (command.staff, command.name) else None
    unchanged = same is not None and not begun_elsewhere(case, same, day)
    return decided(
        known_people("/agreed_with", command.agreed_with, case),
        a_lead_professional_is_one_person(command),
        the_directory_knows_them("/staff", (command.staff,) if command.staff else (), case, max(day, at.today), at),
        then=() if unchanged else assigned,
    )


def end_lead_professional(case: Case, command: EndLeadProfessional, at: Situation) -> Decision:
    day = command.from_day or at.day_of(command)
    if case.coordination.lead_professional_on(day) is None:
        return decided()
    return decided(
        somebody_coordinates_still(case, day, at),
        then=LeadProfessionalEnded(from_day=day, reason=command.reason),
    )
