"""What a row expects is really looked at."""

from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from demo.expectations import failures
from demo.script import Row

ANSWER = {
    "stage": {"code": "universal", "since": "2025-08-19", "code_hash": sha256(b"universal").hexdigest()},
    "items": [{"to": "1", "about": "a"}, {"to": "2", "about": "b"}, {"to": "2", "about": "c", "in": {"a": "b"}}],
    "refusals": [
        {"rule_id": "I1", "missing": [{"rule_id": "I6", "person": "1"}]},
        {"rule_id": "I2", "missing": [{"rule_id": "I2", "person": "2"}]},
    ],
}
NAMES = {"{anna}": "1", "{tom}": "2"}


def filled(text: str) -> str:
    for name, known in NAMES.items():
        text = text.replace(name, known)
    return text


def row(**expected: Any) -> Row:
    return Row.model_validate({"row": "Q1", "at": "2026-06-25T12:00:00Z", "as": "hay", "path": "/", **expected})


HOLDS: tuple[dict[str, Any], ...] = (
    {"want": {"/stage/code": "universal", "/stage/since": date(2025, 8, 19), "/items/0/to": "{anna}"}},
    {"absent": ("/stage/until", "/items/3", "/items/to=3")},
    {"want": {"/items/to=2/about": "c", "/items/about=b/to": "{tom}", "/items/in.a=b/about": "c"}},
    {"present": ("/stage/since", "/items/to={tom}")},
    {"among": ({"at": "/items", "has": {"/to": "{tom}"}, "times": 2},)},
    {"among": ({"at": "/items", "has": {"/to": "{anna}", "/about": "a"}},)},
    {"among": ({"at": "/items", "has": {"/to": "3"}, "times": 0},)},
    {"among": ({"at": "/items", "has": {"/to": "{tom}"}, "never": ("c",), "times": 1},)},
    {"want": {"/stage/since": "2025-08*"}},
    {"hashed": {"/stage/code": "/stage/code_hash"}},
    {"never": ("targeted",)},
    {"rule_id": "I1", "missing": ("anna",)},
)
FAILS: tuple[dict[str, Any], ...] = (
    {"want": {"/stage/code": "targeted"}},
    {"want": {"/stage/until": "2025-08-19"}},
    {"present": ("/stage/until",)},
    {"absent": ("/stage/since",)},
    {"absent": ("/items/to={tom}",)},
    {"among": ({"at": "/items", "has": {"/to": "{tom}"}, "times": 1},)},
    {"among": ({"at": "/items", "has": {"/to": "{anna}", "/about": "b"}},)},
    {"among": ({"at": "/stage", "has": {}},)},
    {"among": ({"at": "/items", "has": {"/to": "{anna}"}, "never": ("a",)},)},
    {"want": {"/stage/since": "2025-09*"}},
    {"hashed": {"/stage/since": "/stage/code_hash"}},
    {"never": ("universal",)},
    {"never": ("{tom}",)},
    {"rule_id": "I1", "missing": ("anna", "tom")},
    {"rule_id": "I2", "missing": ("anna",)},
)


@pytest.mark.parametrize("expected", HOLDS, ids=str)
def test_an_answer_as_expected_is_accepted(expected: dict[str, Any]):
    assert failures(row(**expected), ANSWER, filled) == []


@pytest.mark.parametrize("expected", FAILS, ids=str)
def test_another_answer_is_not(expected: dict[str, Any]):
    assert len(failures(row(**expected), ANSWER, filled)) == 1
