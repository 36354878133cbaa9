"""Request bodies, read exactly as their published schema says: 400 when, and only when, it rejects them (D20).

pydantic's strict mode on the JSON text is the schema's own reading: a number is no text, a text no number. FastAPI's
own body parameters read more leniently, so they are not used.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import Any, get_args

from fastapi import Depends
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from case_api.http.limits import BODY
from case_api.http.mistakes import BodyRejected, declared_names

REF = "#/components/schemas/{model}"
FRACTION = re.compile(rb"[0-9](\.|[eE])")
"""What may be a number with a fraction or an exponent; in a text it does no harm."""
ADAPTERS: dict[str, TypeAdapter[Any]] = {}
"""Every body that a route reads, by the name that the API document gives it."""


def json_body(kind: Any) -> Any:
    """What reads a body of *kind* for a route that declares it."""
    return Depends(reader(kind))


def body_of(request: Request) -> bytes:
    """The body as it came, which the gate has read."""
    body: bytes = request.scope[BODY]
    return body


def reader(kind: Any) -> Callable[[Request], Awaitable[Any]]:
    """Reads and checks the body of a request; raises BodyRejected, which becomes a 400 problem."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    names = cache(lambda: declared_names(adapter))

    async def read(request: Request) -> Any:
        body = body_of(request)
        try:
            return adapter.validate_json(_with_whole_numbers(body), strict=True)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False)
            located = [{**fault, "loc": ("body", *fault["loc"])} for fault in faults]
            raise BodyRejected(located, json.loads(body) if body else None, names()) from None

    return read


def _with_whole_numbers(body: bytes) -> bytes:
    """The body with 1 for 1.0: one number to JSON Schema, two kinds of number to Python."""
    if not FRACTION.search(body):
        return body
    return json.dumps(json.loads(body, parse_float=_whole)).encode()


def _whole(number: str) -> int | float:
    value = float(number)
    return int(value) if value.is_integer() else value


def documented(kind: Any, name: str | None = None) -> dict[str, Any]:
    """What the API document says of a body of *kind*, for `openapi_extra`; *name* for one that is a union."""
    title = name or kind.__name__
    ADAPTERS[title] = TypeAdapter(kind)
    content: dict[str, Any] = {"schema": {"$ref": REF.format(model=title)}}
    if examples := dict(_examples(kind)):
        content["examples"] = examples
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def _examples(kind: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The examples of a class, or of each member of a union, by the name of the class."""
    if not isinstance(kind, type):
        for member in get_args(kind):
            yield from _examples(member)
        return
    for number, example in enumerate(getattr(kind, "examples", ()), 1):
        yield kind.__name__ + (f" {number}" if number > 1 else ""), {"summary": _first_line(kind), "value": example}


def _first_line(kind: type) -> str:
    return (kind.__doc__ or kind.__name__).partition("\n")[0]


def body_schemas() -> dict[str, Any]:
    """The schemas of all bodies and of what they are made of."""
    schemas: dict[str, Any] = {}
    for title, adapter in ADAPTERS.items():
        schema = adapter.json_schema(ref_template=REF, mode="validation")
        schemas |= schema.pop("$defs", {})
        schemas[title] = schema
    return schemas
