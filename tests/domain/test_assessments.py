"""What the learner needs, and what people say."""

from case_api.domain.decisions.assessments import RecordAssessment, RecordViews
from case_api.domain.facts.assessments import Need, NeedsAssessed, ViewsRecorded
from case_api.domain.questions.references import ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import new
from tests.domain.situations import FAMILY, MAJA, NEED_ASSESSED, the, views_of

LANGUAGE = Need(code="language")


def test_needs_are_assessed_with_strengths_beside_them():
    command = RecordAssessment(tool="cps", needs=(LANGUAGE,), strengths=("drawing",))
    given(FAMILY).when(command).then(a(NeedsAssessed, assessment_id=new(1), strengths=("drawing",)))


def test_an_assessment_rests_on_views_that_were_recorded():
    rests_on = RecordAssessment(tool="cps", needs=(LANGUAGE,), views_refs=(the("views maja"),))
    given(FAMILY).when(rests_on).then_refused(ReferenceUnknown, pointer="/views_refs")
    given(FAMILY, views_of(MAJA, "maja")).when(rests_on).then(NeedsAssessed)


def test_the_learner_says_what_they_think():
    command = RecordViews(party=MAJA, how_gathered="drawing", views="I want pictures.")
    given(FAMILY).when(command).then(a(ViewsRecorded, views_id=new(1), party=MAJA))


def test_views_are_those_of_somebody_of_the_case():
    command = RecordViews(party=the("stranger"), how_gathered="talk", views="Hm.")
    given(FAMILY).when(command).then_refused(ReferenceUnknown, pointer="/party")


def test_a_second_assessment_adds_to_the_first():
    running = given(FAMILY, NEED_ASSESSED).when(RecordAssessment(tool="cps", needs=(Need(code="organisation"),)))
    running.running.record(running.decision.events, running.running.now)
    assert running.running.case.assessments.needs == {"language", "organisation"}
