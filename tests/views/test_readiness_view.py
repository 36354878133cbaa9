"""Whether a service can be asked now, and what is in the way (D20, R79)."""

from datetime import UTC, date, datetime
from uuid import uuid4

from msgspec.structs import replace

from case_api.domain.command import Situation
from case_api.domain.event import Actor
from case_api.domain.facts.assessments import Need, NeedsAssessed
from case_api.domain.facts.supports import SupportEffectObserved, UniversalSupportApplied
from case_api.views.readiness_view import ReadinessView, Wanted, readiness_view
from tests.story import AUTHORITY, POLICY, Story, at

NOW = datetime(2025, 11, 14, 12, tzinfo=UTC)
HAY = Situation(
    NOW,
    Actor(subject="hay", role="pupil_support", organisation="burnside"),
    frozenset({"pupil_support"}),
    POLICY,
    AUTHORITY,
    uuid4,
)
SLT = Wanted("slt", "speech")


def ready(story: Story, wanted: Wanted = SLT, situation: Situation = HAY) -> ReadinessView:
    return readiness_view(story.events, at("2025-11-14"), situation, wanted)


def rules(shown: ReadinessView) -> list[str]:
    return [one.rule_id for one in shown.obstacles]


def tried() -> Story:
    """A need was assessed, and one support tried for it and watched."""
    story, measure = Story().registered(), uuid4()
    story.then("2025-09-16", NeedsAssessed(assessment_id=uuid4(), tool="cps", needs=(Need(code="language"),)))
    story.then(
        "2025-09-16",
        UniversalSupportApplied(
            measure_id=measure,
            strategy_code="visual_timetable",
            catalogue_version=POLICY.ref,
            area="physical",
            need_refs=("language",),
            started_on=date(2025, 9, 16),
            by="okafor",
        ),
    )
    effect = SupportEffectObserved(measure_id=measure, score=1, place="school", evidence="Starts alone.", by="dar")
    story.then("2025-11-04", effect)
    return story


def test_at_the_beginning_everything_is_missing_and_each_rule_says_what_to_do():
    shown = ready(Story().registered())
    assert not shown.ready
    assert rules(shown) == ["I1", "I2", "I10", "I12"]
    assert all(one.advice for one in shown.obstacles)
    assert {one.what for one in shown.obstacles[0].missing} == {"not_asked"}
    assert [one.status for one in shown.parties] == ["not_asked", "not_asked"]


def test_the_record_answers_for_what_was_tried():
    story = tried()
    shown = ready(story)
    assert rules(shown) == ["I1", "I2", "I12"]
    assert shown.draft.need_refs == ("language",)
    assert [one.need_ref for one in shown.draft.measures_tried] == ["language"]


def test_what_the_family_was_asked_about_is_what_would_be_sent():
    story = tried()
    story.agreed("2025-11-12", "learning_profile", "views")
    shown = ready(story)
    assert shown.draft.categories == ("learning_profile", "views")
    assert (rules(shown), shown.together.status) == (["I12"], "satisfied")
    wider = ready(story, Wanted("slt", "speech", ("attendance",)))
    assert rules(wider)[0] == "I1"
    assert {one.what for one in wider.obstacles[0].missing} == {"category_not_agreed"}


def test_a_draft_of_a_long_record_has_room_in_one_request_and_names_what_was_watched_first():
    story = tried()
    watched = story.events[-1].fact
    assert isinstance(watched, SupportEffectObserved)
    first = story.events[-2].fact
    assert isinstance(first, UniversalSupportApplied)
    for number in range(80):
        story.then("2025-09-17", first.model_copy(update={"measure_id": uuid4(), "by": f"staff-{number}"}))
    many = tuple(Need(code=f"need_{number}") for number in range(40))
    story.then("2025-09-18", NeedsAssessed(assessment_id=uuid4(), tool="cps", needs=many))
    draft = ready(story).draft
    assert (len(draft.need_refs), len(draft.measures_tried)) == (30, 2)
    assert draft.measures_tried[0].measure_id == watched.measure_id


def test_whoever_would_ask_contributes_and_an_unwatched_class_support_counts_for_no_need():
    story = Story().registered()
    story.then("2025-09-16", NeedsAssessed(assessment_id=uuid4(), tool="cps", needs=(Need(code="language"),)))
    for_all = next(one.fact for one in tried().events if isinstance(one.fact, UniversalSupportApplied))
    nurture = for_all.model_copy(update={"measure_id": uuid4(), "need_refs": ()})
    story.then("2025-09-16", nurture)
    draft = ready(story).draft
    assert draft.measures_tried == ()
    assert [(one.staff, one.role) for one in draft.contributors] == [("hay", "pupil_support")]
    effect = SupportEffectObserved(measure_id=nurture.measure_id, score=0, place="school", evidence="None.", by="dar")
    story.then("2025-11-04", effect)
    assert [one.measure_id for one in ready(story).draft.measures_tried] == [nurture.measure_id]
    teacher = replace(HAY, roles=frozenset({"teacher"}))
    assert ready(story, situation=teacher).draft.contributors == ()
