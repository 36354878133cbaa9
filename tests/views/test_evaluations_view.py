"""Evaluations and information about entitlements, at any time."""

from datetime import date
from uuid import uuid4

from case_api.domain.facts.entitlements import EntitlementInformationProvided, TopicGiven
from case_api.domain.facts.evaluations import CarerRating, EvaluationRecorded, FourOutcomes, Period
from case_api.views.entitlements_view import entitlements_view
from case_api.views.evaluations_view import evaluations_view
from case_api.views.timeline import timeline
from tests.story import AUTHORITY, POLICY, Story, at

BETTER = FourOutcomes(present="improved", participating="same", achieving="improved", supported="improved")


def test_an_evaluation_is_there_from_its_day_on():
    story = Story().registered()
    rating = CarerRating(carer=story.anna, rating=5)
    period = Period(from_day=date(2025, 9, 16), until=date(2026, 6, 9))
    fact = EvaluationRecorded(
        evaluation_id=uuid4(), period=period, four_outcomes=BETTER, carer_rating=rating, learning="Pictures first."
    )
    story.then("2026-06-09", fact)
    assert evaluations_view(story.events, at("2026-06-08"), POLICY, AUTHORITY).items == ()
    [shown] = evaluations_view(story.events, at("2026-06-09"), POLICY, AUTHORITY).items
    assert (shown.period, shown.four_outcomes, shown.carer_rating) == (period, BETTER, rating)
    summary = timeline(story.events, at("2026-06-09"), POLICY, AUTHORITY).items[-1].summary
    assert summary == "The support from 2025-09-16 to 2026-06-09 was evaluated."


def test_information_is_there_with_the_source_that_was_named_for_it():
    story = Story().registered()
    topics = (TopicGiven(topic="help_for_carers", source="https://families.example"),)
    story.then(
        "2025-09-01", EntitlementInformationProvided(to=story.anna, topics=topics, language="pl", format="leaflet")
    )
    assert entitlements_view(story.events, at("2025-08-31"), POLICY, AUTHORITY).items == ()
    [shown] = entitlements_view(story.events, at("2025-09-01"), POLICY, AUTHORITY).items
    assert (shown.to, shown.topics, shown.language) == (story.anna, topics, "pl")
    summary = timeline(story.events, at("2025-09-01"), POLICY, AUTHORITY).items[-1].summary
    assert summary == "A person was informed of the help that is theirs to have: help for carers."
