"""What is wrong with a request, by place and in our own words: never what the client wrote (T10)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.types import Scope

from case_api.wording import in_words

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
    kind, where, words = found["type"], found["loc"], in_words(found)
    if kind in TAGS:
        where = (*where, found["ctx"]["discriminator"].strip("'"))
    if where[0] != "body":
        name = str(where[1]) if len(where) > 1 and kind != "extra_forbidden" else str(where[0])
        return Mistake(name, words, parameter=True)
    if kind == "json_invalid":
        return Mistake("", words)
    return Mistake("".join(f"/{step}" for step in _steps(where[1:], body, names)), words)


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
