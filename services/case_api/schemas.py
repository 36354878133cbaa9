"""JSON Schema 2020-12 for every event: the fact as it is stored, and the thin event of the feed."""

from functools import cache
from typing import Any

from case_api.domain.catalogue import ANNOUNCED, CATALOGUE
from case_api.domain.event import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT = {"type": "string"}


@cache
def schema_files() -> dict[str, dict[str, Any]]:
    """Every published schema by file name."""
    facts = {f"{event.topic}.json": event_schema(event) for event in CATALOGUE.values()}
    feed = {f"feed.{event.topic}.json": feed_event_schema(event) for event in ANNOUNCED.values()}
    return {**facts, **feed}


def event_schema(event: type[Event]) -> dict[str, Any]:
    """The schema of one event type's fact, with its grounds and true examples."""
    schema = event.model_json_schema(mode="serialization")
    own = {
        "$schema": DIALECT,
        "$id": f"{event.topic}.json",
        "title": event.topic,
        "x-grounds": event.grounds,
        "x-covers": list(event.covers),
        "x-stream": event.stream,
        "x-true-from": event.true_from or "occurred_at",
    }
    examples = {"examples": [dict(example) for example in event.examples]} if event.examples else {}
    return {**schema, **own, **examples}


def feed_event_schema(event: type[Event]) -> dict[str, Any]:
    """The schema of the thin CloudEvent that announces one event type: ids, type and links."""
    properties = event.model_json_schema(mode="serialization")["properties"]
    refs = {name: _plain(properties[name]) for name in event.refs}
    links = {"type": "object", "properties": {"case": TEXT, "recipients": TEXT, "request": TEXT}}
    data = {
        "type": "object",
        "required": ["links"],
        "properties": {"case_id": TEXT, **refs, "links": links},
    }
    fixed = {"specversion": {"const": "1.0"}, "type": {"const": event.topic}, "data": data}
    texts = ("id", "source", "time", "recordedtime", "correlationid", "datacontenttype", "dataschema")
    optional = ("subject", "causationid", "traceparent")
    return {
        "$schema": DIALECT,
        "$id": f"feed.{event.topic}.json",
        "title": f"{event.topic}, as announced",
        "type": "object",
        "required": ["specversion", "type", "data", *texts],
        "properties": {**fixed, **dict.fromkeys((*texts, *optional), TEXT)},
    }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an id or code, without its surroundings."""
    if "anyOf" in schema:
        return _plain(schema["anyOf"][0])
    return {"type": "string"} | {key: schema[key] for key in ("format", "enum") if key in schema}
