"""Who coordinates a learner's support: the named person, or a lead professional chosen with the family (R39)."""

from dataclasses import replace
from datetime import date

import pytest

from case_api.domain.decisions.coordination import (
    AssignLeadProfessional,
    AssignNamedPerson,
    EndLeadProfessional,
    LeadProfessionalUnnamed,
)
from case_api.domain.event import Event
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.coordination import LeadProfessionalAssigned, LeadProfessionalEnded, NamedPersonAssigned
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.stages import StageChanged
from case_api.domain.questions.coordination import Coordinator, coordinating_staff_on, coordinator_on
from case_api.domain.questions.listed_staff import StaffNotListed
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.references import ReferenceUnknown
from case_api.domain.questions.targeted import NobodyCoordinates, targeted_support_is_coordinated
from tests.domain.dsl import a, given
from tests.domain.running import NOON, POLICY, Running
from tests.domain.situations import ANNA, DIRECTORY, FAMILY, the

TODAY = date(2025, 11, 14)
HAY = NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))
IMRIE = AssignLeadProfessional(
    name="Ruth Imrie", organisation="Social Work", agreed_with=(ANNA,), reason="Most of the plan is theirs."
)
IMRIE_LEADS = LeadProfessionalAssigned(
    name="Ruth Imrie", organisation="Social Work", from_day=date(2025, 10, 1), agreed_with=(ANNA,), reason="Theirs."
)
LENNOX_LEADS = LeadProfessionalAssigned(
    staff="lennox", organisation="Burnside Academy", from_day=date(2025, 11, 1), reason="She knows him best."
)
TARGETED = StageChanged(
    from_stage="universal_augmented",
    to_stage="targeted",
    ladder_version=POLICY.ref,
    direction="up",
    on=date(2025, 10, 2),
    rationale="More is needed.",
)
END = EndLeadProfessional(reason="The plan came to its end.")


def case_of(*facts: Event):
    running = Running(DIRECTORY)
    running.record((*FAMILY, *facts), NOON)
    return running.case


def test_a_named_person_is_assigned_from_a_day():
    given(FAMILY).when(AssignNamedPerson(staff="hay")).then(NamedPersonAssigned(staff="hay", from_day=TODAY))


def test_assigning_the_same_named_person_again_is_nothing_new():
    given(FAMILY, HAY).when(AssignNamedPerson(staff="hay")).then_nothing()


def test_after_a_move_the_same_people_are_named_anew_for_where_the_learner_is_now():
    moved = LearnerPlaced(setting="burnside-academy", from_day=TODAY)
    lennox = AssignLeadProfessional(staff="lennox", organisation="Burnside Academy", reason="She knows him best.")
    given(FAMILY, HAY, LENNOX_LEADS, moved).when(AssignNamedPerson(staff="hay")).then(
        NamedPersonAssigned(staff="hay", from_day=TODAY)
    )
    given(FAMILY, HAY, LENNOX_LEADS, moved).when(lennox).then(LeadProfessionalAssigned)
    given(FAMILY, HAY, moved, HAY.model_copy(update={"from_day": TODAY})).when(
        AssignNamedPerson(staff="hay")
    ).then_nothing()


def test_of_two_named_persons_from_one_day_the_later_assignment_wins():
    coordination = case_of(HAY, HAY.model_copy(update={"staff": "lennox"})).coordination
    assert coordination.named_person_on(date(2025, 8, 19)) == "lennox"
    assert coordination.named_person_on(date(2025, 8, 18)) is None


def test_a_lead_professional_may_come_from_any_organisation_and_is_chosen_with_the_family():
    given(FAMILY).when(IMRIE).then(
        a(LeadProfessionalAssigned, name="Ruth Imrie", organisation="Social Work", agreed_with=(ANNA,), from_day=TODAY)
    )


def test_a_lead_professional_is_one_person():
    for wrong in ({"staff": "lennox"}, {"name": None}):
        given(FAMILY).when(IMRIE.model_copy(update=wrong)).then_refused(LeadProfessionalUnnamed, pointer="/staff")


def test_only_people_of_the_case_take_part_in_the_choice():
    with_a_stranger = IMRIE.model_copy(update={"agreed_with": (the("stranger"),)})
    given(FAMILY).when(with_a_stranger).then_refused(ReferenceUnknown, pointer="/agreed_with")


def test_assigning_the_same_lead_again_is_nothing_new_and_another_one_takes_over():
    given(FAMILY, IMRIE_LEADS).when(IMRIE).then_nothing()
    another = IMRIE.model_copy(update={"name": "Noel Park"})
    given(FAMILY, IMRIE_LEADS).when(another).then(a(LeadProfessionalAssigned, name="Noel Park"))


def test_the_lead_professional_coordinates_from_their_first_day_and_the_named_person_before():
    case = case_of(HAY, IMRIE_LEADS, LENNOX_LEADS)
    assert coordinator_on(case, date(2025, 9, 30)) == Coordinator("named_person", "hay")
    assert coordinator_on(case, date(2025, 10, 1)) == Coordinator("lead_professional", None, "Ruth Imrie")
    assert coordinator_on(case, date(2025, 11, 1)) == Coordinator("lead_professional", "lennox")
    assert coordinator_on(case_of(), TODAY) is None


def test_once_a_lead_has_ended_the_named_person_coordinates_again():
    case = case_of(HAY, IMRIE_LEADS, LeadProfessionalEnded(from_day=date(2025, 11, 3), reason="Over."))
    assert coordinator_on(case, date(2025, 11, 2)) == Coordinator("lead_professional", None, "Ruth Imrie")
    assert coordinator_on(case, date(2025, 11, 3)) == Coordinator("named_person", "hay")


def test_a_lead_is_ended_once():
    given(FAMILY, IMRIE_LEADS).when(END).then(LeadProfessionalEnded(from_day=TODAY, reason=END.reason))
    given(FAMILY).when(END).then_nothing()


def test_at_targeted_support_a_lead_ends_only_where_a_named_person_takes_over():
    given(FAMILY, IMRIE_LEADS, TARGETED).when(END).then_refused(
        NobodyCoordinates, missing=[("no_named_person_assigned",)]
    )
    given(FAMILY, HAY, IMRIE_LEADS, TARGETED).when(END).then(LeadProfessionalEnded)


def test_a_lead_professional_is_as_good_a_coordinator_as_the_named_person():
    targeted = POLICY.stage("targeted")
    assert targeted
    assert targeted_support_is_coordinated(case_of(IMRIE_LEADS), targeted, TODAY) is None
    assert targeted_support_is_coordinated(case_of(IMRIE_LEADS), targeted, date(2025, 9, 30)) is not None


@pytest.mark.parametrize(
    ("facts", "staff"), [((HAY, LENNOX_LEADS), "lennox"), ((HAY, IMRIE_LEADS), "hay"), ((IMRIE_LEADS,), None)]
)
def test_beside_a_lead_from_outside_the_named_person_hears_for_the_school(facts: tuple[Event, ...], staff: str | None):
    running = Running(DIRECTORY)
    running.record((*FAMILY, *facts, TARGETED), NOON)
    heard = recipients(running.case, running.history[-1], POLICY, DIRECTORY, TODAY)
    assert {one.recipient for one in heard if one.role == "coordinator"} == ({f"staff:{staff}"} if staff else set())
    assert coordinating_staff_on(running.case, TODAY) == staff


HAY_LISTED = StaffAssigned(staff="hay", setting="burnside-primary", role="teacher", from_day=date(2025, 8, 1))
AT_SCHOOL = replace(DIRECTORY, staff=(HAY_LISTED,))


def test_who_coordinates_within_the_school_is_somebody_whom_the_directory_knows():
    lead = AssignLeadProfessional(staff="hai", organisation="Burnside", agreed_with=(ANNA,), reason="Knows her.")
    for command in (AssignNamedPerson(staff="hai"), lead):
        found = given(FAMILY).by(authority=AT_SCHOOL).when(command)
        found.then_refused(StaffNotListed, missing=[("not_listed", "hai")], pointer="/staff")
        given(FAMILY).by(authority=AT_SCHOOL).when(command.model_copy(update={"staff": "hay"})).then(Event)
        given(FAMILY).when(command).then(Event)
    given(FAMILY).by(authority=AT_SCHOOL).when(IMRIE).then(LeadProfessionalAssigned)
