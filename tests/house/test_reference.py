"""The reference pages hold everything that the code declares; `make check` finds out when they lag behind it."""

import json
import re

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Event
from case_api.domain.refusal import REFUSALS, Refusal
from case_api.reference.events import events
from case_api.reference.fields import kind
from case_api.reference.rules import rules

RULES, EVENTS = rules(), events()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in RULES.splitlines() if line.startswith("| `")
]
SECTIONS = dict(re.findall(r"^### \[(\S+)\]\(\S+\)\n(.*?)(?=^#{2,3} )", EVENTS, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_every_refusal_stands_under_its_rule(refusal: type[Refusal]):
    row = [f"`{refusal.slug}`", refusal.title, refusal.advice, refusal.guidance_ref, str(refusal.status)]
    assert row in ROWS
    section = RULES.partition(f"\n## {refusal.rule_id}\n")[2].partition("\n## ")[0]
    assert f"| `{refusal.slug}` |" in section


def test_the_rules_stand_in_the_order_of_their_numbers():
    numbers = [int(number) for number in re.findall(r"^## I(\d+)$", RULES, re.MULTILINE)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=CATALOGUE)
def test_every_event_is_told_with_grounds_fields_and_example(event: type[Event]):
    section = SECTIONS[event.topic]
    assert f"| Stands on | {event.grounds} |" in section
    assert f"| Serves | {', '.join(event.covers)} |" in section
    assert all(f"| `{field}` |" in section for field in event.model_fields)
    told = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", section, re.DOTALL)]
    assert told == [dict(example) for example in event.examples]


def test_an_event_about_a_person_says_under_whose_key_it_is_sealed():
    assert "| Sealed under | the key of the person in `person_id` |" in SECTIONS["CarerLinked.v1"]
    assert "| Sealed under | the learner's key |" in SECTIONS["ConcernRaised.v1"]
    assert "| True from | `holds_from`, until `until` |" in SECTIONS["ConsentGranted.v1"]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(#(\w+)\)", EVENTS))))
def test_every_value_that_a_field_names_is_told_too(target: str):
    assert f"\n### {target}\n" in EVENTS.lower()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "format": "uuid"}, "id"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "day"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "list of `a`, `b`"),
        ({"$ref": "#/$defs/Scope"}, "[Scope](#scope)"),
        ({"type": "integer", "minimum": -2, "maximum": 2}, "-2 to 2"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "text, by code"),
        ({"type": "object", "additionalProperties": True}, "object"),
        ({"const": "x"}, "`x`"),
        ({}, "any"),
    ],
)
def test_what_may_stand_in_a_field_is_said_in_words(schema: dict[str, object], words: str):
    assert kind(schema) == words
