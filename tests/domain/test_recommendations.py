"""What a service recommends reaches those who work with the learner, and they say that they have it (R72, R95, I26)."""

from dataclasses import replace
from datetime import date

from case_api.domain.case import Case
from case_api.domain.decisions.recommendations import (
    AcknowledgeRecommendation,
    NotSharedWithThem,
    ShareRecommendation,
    TeachersLeftOut,
)
from case_api.domain.event import Event
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.people import ContactPreferenceSet
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.recommendations import (
    RecommendationAcknowledged,
    RecommendationMade,
    RecommendationShared,
)
from case_api.domain.questions.listed_staff import StaffNotListed
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.recommendations import Unacknowledged, recommendations_unacknowledged
from case_api.domain.questions.references import NotOnThisCase
from tests.domain.dsl import a, given, on
from tests.domain.running import NOON, POLICY, Running
from tests.domain.situations import ANNA, DIRECTORY, MAJA, OPEN_INVOLVEMENT, REQUEST, TOM, the

CARDS = the("cards")
MADE = RecommendationMade(
    request_id=REQUEST,
    service="slt",
    recommendation_id=CARDS,
    strategies=("One step at a time",),
    audience_roles=("teacher", "support_assistant"),
)
PLACED = LearnerPlaced(setting="burnside-primary", setting_class="p5", from_day=date(2025, 8, 20))
STARTED = (*OPEN_INVOLVEMENT, PLACED, MADE)
ABOUT = {"request_id": REQUEST, "service": "slt", "recommendation_id": CARDS}


def assigned(staff: str, role: str, setting_class: str | None = "p5") -> StaffAssigned:
    return StaffAssigned(
        staff=staff, setting="burnside-primary", setting_class=setting_class, role=role, from_day=date(2025, 8, 18)
    )


STAFFED = replace(
    DIRECTORY,
    staff=(
        assigned("okafor", "teacher"),
        assigned("dar", "support_assistant"),
        assigned("roy", "teacher", "p6"),
        assigned("hay", "pupil_support", None),
    ),
)


def shared(*staff: str, **more: object) -> RecommendationShared:
    return RecommendationShared.model_validate({**ABOUT, "staff": staff, **more})


def acknowledged(staff: str) -> RecommendationAcknowledged:
    return RecommendationAcknowledged.model_validate({**ABOUT, "staff": staff})


def share(*staff: str, **more: str) -> ShareRecommendation:
    return ShareRecommendation(staff=staff, **more)


def here(*facts: object):
    """By Mr Hay, where it is known who teaches."""
    return given(*facts).by(authority=STAFFED)  # type: ignore[arg-type]


def test_a_recommendation_is_shared_with_everybody_who_works_with_the_learner():
    here(STARTED).when(share("okafor", "dar", "hay", system="MIS"), CARDS).then(
        shared("okafor", "dar", "hay", system="MIS")
    )


def test_it_does_not_stay_with_management():
    here(STARTED).when(share("hay"), CARDS).then_refused(
        TeachersLeftOut, missing=[("not_shared_with", "okafor"), ("not_shared_with", "dar")], pointer="/staff"
    )


def test_somebody_is_left_out_for_a_reason():
    command = share("okafor", left_out_reason="Mr Dar works with another child from Monday.")
    here(STARTED).when(command, CARDS).then(a(RecommendationShared, staff=("okafor",)))


def test_whoever_has_it_already_is_not_left_out_and_not_given_it_twice():
    here(STARTED, shared("okafor")).when(share("okafor", "dar"), CARDS).then(shared("dar"))
    here(STARTED, shared("okafor", "dar")).when(share("dar"), CARDS).then_nothing()


def test_a_teacher_who_joins_later_is_given_it_too():
    newcomer = replace(STAFFED, staff=(*STAFFED.staff, assigned("wu", "teacher")))
    given(STARTED, shared("okafor", "dar")).by(authority=newcomer).when(share("hay"), CARDS).then_refused(
        TeachersLeftOut, missing=[("not_shared_with", "wu")]
    )


def test_only_what_was_recommended_is_shared_or_acknowledged():
    for command in (share("okafor"), AcknowledgeRecommendation()):
        here(OPEN_INVOLVEMENT).when(command, CARDS).then_refused(NotOnThisCase)


def test_each_says_for_themselves_that_they_have_it_and_says_so_once():
    okafor = given(STARTED, shared("okafor", "dar")).by("okafor")
    okafor.when(AcknowledgeRecommendation(), CARDS).then(acknowledged("okafor"))
    again = given(STARTED, shared("okafor", "dar"), acknowledged("okafor")).by("okafor")
    again.when(AcknowledgeRecommendation(), CARDS).then_nothing()


def test_nobody_acknowledges_what_they_were_not_given():
    given(STARTED, shared("okafor", "dar")).by("roy").when(AcknowledgeRecommendation(), CARDS).then_refused(
        NotSharedWithThem
    )


def case_of(*facts: object) -> Case:
    return given(STARTED, *facts).when(AcknowledgeRecommendation(), CARDS).running.case  # type: ignore[arg-type]


def test_an_acknowledgement_is_missed_after_five_school_days():
    case = case_of(on("2025-10-08", shared("okafor", "dar")), on("2025-10-09", acknowledged("dar")))
    last = date(2025, 10, 22)  # the week from the 13th is a holiday
    assert list(recommendations_unacknowledged(case, POLICY, last)) == []
    assert list(recommendations_unacknowledged(case, POLICY, date(2025, 10, 23))) == [
        Unacknowledged(CARDS, "okafor", date(2025, 10, 8), last)
    ]


def test_a_recommendation_that_was_shared_with_nobody_is_missed_too():
    case = given(OPEN_INVOLVEMENT, on("2025-11-03", MADE)).when(AcknowledgeRecommendation(), CARDS).running.case
    assert list(recommendations_unacknowledged(case, POLICY, date(2025, 11, 11))) == [
        Unacknowledged(CARDS, None, date(2025, 11, 3), date(2025, 11, 10))
    ]


def test_a_pack_without_the_time_limit_misses_nothing():
    lenient = POLICY.model_copy(update={"clocks": {}})
    assert list(recommendations_unacknowledged(case_of(), lenient, date(2030, 1, 1))) == []


def heard(fact: Event) -> dict[str, set[str]]:
    """By role who hears of a fact."""
    running = Running(STAFFED)
    languages = (ContactPreferenceSet(person_id=MAJA, channels=(), set_by="themselves"),)
    running.record((*OPEN_INVOLVEMENT, *languages, PLACED, MADE, fact), NOON)
    hearers = recipients(running.case, running.history[-1], POLICY, STAFFED, NOON.date())
    return {role: {one.recipient for one in hearers if one.role == role} for role in {one.role for one in hearers}}


def test_teachers_and_assistants_hear_of_a_recommendation():
    assert heard(MADE) == {"teacher": {"staff:okafor", "staff:dar"}}
    for_teachers = MADE.model_copy(update={"audience_roles": ("teacher",)})
    assert heard(for_teachers) == {"teacher": {"staff:okafor"}}
    assert heard(MADE.model_copy(update={"audience_roles": ()})) == {"teacher": {"staff:okafor", "staff:dar"}}


def test_the_family_hears_of_what_is_for_home():
    family = heard(MADE.model_copy(update={"for_home": "Picture steps at bedtime."}))
    assert family["carer"] == {str(ANNA), str(TOM)}
    assert family["learner"] == {str(MAJA)}


def test_whoever_it_is_shared_with_hears_so():
    assert heard(shared("hay", "dar")) == {"reader": {"staff:hay", "staff:dar"}}


def test_it_is_shared_with_nobody_whom_the_directory_does_not_know():
    asked = given(STARTED).by(authority=STAFFED).when(share("okafor", "dar", "okafr", "lennox"), CARDS)
    asked.then_refused(StaffNotListed, missing=[("not_listed", "okafr"), ("not_listed", "lennox")], pointer="/staff")


def test_an_authority_without_a_directory_names_its_staff_itself():
    given(STARTED).when(share("whoever"), CARDS).then(a(RecommendationShared, staff=("whoever",)))
