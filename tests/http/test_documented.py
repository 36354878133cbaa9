"""What an integrator reads of an operation is true: its examples, its roles, its conditions, its answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from case_api.domain.command import Command
from case_api.domain.words import ROLES
from case_api.http.app import CAPABILITIES
from case_api.http.bodies import ADAPTERS
from tests.house.repository import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "openapi/case-api.json").read_text())
OPERATIONS = {
    operation["operationId"]: operation
    for path, methods in DOCUMENT["paths"].items()
    if path.startswith("/v1/")
    for operation in methods.values()
}
WITH_A_BODY = sorted(name for name, operation in OPERATIONS.items() if "requestBody" in operation)
OF_SEVERAL_RECORDS = {"take_emergency_access", "give_support_together"}
"""Their receipt holds an ETag for each record."""
EDITED = {"set_contact_preference"}
PLAIN = {
    *("attempts", "challenges", "channel", "date_of_birth", "description", "expected_start", "expected_wait_weeks"),
    *("kind", "language", "name", "next_review_on", "place", "reason", "restriction_reason", "sector", "strengths"),
    *("summary", "template", "text", "title", "tool_version", "urgency", "version"),
}
"""Names that speak for themselves; every other field is described."""


def commands(kind: type[Command] = Command) -> Iterator[type[Command]]:
    """Every command that can be sent: those that no other command builds on."""
    for one in kind.__subclasses__():
        below = list(commands(one))
        yield from below or ([one] if one.__module__.startswith("case_api.") else [])


assert CAPABILITIES  # so that every command is declared
COMMANDS = sorted(commands(), key=lambda one: one.__name__)


def content(name: str) -> dict[str, Any]:
    found: dict[str, Any] = OPERATIONS[name]["requestBody"]["content"]["application/json"]
    return found


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_every_command_has_examples_that_it_accepts(command: type[Command]):
    assert command.examples
    for example in command.examples:
        command.model_validate_json(json.dumps(example), strict=True)


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_the_document_shows_examples_of_every_body(name: str):
    shown = content(name)["examples"]
    body = ADAPTERS[content(name)["schema"]["$ref"].rpartition("/")[2]]
    for example in shown.values():
        body.validate_json(json.dumps(example["value"]), strict=True)


def test_every_kind_of_a_union_has_its_example():
    assert set(content("answer_agreement")["examples"]) == {"GrantAgreement", "RefuseAgreement"}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_names_its_roles(name: str):
    _, _, roles = OPERATIONS[name]["description"].rpartition("Roles: ")
    assert roles == "any." or set(roles.removesuffix(".").split(", ")) <= ROLES


def test_an_operation_says_whether_it_requires_if_match():
    required = {
        name
        for name, operation in OPERATIONS.items()
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "If-Match" and parameter["required"]
    }
    assert required >= EDITED
    assert "raise_concern" not in required


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_answers_name_the_headers_that_they_carry(name: str):
    answers = OPERATIONS[name]["responses"]
    if "304" in answers:
        assert set(answers["304"]["headers"]) == set(answers["200"]["headers"]) == {"ETag"}
    if "201" in answers:
        of_one_record = set() if name in OF_SEVERAL_RECORDS else {"ETag", "Location"}
        assert set(answers["201"]["headers"]) == {"Idempotency-Replayed"} | of_one_record


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_what_a_field_is_for_stands_with_it_or_in_its_name(command: type[Command]):
    said = {name for name, field in command.model_fields.items() if field.description}
    assert set(command.model_fields) - said - PLAIN == set()
