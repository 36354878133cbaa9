"""The case as it was, at any time."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.domain.facts.concerns import ConcernClosed, ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.people import ContactPreferenceSet, RankedChannel
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.supports import SupportEffectObserved, SupportEnded, UniversalSupportApplied
from case_api.views.answer import NothingKnown
from case_api.views.case_view import CaseView, case_view
from tests import canaries
from tests.story import AUTHORITY, POLICY, Story, at


def case(story, valid, known=None):
    return case_view(story.events, at(valid, known), POLICY, AUTHORITY)


def concern_of(story, day, **more):
    concern_id = uuid4()
    story.then(
        day,
        ConcernRaised(
            concern_id=concern_id,
            raised_by=RaisedBy(kind="carer", person=story.anna),
            received_by="okafor",
            description=canaries.FREE_TEXT,
        ),
        **more,
    )
    return concern_id


def support_of(story, day):
    measure = uuid4()
    story.then(
        day,
        UniversalSupportApplied(
            measure_id=measure,
            strategy_code="visual_timetable",
            catalogue_version=POLICY.ref,
            area="physical",
            started_on=date.fromisoformat(day),
            by="okafor",
        ),
    )
    return measure


def test_a_case_shows_who_is_who():
    story = Story().registered()
    shown = case(story, "2025-08-20")
    assert shown.learner
    assert shown.learner.name == canaries.LEARNER
    assert [(carer.name, carer.holds_rights) for carer in shown.carers] == [(canaries.CARER, True)]
    assert (shown.stage.code, shown.stage.since) == ("universal", date(2025, 8, 19))
    assert not shown.settled


def test_a_learner_shows_in_the_class_of_the_day():
    story = Story().registered()
    for day, setting_class in (("2025-08-20", "p5"), ("2026-08-17", "p6")):
        placed = LearnerPlaced(
            setting="burnside-primary", setting_class=setting_class, from_day=date.fromisoformat(day)
        )
        story.then("2025-08-20", placed)
    days = ("2025-08-19", "2025-08-20", "2026-08-17")
    shown = [case(story, "2026-08-20" if day > "2026" else day).learner for day in days]
    assert [learner and learner.setting_class for learner in shown] == [None, "p5", "p6"]


def test_what_was_not_on_record_is_not_known():
    story = Story().registered()
    with pytest.raises(NothingKnown):
        case(story, "2025-08-20", known="2025-08-18")
    concern_of(story, "2025-09-08", recorded="2025-09-10")
    assert not case(story, "2025-09-30", known="2025-09-09").open_concerns
    assert case(story, "2025-09-30", known="2025-09-10").open_concerns


def test_what_was_not_true_yet_is_not_shown_though_it_is_known():
    story = Story().registered()
    concern_id = concern_of(story, "2025-09-08", recorded="2025-09-10")
    story.then(
        "2025-09-20",
        ConcernClosed(
            concern_id=concern_id,
            outcome="supported",
            reason="it is",
            fed_back_to=RaisedBy(kind="carer", person=story.anna),
        ),
    )
    open_on = {day: len(case(story, day).open_concerns) for day in ("2025-09-07", "2025-09-08", "2025-09-20")}
    assert open_on == {"2025-09-07": 0, "2025-09-08": 1, "2025-09-20": 0}


def test_a_carer_is_there_from_the_day_on_which_they_were_linked():
    story = Story().registered("2025-08-19")
    assert not case(story, "2025-08-18").carers
    assert case(story, "2025-08-18").stage.since is None


def test_a_support_runs_from_its_first_day_to_its_last_with_the_effect_seen_by_then():
    story = Story().registered()
    measure = support_of(story, "2025-09-16")
    story.then(
        "2025-11-04",
        SupportEffectObserved(measure_id=measure, score=1, place="school", evidence="seen", by="okafor"),
    )
    story.then("2025-12-01", SupportEnded(measure_id=measure, reason="outcome_met", on=date(2025, 12, 1)))
    assert not case(story, "2025-09-15").running_supports
    assert [one.last_score for one in case(story, "2025-10-01").running_supports] == [None]
    assert [one.last_score for one in case(story, "2025-11-30").running_supports] == [1]
    assert not case(story, "2025-12-01").running_supports


def test_the_way_to_reach_a_person_is_the_one_they_had_chosen_by_then():
    story = Story().registered()
    for day, language in (("2025-08-27", "pl"), ("2025-10-01", "en")):
        story.then(
            day,
            ContactPreferenceSet(
                person_id=story.anna,
                channels=(RankedChannel(channel="sms", address=canaries.TELEPHONE),),
                language=language,
                set_by="themselves",
            ),
        )
    assert not case(story, "2025-08-26").contact_preferences
    [before] = case(story, "2025-09-01").contact_preferences
    [after] = case(story, "2025-10-01").contact_preferences
    assert (before.language, after.language) == ("pl", "en")
    assert before.channels[0].address == canaries.TELEPHONE


def test_of_two_named_persons_from_one_day_on_the_later_recorded_is_the_one():
    story = Story().registered()
    for staff in ("hay", "lennox"):
        story.then("2025-08-20", NamedPersonAssigned(staff=staff, from_day=date(2025, 8, 20)))
    assert case(story, "2025-08-19").named_person is None
    assert case(story, "2025-08-20").named_person == "lennox"


def test_reviews_and_the_next_one_are_those_held_by_then():
    story = Story().registered()
    measure = support_of(story, "2025-09-16")
    story.then(
        "2025-11-04",
        ReviewHeld(
            review_id=uuid4(),
            of_refs=(measure,),
            held_on=date(2025, 11, 4),
            decision="adjust",
            next_review_on=date(2026, 2, 10),
        ),
    )
    assert case(story, "2025-11-03").next_review_on is None
    assert case(story, "2025-11-04").next_review_on == date(2026, 2, 10)


def test_the_stage_is_that_of_the_day():
    story = Story().registered()
    steps = [
        ("2025-11-04", "universal", "universal_augmented", "up"),
        ("2026-02-10", "universal_augmented", "targeted", "up"),
        ("2026-05-19", "targeted", "universal_augmented", "down"),
    ]
    for day, before, after, direction in steps:
        story.then(
            day,
            StageChanged(
                from_stage=before,
                to_stage=after,
                ladder_version=POLICY.ref,
                direction=direction,
                on=date.fromisoformat(day),
                rationale="as decided",
            ),
        )
    days = ("2025-11-03", "2025-11-05", "2026-03-01", "2026-06-01")
    assert [case(story, day).stage.code for day in days] == [
        "universal",
        "universal_augmented",
        "targeted",
        "universal_augmented",
    ]


def test_the_schema_of_an_answer_knows_no_null():
    assert '"null"' not in str(CaseView.model_json_schema(mode="serialization")).replace("'", '"')
