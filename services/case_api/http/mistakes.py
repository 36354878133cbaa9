"""What is wrong with a request, by place and in our own words: never what the client wrote (T10)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.types import Scope

TAGS: Final = frozenset({"union_tag_invalid", "union_tag_not_found"})
MOST: Final = 20
"""How many mistakes one answer lists."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake at one place: a JSON Pointer into the body (RFC 6901), or the name of a parameter."""

    place: str
    detail: str
    parameter: bool = False

    def as_json(self) -> dict[str, str]:
        return {"parameter" if self.parameter else "pointer": self.place, "detail": self.detail}


WORDS: Final[Mapping[str, str]] = {
    "missing": "This is required.",
    "extra_forbidden": "There is a field here that the schema does not know.",
    "json_invalid": "This is not JSON.",
    "string_too_short": "This text is too short.",
    "string_too_long": "This text is too long.",
    "string_pattern_mismatch": "This text does not have the form that the schema asks for.",
    "literal_error": "This is not one of the allowed values.",
    "enum": "This is not one of the allowed values.",
    "union_tag_invalid": "This is not one of the allowed kinds.",
    "union_tag_not_found": "This is required.",
    "too_short": "There are too few items.",
    "too_long": "There are too many items.",
    "greater_than": "This number is too small.",
    "greater_than_equal": "This number is too small.",
    "less_than": "This number is too large.",
    "less_than_equal": "This number is too large.",
    "timezone_aware": "This instant needs its offset, such as Z or +01:00.",
    "none_required": "This must be absent.",
}
BY_BEGINNING: Final[Mapping[str, str]] = {
    "string_": "This must be text.",
    "int_": "This must be a whole number.",
    "float_": "This must be a number.",
    "decimal_": "This must be a number.",
    "finite_": "This must be a number.",
    "bool_": "This must be true or false.",
    "datetime_": "This must be an instant such as 2026-02-03T10:00:00Z.",
    "date_": "This must be a date such as 2026-02-03.",
    "time_": "This must be a time such as 10:00.",
    "timezone_": "This instant needs its offset, such as Z or +01:00.",
    "uuid_": "This must be an id as the API gave it.",
    "url_": "This must be a URL.",
    "list_": "This must be a list.",
    "tuple_": "This must be a list.",
    "set_": "This must be a list.",
    "frozen_set_": "This must be a list.",
    "dict_": "This must be an object.",
    "model_": "This must be an object.",
    "dataclass_": "This must be an object.",
    "mapping_": "This must be an object.",
}
LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "string_too_short": ("min_length", "Its least length is {}."),
    "string_too_long": ("max_length", "Its greatest length is {}."),
    "too_short": ("min_length", "The least is {}."),
    "too_long": ("max_length", "The most is {}."),
    "greater_than": ("gt", "It must be more than {}."),
    "greater_than_equal": ("ge", "The least is {}."),
    "less_than": ("lt", "It must be less than {}."),
    "less_than_equal": ("le", "The most is {}."),
    "literal_error": ("expected", "They are {}."),
    "enum": ("expected", "They are {}."),
    "union_tag_invalid": ("expected_tags", "They are {}."),
}
"""By kind of mistake: where pydantic tells the schema's own limit, and how we say it. What was sent is elsewhere."""
FORMS: Final[Mapping[str, str]] = {
    r"^[a-z0-9][a-z0-9_.-]{0,63}$": "This must be a code: lower case letters, digits and _ . - in it, at most 64.",
    r"^[a-z0-9][a-z0-9_.-]*$": "This must be a code: lower case letters, digits and _ . - in it.",
    r"\S": "This text must not be blank.",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "This must be a language tag such as en or pt-BR.",
    "^https?://": "This must be a URL that begins with https:// or http://.",
}
"""What some patterns of the schema ask for, in words."""
OTHERWISE: Final = "This does not fit the schema."


class BodyRejected(RequestValidationError):
    """A body that its schema rejects; *names* are the properties that the schema declares."""

    def __init__(self, errors: Sequence[Any], body: object, names: frozenset[str]) -> None:
        super().__init__(errors, body=body)
        self.names = names


def is_about_the_path(error: RequestValidationError) -> bool:
    """Whether a part of the address itself has the wrong form."""
    return any(item["loc"][:1] == ("path",) for item in error.errors())


def mistakes(error: RequestValidationError, scope: Scope) -> tuple[Mistake, ...]:
    """What *error* found, each place once, at most MOST of them."""
    names = error.names if isinstance(error, BodyRejected) else _declared_names(scope)
    found = (_mistake(item, error.body, names) for item in error.errors())
    return tuple(dict.fromkeys(found))[:MOST]


def _mistake(found: Mapping[str, Any], body: object, names: frozenset[str]) -> Mistake:
    kind, where, words = found["type"], found["loc"], _words(found)
    if kind in TAGS:
        where = (*where, found["ctx"]["discriminator"].strip("'"))
    if where[0] != "body":
        name = str(where[1]) if len(where) > 1 and kind != "extra_forbidden" else str(where[0])
        return Mistake(name, words, parameter=True)
    if kind == "json_invalid":
        return Mistake("", words)
    return Mistake("".join(f"/{step}" for step in _steps(where[1:], body, names)), words)


def _words(found: Mapping[str, Any]) -> str:
    """What is wrong, and the limit that the schema sets; of what pydantic found nothing else is read."""
    kind, limits = found["type"], found.get("ctx", {})
    if kind == "string_pattern_mismatch" and limits.get("pattern") in FORMS:
        return FORMS[limits["pattern"]]
    words = WORDS.get(kind) or next(
        (said for beginning, said in BY_BEGINNING.items() if kind.startswith(beginning)), OTHERWISE
    )
    name, said = LIMITS.get(kind, ("", ""))
    return f"{words} {said.format(limits[name])}" if name in limits else words


def _steps(path: tuple[str | int, ...], body: object, names: frozenset[str]) -> Iterator[str]:
    """The steps of *path* that are places in the body; pydantic's labels of union branches are not.

    Stops before a name that the schema does not declare: that one is the client's own text.
    """
    for step in path:
        if isinstance(body, list) and isinstance(step, int):
            body = body[step] if step < len(body) else None
        elif isinstance(body, dict) and step in body:
            if step not in names:
                return
            body = body[step]
        elif not (isinstance(body, dict) and step == path[-1] and step in names):
            continue
        yield str(step)


def _declared_names(scope: Scope) -> frozenset[str]:
    """Every name of a property in the schema of this route's body."""
    route = scope.get("route")
    if not isinstance(route, APIRoute) or route.body_field is None:
        return frozenset()
    names = _NAMES.get(route.endpoint)
    if names is None:
        declared: Any = route.body_field.field_info.annotation
        adapter: TypeAdapter[Any] = TypeAdapter(declared)
        names = _NAMES[route.endpoint] = declared_names(adapter)
    return names


def declared_names(adapter: TypeAdapter[Any]) -> frozenset[str]:
    """Every name of a property in the schema of a body."""
    return frozenset(_properties(adapter.json_schema()))


_NAMES: WeakKeyDictionary[Callable[..., Any], frozenset[str]] = WeakKeyDictionary()
"""Names by endpoint: a schema is gone through once."""


def _properties(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)
