"""Events are declared whole: what they tell, when it is true, whose key seals it, and an example to read."""

import json
from datetime import date, datetime
from typing import get_args

import pytest

from case_api.domain.case import EVOLVE as OF_A_CASE
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Event, Unreadable
from case_api.domain.matter import EVOLVE as OF_A_MATTER
from case_api.domain.refusal import REFUSALS
from tests.house.test_vocabulary import LISTED

EVENTS = pytest.mark.parametrize("event", CATALOGUE.values(), ids=CATALOGUE)
EXAMPLES = pytest.mark.parametrize(
    ("event", "example"),
    [(event, example) for event in CATALOGUE.values() for example in event.examples],
    ids=[name for name, event in CATALOGUE.items() for _ in event.examples],
)
THIN = {"identity", "name", "description", "summary", "views", "reason", "address", "text", "evidence"}


@EVENTS
def test_an_event_says_what_happened(event: type[Event]):
    assert event.__dict__.get("__doc__")
    assert event.grounds
    assert event.covers
    assert set(event.covers) <= LISTED


@EVENTS
def test_what_the_declaration_names_are_fields(event: type[Event]):
    named = {*event.refs, event.true_from, event.true_until, event.sealed_for, event.creates_key_for} - {None}
    assert named <= set(event.model_fields)


@EVENTS
def test_a_thin_payload_holds_no_words_of_people(event: type[Event]):
    assert not THIN & set(event.refs)


@EVENTS
def test_days_of_truth_are_days_or_instants(event: type[Event]):
    for name in filter(None, (event.true_from, event.true_until)):
        kinds = {event.model_fields[name].annotation, *get_args(event.model_fields[name].annotation)}
        assert kinds & {date, datetime}


@EVENTS
def test_an_event_of_a_case_belongs_to_a_slice_of_it(event: type[Event]):
    assert event.stream in ("case", "told", "matter", "authority")
    assert (event.owner in OF_A_CASE) == (event.stream == "case")
    assert event.stream != "matter" or event.owner in OF_A_MATTER


@EVENTS
def test_a_stored_name_carries_its_version(event: type[Event]):
    assert event.topic == f"{event.__name__}.v{event.schema_version}"
    assert set(event.upcasts) == set(range(1, event.schema_version))


@EVENTS
def test_an_event_has_an_example(event: type[Event]):
    assert event.examples


@EXAMPLES
def test_an_example_is_true_to_its_schema(event: type[Event], example: dict[str, object]):
    fact = event.model_validate_json(json.dumps(example))
    assert event.model_validate(example) == fact


@EXAMPLES
def test_an_event_comes_back_from_the_store_as_it_was(event: type[Event], example: dict[str, object]):
    fact = event.model_validate(example)
    assert event.model_validate_json(fact.model_dump_json()) == fact
    assert event.model_validate_json(fact.model_dump_json(exclude_none=True)) == fact


@EXAMPLES
def test_an_event_is_never_edited(event: type[Event], example: dict[str, object]):
    fact = event.model_validate(example)
    with pytest.raises(ValueError, match="frozen"):
        setattr(fact, next(iter(event.model_fields)), None)


def test_what_cannot_be_read_is_never_declared_as_stored():
    assert "Unreadable" not in CATALOGUE
    assert Unreadable.owner not in OF_A_CASE


def test_every_refusal_has_a_rule_that_is_listed_and_a_slug_of_its_own():
    assert {refusal.rule_id for refusal in REFUSALS} <= LISTED
    assert len({refusal.slug for refusal in REFUSALS}) == len(REFUSALS)
