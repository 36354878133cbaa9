"""The fields of a fact in words, from its JSON Schema."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from case_api.reference.markdown import code, table

Schema: TypeAlias = Mapping[str, Any]

BY_FORMAT = {"uuid": "id", "date": "day", "date-time": "instant"}
PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no", "object": "object"}


def fields(schema: Schema) -> str:
    """A table of the fields of one object."""
    wanted = frozenset(schema.get("required", ()))
    rows = (
        (code(name), kind(one), "yes" if name in wanted and "default" not in one else "")
        for name, one in schema.get("properties", {}).items()
    )
    return table(("Field", "Kind", "Needed"), rows)


def kind(schema: Schema) -> str:
    """What may stand in a field."""
    match schema:
        case {"$ref": ref}:
            name = str(ref).rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"enum": codes}:
            return ", ".join(code(str(one)) for one in codes)
        case {"const": only}:
            return code(str(only))
        case {"anyOf": kinds}:
            return " or ".join(dict.fromkeys(kind(one) for one in kinds if one != {"type": "null"}))
        case {"type": "array"}:
            return _list(schema)
        case {"type": "object", "additionalProperties": value} if isinstance(value, dict) and value:
            return f"{kind(value)}, by code"
    return _plain(schema)


def _plain(schema: Schema) -> str:
    if {"minimum", "maximum"} <= schema.keys():
        return f"{schema['minimum']} to {schema['maximum']}"
    return BY_FORMAT.get(schema.get("format", "")) or PLAIN.get(schema.get("type", ""), "any")


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"({', '.join(kind(one) for one in schema['prefixItems'])})"
    return f"list of {kind(schema.get('items', {}))}"
