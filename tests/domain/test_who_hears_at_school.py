"""Who at school hears of what: teachers of changes, whoever coordinates of answers, whoever acknowledges of views."""

from datetime import date

from case_api.domain.event import Event
from case_api.domain.facts.assessments import ViewsRecorded
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.involvement import AssistanceInputRecorded, InvolvementEnded
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.requests import AssistanceAcknowledged
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.questions.recipients import recipients
from tests.domain.running import POLICY, Running, authority_after
from tests.domain.situations import ANNA, CONCERN, MAJA, NEED_ASSESSED, REQUESTED, TIMETABLE, TOM, the, views_of
from tests.domain.situations import FAMILY as PEOPLE

TERM = date(2025, 8, 18)
BURNSIDE = authority_after([
    StaffAssigned(staff="okafor", setting="burnside-primary", setting_class="p5", role="teacher", from_day=TERM),
    StaffAssigned(staff="lewis", setting="burnside-primary", setting_class="p6", role="teacher", from_day=TERM),
    StaffAssigned(staff="left", setting="burnside-primary", setting_class="p5", role="teacher", from_day=TERM,
                  until=date(2025, 10, 10)),
])  # fmt: skip
IN_P5 = LearnerPlaced(setting="burnside-primary", setting_class="p5", from_day=TERM)
HAY = NamedPersonAssigned(staff="hay", from_day=TERM)
CHANGED = StageChanged.model_validate(StageChanged.examples[0])
REVIEWED = ReviewHeld(review_id=the("review"), of_refs=(TIMETABLE,), held_on=date(2025, 11, 4), decision="continue")
ABOUT_IT = {"request_id": REQUESTED.request_id, "service": "slt"}
WORKED = AssistanceInputRecorded(**ABOUT_IT, kind="advice", on=date(2025, 11, 12), place="school", summary="Seen.")
ENDED = InvolvementEnded(**ABOUT_IT, outcome="met", summary="Done.")
CARERS = {str(ANNA): ("carer", "F"), str(TOM): ("carer", "F")}


def hear_of(fact: Event, *before: Event) -> dict[str, tuple[str, str]]:
    """By recipient the role and the footing."""
    running = Running(BURNSIDE)
    running.record((*PEOPLE, IN_P5, HAY, NEED_ASSESSED, *before, fact), running.now)
    found = recipients(running.case, running.history[-1], POLICY, BURNSIDE, running.now.date())
    return {one.recipient: (one.role, one.duty) for one in found}


def test_teachers_of_the_day_hear_of_a_change_of_stage_and_of_the_end_of_a_services_work():
    assert hear_of(CHANGED) == {**CARERS, "staff:hay": ("coordinator", "F"), "staff:okafor": ("teacher", "F")}
    heard = hear_of(ENDED, REQUESTED)
    assert heard == {**CARERS, "staff:hay": ("requester", "F"), "staff:okafor": ("teacher", "F")}


def test_teachers_hear_nothing_of_what_a_learner_asked_for_and_keeps_to_themselves():
    private = REQUESTED.model_copy(update={"parents_told": False})
    assert hear_of(ENDED, private) == {"staff:hay": ("requester", "F")}


def test_whoever_coordinates_hears_of_a_review_and_that_a_request_arrived():
    assert hear_of(REVIEWED)["staff:hay"] == ("coordinator", "F")
    of_another = REQUESTED.model_copy(update={"requester": REQUESTED.requester.model_copy(update={"name": "okafor"})})
    arrived = AssistanceAcknowledged(**ABOUT_IT, received_by="desk")
    assert hear_of(arrived, of_another)["staff:hay"] == ("coordinator", "F")


def test_the_family_hears_that_a_service_worked_with_the_learner_unless_that_is_labelled():
    assert hear_of(WORKED, REQUESTED) == {"staff:hay": ("coordinator", "A"), **CARERS}
    labelled = WORKED.model_copy(update={"sensitivity": "restricted"})
    assert hear_of(labelled, REQUESTED) == {"staff:hay": ("coordinator", "A")}


def test_views_reach_whoever_is_to_acknowledge_them_and_nobody_else():
    raised = ConcernRaised(
        concern_id=CONCERN, raised_by=RaisedBy(kind="carer", person=ANNA), received_by="dar", description="Quiet."
    )
    said = views_of(MAJA)
    about_it = said.model_copy(update={"about_ref": CONCERN})
    acknowledged: ViewsRecorded = said.model_copy(update={"acknowledged_by": "hay"})
    assert hear_of(said, raised) == {"staff:hay": ("coordinator", "N")}
    assert hear_of(about_it, raised) == {"staff:dar": ("receiver", "N"), "staff:hay": ("coordinator", "N")}
    assert hear_of(acknowledged, raised) == {}
