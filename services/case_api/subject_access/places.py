"""The places in one fact that wait for a decision: free words, and whatever is another person's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from case_api.access.principal import FAMILY_ROLES
from case_api.domain.event import Event, Recorded
from case_api.domain.questions.family_sight import is_their_own_act
from case_api.domain.words import NOT_BLANK
from case_api.subject_access.known import Known

Reason = Literal["free_words", "names_another_person", "another_person", "restriction", "serious_harm"]
Proposal = Literal["keep", "release"]
Table = Mapping[str, Any]
FREE: Final = NOT_BLANK
"""The pattern by which a schema says that a text is in words of somebody's own."""
STAFF: Final = frozenset({
    "practitioner", "received_by", "reference", "staff", "assessor", "organisation", "to_staff", "by", "coordinator",
    "organiser", "tool_version", "catalogue_version", "ladder_version", "waits_for", "by_hand", "system", "source",
})  # fmt: skip
"""Fields that name staff at their work, a system or a published source: shown without a question."""
OWN: Final[Mapping[str, frozenset[str]]] = {
    "LearnerRegistered": frozenset({"name", "value", "communication_needs"}),
    "CarerLinked": frozenset({"name"}),
    "ContactPreferenceSet": frozenset({"address", "times"}),
    "ViewsRecorded": frozenset({"views"}),
    "ConcernRaised": frozenset({"description"}),
    "ConsentRefused": frozenset({"reason"}),
    "PostcardSent": frozenset({"text"}),
    "PostcardReplied": frozenset({"text"}),
    "AccessNeedsStated": frozenset({"needs"}),
}
"""By the event's name: what the person whose fact it is said or gave themselves."""
CAREFUL: Final[Mapping[str, Reason]] = {
    "restriction_reason": "restriction",
    "limited_by": "restriction",
    "may_contact": "restriction",
    "wellbeing_impact": "serious_harm",
}
"""Fields of which a person must ask whether releasing them would do serious harm."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place in a fact, and what is proposed for it."""

    pointer: str
    """JSON Pointer into what is told of the fact: `/data/…`, or `/by/subject`."""
    why: Reason
    proposed: Proposal
    says: Any


def told_of(event: Recorded) -> dict[str, Any]:
    """What is told of a fact: who recorded it, and the fact itself."""
    if event.envelope is None:
        return {"by": {}, "data": {}}
    actor = event.envelope.actor
    by = {"role": actor.role, "subject": actor.subject, "organisation": actor.organisation}
    return {"by": by, "data": event.fact.model_dump(mode="json", exclude_none=True)}


def places_in(event: Recorded, known: Known, proposed: Proposal, wrong: Event | None = None) -> Iterator[Place]:
    """The places of a fact that is the subject's, or about the learner.

    *proposed* is what is proposed for free words that name nobody; *wrong* is what the fact corrects.
    """
    told, fact = told_of(event), type(event.fact)
    yield from _recorder(told["by"], event, known)
    yield from _Walk(known, _own(event.fact, known), proposed).table(told["data"], _schema(fact), "/data")
    if wrong is not None and "replacement" in told["data"]:
        walk = _Walk(known, _own(wrong, known), proposed)
        yield from walk.table(told["data"]["replacement"], _schema(type(wrong)), "/data/replacement")


def _recorder(by: Mapping[str, str], event: Recorded, known: Known) -> Iterator[Place]:
    """Who recorded it, where that is another person of the family."""
    family = by["role"] in FAMILY_ROLES and not is_their_own_act(event.fact, known.subject)
    if family or known.names_another(by["subject"]):
        yield Place("/by/subject", "another_person", "keep", by["subject"])


def _own(fact: Event, known: Known) -> frozenset[str]:
    """The fields with the subject's own words, if it is theirs and not what staff wrote to them."""
    theirs = is_their_own_act(fact, known.subject) or getattr(fact, "person_id", None) == known.subject
    return OWN.get(type(fact).__name__, frozenset()) if theirs else frozenset()


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through what a fact holds, beside its schema."""

    known: Known
    own: frozenset[str]
    proposed: Proposal

    def table(self, value: Table, schema: Table, at: str, root: Table | None = None) -> Iterator[Place]:
        """Every field; the *root* schema, which holds what others refer to, is that of the whole fact."""
        if root is not None and self.known.holds_another(value):
            yield Place(at, "another_person", "keep", value)
            return
        fields = schema.get("properties", {})
        for name, inner in value.items():
            if (at, name) != ("/data", "replacement"):
                yield from self.value(inner, fields.get(name, {}), f"{at}/{name}", name, root or schema)

    def value(self, value: Any, schema: Table, at: str, name: str, root: Table) -> Iterator[Place]:
        schema = _resolved(schema, root, value)
        if isinstance(value, Mapping):
            yield from self.table(value, schema, at, root)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                yield from self.value(inner, schema.get("items", {}), f"{at}/{number}", name, root)
        elif self.known.is_another(value):
            yield Place(at, "another_person", "keep", value)
        elif value is False and name in CAREFUL:
            yield Place(at, CAREFUL[name], "keep", value)
        elif isinstance(value, str):
            yield from self.text(value, at, name, free=schema.get("pattern", FREE) == FREE and _is_open(schema))

    def text(self, text: str, at: str, name: str, *, free: bool) -> Iterator[Place]:
        """Own words and staff's names pass unless they name somebody; any other free words wait for a decision."""
        if not free or name in STAFF or name in self.own:
            if self.known.names_another(text):
                yield Place(at, "names_another_person", "release" if name in self.own else "keep", text)
        elif name in CAREFUL:
            yield Place(at, CAREFUL[name], "keep", text)
        elif self.known.speaks_of_another(text):
            yield Place(at, "names_another_person", "keep", text)
        else:
            yield Place(at, "free_words", self.proposed, text)


def _is_open(schema: Mapping[str, Any]) -> bool:
    return not schema.keys() & {"format", "enum", "const"}


def _resolved(schema: Table, root: Table, value: Any) -> Table:
    """The part of a schema that speaks of *value*, with references followed."""
    if "$ref" in schema:
        return _resolved(root["$defs"][schema["$ref"].rpartition("/")[2]], root, value)
    for one in schema.get("anyOf", ()):
        found = _resolved(one, root, value)
        if found.get("type") == _KINDS.get(type(value)):
            return found
    return schema


_KINDS: Final[Mapping[type, str]] = {
    dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number",
}  # fmt: skip


@cache
def _schema(fact: type[Event]) -> dict[str, Any]:
    return fact.model_json_schema()
