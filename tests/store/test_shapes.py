"""What is read without being judged again is what pydantic would have made of the same bytes (ADR 22)."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Event, Unreadable
from case_api.domain.facts.concerns import ConcernRaised
from case_api.domain.words import Value
from case_api.store import body
from case_api.store.frame import FrameError
from case_api.store.shapes import moment, moment_text, shape_of
from tests.store.facts import envelope

GOLDEN = sorted((Path(__file__).parents[1] / "golden/events").glob("*.json"))
RAISED: dict[str, Any] = ConcernRaised.examples[0]


def shaped(declared: type[Event], stored: bytes) -> Any:
    shape = shape_of(declared)
    return shape.build(msgspec.json.decode(stored, type=shape.form))


def stored(fact: Any = None, **around: Any) -> bytes:
    sealed = json.loads(body.write(envelope(), ConcernRaised.model_validate(RAISED)))
    return json.dumps({"envelope": sealed["envelope"] | around, "fact": sealed["fact"] | (fact or {})}).encode()


def read_by_both(declared: type[Event], text: bytes) -> tuple[Any, Any]:
    return shaped(declared, text), declared.model_validate_json(text)


def all_of(fact: Any) -> tuple[Any, str, list[tuple[str, type]]]:
    """The fact, how it is written, and of which type each field is."""
    return fact, fact.model_dump_json(), [(name, type(value)) for name, value in fact]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_fact_is_read_as_pydantic_reads_it(path: Path):
    name, _, version = path.stem.rpartition(".v")
    declared = CATALOGUE[name]
    if int(version) == declared.schema_version:
        ours, theirs = read_by_both(declared, json.dumps(json.loads(path.read_bytes())["fact"]).encode())
        assert all_of(ours) == all_of(theirs)


@pytest.mark.parametrize("declared", list(CATALOGUE.values()), ids=lambda declared: declared.__name__)
def test_every_example_is_read_as_pydantic_reads_it(declared: type[Event]):
    for example in declared.examples:
        fact = declared.model_validate(example)
        for text in (fact.model_dump_json(exclude_none=True), fact.model_dump_json(), json.dumps(example)):
            ours, theirs = read_by_both(declared, text.encode())
            assert all_of(ours) == all_of(theirs)
            assert ours.model_copy(update={}) == theirs.model_copy()
            assert type(ours).model_validate(ours) == theirs


def test_what_was_read_is_as_frozen_as_what_was_made():
    fact = shaped(ConcernRaised, json.dumps(RAISED).encode())
    with pytest.raises(ValueError, match="frozen"):
        fact.description = "other"
    with pytest.raises(ValueError, match="frozen"):
        fact.raised_by.kind = "staff"
    assert hash(fact) == hash(ConcernRaised.model_validate(RAISED))


@pytest.mark.parametrize(
    "ill",
    [
        {"fact": {"colour": "red"}},
        {"fact": {"concern_id": "nobody"}},
        {"fact": {"raised_by": {"kind": "carer", "colour": "red"}}},
        {"fact": {"raised_by": {"kind": "stranger"}}},
        {"fact": {"raised_by": "carer"}},
        {"fact": {"wellbeing_indicators": "achieving"}},
        {"fact": {"description": None}},
        {"fact": {"wants_reply": "yes"}},
        {"occurred_at": "2025-09-10T09:00:00"},
        {"occurred_at": "yesterday"},
        {"occurred_at": 7},
        {"occurred_at": "2025-99-10"},
        {"correlation_id": "none"},
        {"actor": {"subject": "t-1"}},
        {"actor": {"subject": "t-1", "role": "r", "organisation": "o", "colour": "red"}},
        {"source": {"system": "s", "colour": "red"}},
        {"sensitivity": "secret"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_body_of_another_shape_is_reported_without_its_content(ill: dict[str, Any]):
    with pytest.raises(FrameError) as error:
        body.read(ConcernRaised, 1, stored(**ill))
    assert error.value.__suppress_context__
    assert str(error.value) == "the body of a ConcernRaised.v1 does not fit its schema"


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff\xfe", b'{"envelope":{},"fact":{}}', b'{"fact":{}}'])
def test_what_is_no_body_at_all_is_reported(text: bytes):
    with pytest.raises(FrameError):
        body.read(ConcernRaised, 1, text)


@pytest.mark.parametrize(
    "at",
    [
        date(2025, 9, 10),
        datetime(2025, 9, 10, 9, 0, tzinfo=UTC),
        datetime(2025, 9, 10, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1))),
        datetime(2025, 9, 10, 9, 0, 0, 120000, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ],
    ids=str,
)
def test_a_moment_is_read_as_it_was_written(at: date):
    read = moment(moment_text(at))
    assert (read, read.isoformat()) == (at, at.isoformat())


@pytest.mark.parametrize(
    "at", [datetime(2025, 9, 10, 9, 0), date(1492, 1, 1), datetime(2500, 1, 1, tzinfo=UTC)], ids=str
)
def test_a_moment_that_could_not_be_read_is_not_written(at: date):
    with pytest.raises(ValueError, match="a day, or an instant with its offset"):
        body.write(envelope().but(occurred_at=at), ConcernRaised.model_validate(RAISED))


def test_what_is_none_is_not_stored_and_the_sensitivity_always_is():
    around = json.loads(body.write(envelope(), ConcernRaised.model_validate(RAISED)))["envelope"]
    assert list(around) == ["actor", "occurred_at", "source", "correlation_id", "policy", "sensitivity"]
    assert around["occurred_at"] == "2025-09-10T09:00:00Z"
    assert around["actor"] == {"subject": "t-1", "role": "teacher", "organisation": "burnside"}


def test_a_kind_of_field_that_nobody_thought_of_is_named_at_once():
    class Odd(Value):
        odd: set[int]

    class Either(Value):
        either: int | str

    for model in (Odd, Either):
        with pytest.raises(TypeError):
            shape_of(model)


def test_what_stands_in_the_place_of_a_fact_has_a_shape_too():
    text = Unreadable(why="erased", stored_name="x").model_dump_json()
    assert shaped(Unreadable, text.encode()) == Unreadable(why="erased", stored_name="x")
