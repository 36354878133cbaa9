"""`docs/events.md`: every event, what it means, what it stands on, and what it holds."""

import json
from itertools import groupby
from typing import Any

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Event
from case_api.reference.fields import fields
from case_api.reference.markdown import code, page, prose, table
from case_api.schemas import event_schema

ABOUT = """What can happen, as it is stored: events are added, never edited or removed (`R106`). Each names the section
of the guidance on which it stands and the [requirements](requirements.md) that it serves. *True from* says which of its
fields tells when it became true in the world; *sealed under* whose key opens its body (`D10`); a feed announces only
the fields under *announced with*. Around each stand who recorded it, when, from where and under which policy."""
KEYS = {
    "case": "the learner's key",
    "told": "the learner's key",
    "matter": "the matter's own key",
    "authority": "the authority's own key",
}


def events() -> str:
    """The whole page."""
    found = sorted(CATALOGUE.values(), key=lambda each: (each.owner, each.__name__))
    chapters = (_chapter(owner, list(of)) for owner, of in groupby(found, lambda each: each.owner))
    return page("Events", ABOUT, *chapters, _values(found))


def _chapter(owner: str, of: list[type[Event]]) -> str:
    return "\n\n".join((f"## {owner.capitalize()}", *map(_event, of)))


def _event(event: type[Event]) -> str:
    name = f"[{event.topic}](../schemas/{event.topic}.json)"
    parts = [f"### {name}", prose(event.__doc__), table(("", ""), _facts_about(event)), fields(event_schema(event))]
    parts += [f"```json\n{json.dumps(one, indent=2, ensure_ascii=False)}\n```" for one in event.examples]
    return "\n\n".join(parts)


def _facts_about(event: type[Event]) -> list[tuple[str, str]]:
    until = f", until {code(event.true_until)}" if event.true_until else ""
    return [
        ("Stands on", event.grounds),
        ("Serves", ", ".join(event.covers)),
        ("Stream", event.stream),
        ("True from", code(event.true_from or "occurred_at") + until),
        ("Sealed under", _key(event)),
        ("Announced with", _announced(event)),
        ("May be corrected", "yes" if event.correctable else "no; it is decided anew"),
    ]


def _announced(event: type[Event]) -> str:
    if event.stream == "matter":
        return "never announced"
    return ", ".join(map(code, event.refs)) or "nothing but the case"


def _key(event: type[Event]) -> str:
    if event.outlives_keys:
        return KEYS["authority"]
    if event.sealed_for:
        return f"the key of the person in {code(event.sealed_for)}"
    return KEYS.get(event.stream, "the stream's own key")


def _values(found: list[type[Event]]) -> str:
    """What the fields above consist of, where they are objects themselves."""
    held: dict[str, Any] = {}
    for event in found:
        held |= event_schema(event).get("$defs", {})
    return "\n\n".join(("## Values", *(_value(name, schema) for name, schema in sorted(held.items()))))


def _value(name: str, schema: dict[str, Any]) -> str:
    said = prose(schema.get("description"))
    return "\n\n".join(part for part in (f"### {name}", said, fields(schema)) if part)
