"""Events and refusals are declared whole: what they mean, what they stand on, what to do next."""

import importlib
import pkgutil
import re

import pytest

import case_api.domain.decisions
import case_api.domain.facts
import case_api.domain.questions
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Event
from case_api.domain.refusal import REFUSALS, Refusal
from tests.house.repository import ROOT

for package in (case_api.domain.facts, case_api.domain.questions, case_api.domain.decisions):
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")

LISTED = set(re.findall(r"^\| ([RID]\d+|[a-z-]+) \|", (ROOT / "docs/requirements.md").read_text(), re.MULTILINE))
GIVEN = {"ConcernRaised", "UniversalSupportApplied", "ConsentGranted", "AssistanceRequested", "ReviewHeld"}


def test_the_five_events_keep_the_names_they_were_given():
    assert set(CATALOGUE) >= GIVEN


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=CATALOGUE)
def test_every_event_says_what_happened_and_what_it_stands_on(event: type[Event]):
    assert event.__dict__.get("__doc__"), "an event needs a docstring of its own"
    assert event.grounds
    assert event.covers
    assert set(event.covers) <= LISTED


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=CATALOGUE)
def test_no_event_is_named_for_an_update(event: type[Event]):
    assert not re.search(r"Updated|Changed?Event|Event$|Created|Deleted|Edited|Executed", event.__name__)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_every_refusal_says_which_rule_refused_and_what_to_do_next(refusal: type[Refusal]):
    assert refusal.rule_id in LISTED
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", refusal.slug)
    assert all((refusal.title, refusal.guidance_ref))
    assert refusal.advice.endswith(".")


def test_every_refusal_has_a_slug_of_its_own():
    slugs = [refusal.slug for refusal in REFUSALS]
    assert sorted(slugs) == sorted(set(slugs))


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=CATALOGUE)
def test_no_field_of_an_event_hides_what_is_declared_about_it(event: type[Event]):
    assert set(event.model_fields) & Event.__class_vars__ == set()
    assert event.topic == f"{event.__name__}.v{event.schema_version}"
