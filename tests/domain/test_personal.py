"""What was written by or about a person is not to be had by printing it (T10); read and stored it is whole."""

import json
import logging
import string
import traceback
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

import case_api.http.app  # noqa: F401 - every command is known then
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.command import Command
from case_api.domain.event import Event
from case_api.domain.facts.people import CarerLinked
from case_api.domain.refusal import Refusal
from case_api.domain.words import AS_PERSONAL, PERSONAL, Personal, Value
from case_api.store.shapes import shape_of
from case_api.views.answer import Part
from case_api.views.summaries import LINES

NAME = "Wilhelmina Quillfeather"
FACT = CarerLinked.model_validate({**CarerLinked.examples[0], "name": NAME})
SHOWN = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "f-string": lambda it: f"{it}",
    "f-string with a width": lambda it: f"{it:>40}",
    "f-string of its repr": lambda it: f"{it!r}",
    "percent s": lambda it: "%s" % (it,),  # noqa: UP031 - as loggers do
    "percent r": lambda it: "%r" % (it,),  # noqa: UP031 - as above
    "format": "{}".format,
    "template": lambda it: string.Template("$it").substitute(it=it),
    "in a list": lambda it: str([it]),
    "in a dict": lambda it: str({"name": it}),
    "as an error": lambda it: str(ValueError(it)),
    "a traceback": lambda it: "".join(traceback.format_exception_only(ValueError([it]))),
    "a record of the log": lambda it: logging.makeLogRecord({"msg": "%s", "args": (it,)}).getMessage(),
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("what", [FACT.name, [FACT], FACT], ids=["a name", "a list", "a fact"])
def test_what_is_personal_is_not_had_by_printing_it(what: object, shown: Any):
    try:
        said = shown(what)
    except TypeError:
        assert shown is SHOWN["f-string with a width"]
    else:
        assert PERSONAL in said
        assert NAME not in said


def test_json_that_knows_no_facts_shows_none_of_their_texts():
    assert NAME not in json.dumps({"fact": FACT}, default=str)
    with pytest.raises(TypeError, match="unsupported"):
        msgspec.json.encode({"name": FACT.name})


def test_an_error_about_a_personal_text_does_not_quote_it():
    with pytest.raises(ValidationError) as refused:
        CarerLinked.model_validate({**CarerLinked.examples[0], "name": NAME, "relationship": NAME, NAME: NAME})
    assert NAME not in str(refused.value).replace(f"\n{NAME}\n", "")  # where a field is placed is its name


def test_stored_and_answered_it_is_whole():
    assert json.loads(FACT.model_dump_json())["name"] == FACT.model_dump(mode="json")["name"] == NAME
    assert FACT.name == NAME
    assert hash(FACT.name) == hash(NAME)


def test_what_is_read_from_the_log_is_as_personal_as_what_was_said():
    shape = shape_of(CarerLinked)
    read = shape.build(msgspec.json.decode(FACT.model_dump_json(exclude_none=True), type=shape.form))
    assert read == FACT
    assert isinstance(read.name, Personal)
    assert NAME not in repr(read)


def test_a_part_of_an_answer_prints_without_its_texts():
    class Shown(Part):
        text: str
        count: int

    assert repr(Shown(text=NAME, count=3)).endswith(f"Shown(text={PERSONAL}, count=3)")
    assert NAME not in str(Shown(text=NAME, count=3))


def is_personal(kind: Any) -> bool:
    if get_origin(kind) is Annotated:
        return AS_PERSONAL in get_args(kind) or is_personal(get_args(kind)[0])
    return get_origin(kind) in {tuple, Union, UnionType} and any(is_personal(one) for one in get_args(kind))


def texts_in_print(model: type[BaseModel]) -> list[str]:
    """Fields of plain text that no pattern keeps to codes, ids, hashes and the like."""
    return [
        name
        for name, field in model.model_fields.items()
        if "str" in str(field.annotation)
        and AS_PERSONAL not in field.metadata
        and not is_personal(field.annotation)
        and field.repr
        and not _is_kept_to_a_pattern(model, name)
    ]


def _is_kept_to_a_pattern(model: type[BaseModel], name: str) -> bool:
    told = json.dumps(model.model_json_schema()["properties"][name])
    return any(sign in told for sign in ('"enum"', '"const"', '"format"', '"pattern": "^'))


PUBLIC = {
    *("version", "title", "agency", "role", "organisation", "content", "networks"),
    *("ladder_version", "catalogue_version", "tool_version"),
}
"""What everybody may read: titles and versions."""


def values(of: type[Value] = Value) -> Iterator[type[Value]]:
    for one in of.__subclasses__():
        inside = one.__module__.startswith(
            ("case_api.domain.facts", "case_api.domain.decisions", "case_api.domain.words")
        )
        if inside and not issubclass(one, Refusal):
            yield one
        yield from values(one)


def test_every_text_of_an_event_or_a_command_is_personal_or_known_to_be_public():
    assert {field for value in values() for field in texts_in_print(value)} == PUBLIC


def test_every_line_of_the_timeline_is_made_of_codes_and_dates():
    asked = {
        (name, field.removeprefix("fact.").partition(".")[0])
        for name, line in LINES.items()
        for _, field, _, _ in string.Formatter().parse(line)
        if field and field.startswith("fact.")
    }
    fields = {(name, field): CATALOGUE[name].model_fields[field] for name, field in asked}
    assert {at for at, it in fields.items() if AS_PERSONAL in it.metadata or is_personal(it.annotation)} == set()


def test_the_examples_of_every_event_print_nothing_personal():
    for event in CATALOGUE.values():
        for example in event.examples:
            fact = event.model_validate(example)
            texts = {value for value in vars(fact).values() if isinstance(value, Personal)}
            assert [text for text in texts if len(text) > 12 and text + "" in repr(fact)] == []


def test_commands_and_events_refuse_without_quoting():
    assert {model.model_config.get("hide_input_in_errors") for model in (Event, Command)} == {True}
