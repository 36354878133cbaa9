"""The two services share no code: what one relies on, the other promises in its published documents."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic import AliasPath

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.questions.watches import Watching
from case_api.packs import Packs
from notifier import wire
from notifier.rules import BY_EVENT_AND_ROLE, EVENTS
from notifier.settings import LETTERS

ROOT = Path(__file__).parents[2]
OPENAPI = json.loads((ROOT / "openapi/case-api.json").read_text())
MATRIX = Packs(ROOT / "policies").policy("scotland-generic@1").recipients
SPOKEN_OF = {
    "carers": {"carer"},
    "learner": {"learner"},
    "party": {"carer", "learner"},
    "service": {"service"},
    "named_person": {"coordinator"},
    "coordinator": {"coordinator"},
    "requester": {"requester"},
    "receiver": {"receiver"},
    "raiser": {"raiser"},
    "other_side": {"carer", "teacher"},
    "invited": {"carer", "learner"},
    "doers": {"doer"},
    "audience": {"teacher"},
    "shared_with": {"reader"},
    "owner": {"owner"},
    "slow_readers": {"reader"},
    "leads": {"lead"},
    "home": {"carer", "learner"},
    "family": {"carer", "learner"},
    "teachers": {"teacher"},
    "attendees": {"attendee"},
    "invited_services": {"service"},
    "views_heard_by": {"receiver", "coordinator"},
}
"""The policy's roles, and the roles that the recipients answer gives for them."""


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = OPENAPI["components"]["schemas"][name]
    return found


def published(event: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"schemas/feed.{event}.json").read_text())
    return found


def names(reader: type[wire.Read]) -> set[str]:
    return {_on_the_wire(name, field.validation_alias) for name, field in reader.model_fields.items()}


def _on_the_wire(name: str, alias: object) -> str:
    return str(alias.path[0]) if isinstance(alias, AliasPath) else name


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_field_that_is_read_of_an_event_is_promised(event: str):
    assert names(wire.FeedEvent) <= {*published(event)["required"], "subject"}


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_that_a_rule_names_is_one_of_a_case_so_its_subject_is_there(event: str):
    assert CATALOGUE[event.partition(".")[0]].stream == "case"


@pytest.mark.parametrize(
    ("reader", "promised"),
    [
        (wire.Page, "FeedPage"),
        (wire.Recipient, "HearerBody"),
        (wire.Recipients, "RecipientsBody"),
        (wire.Permit, "PermitBody"),
    ],
)
def test_every_field_that_is_read_of_an_answer_is_promised(reader: type[wire.Read], promised: str):
    assert names(reader) <= set(schema(promised)["required"])


def test_everything_that_the_reader_ignores_may_change():
    later = {
        "id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "type": "ConcernRaised.v9",
        "subject": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "new": {},
    }
    assert wire.FeedEvent.model_validate(later).type == "ConcernRaised.v9"


@pytest.mark.parametrize(
    ("event", "role"), sorted({(event, entry.role) for event, entries in MATRIX.items() for entry in entries})
)
def test_whoever_the_policy_names_has_a_letter(event: str, role: str):
    missing = {spoken for spoken in SPOKEN_OF[role] if (f"{event}.v1", spoken) not in BY_EVENT_AND_ROLE}
    assert missing == set()


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.name)
def test_every_published_schema_is_one_and_its_examples_are_true(path: Path):
    document = json.loads(path.read_text())
    Draft202012Validator.check_schema(document)
    for example in document.get("examples", []):
        Draft202012Validator(document).validate(example)


def test_every_event_has_a_schema_for_the_record_and_one_for_the_feed_unless_it_is_of_a_matter_alone():
    wanted = {f"{event.topic}.json" for event in CATALOGUE.values()}
    wanted |= {f"feed.{event.topic}.json" for event in CATALOGUE.values() if event.stream != "matter"}
    assert wanted == {path.name for path in (ROOT / "schemas").glob("*.json")}


def test_a_letter_has_words_for_every_watch():
    words = (LETTERS / "en/_watches.txt").read_text()
    assert {watch for watch in get_args(Watching) if f'"{watch}": ' not in words} == set()
