"""The file in which a person decides, item by item, what is released and what is kept back."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from case_api.domain.words import CaseId, PersonId, Subject, Value
from case_api.subject_access.places import told_of
from case_api.subject_access.sorting import Sorted
from case_api.wording import in_words

FORM: Final = "stagepost-decisions-v1"
BLACK: Final = "▇"
Answer = Literal["keep", "release"]


class Unfit(Exception):
    """The file of decisions cannot be used; its text says why, without a word of what stands in it."""


class Upto(Value):
    """How far case and ledger had come when the items were listed."""

    case: Annotated[int, Field(ge=1)]
    told: Annotated[int, Field(ge=0)]


class ItemDecided(Value):
    """One item, as it was listed, with what was decided on it."""

    item: str
    type: str
    on: str
    why: str
    proposed: Answer
    says: Any = None
    decision: Answer


class Decisions(Value):
    """Every decision on one person's access, and who decided."""

    format: Literal["stagepost-decisions-v1"]
    authority: str
    case_id: CaseId
    person_id: PersonId
    upto: Upto
    decided_by: Subject
    items: tuple[ItemDecided, ...]

    @property
    def by_item(self) -> Mapping[str, Answer]:
        return {one.item: one.decision for one in self.items}

    @property
    def words(self) -> Mapping[str, Any]:
        """What each item says in the file: as it was listed, or with some of its words blackened."""
        return {one.item: one.says for one in self.items}


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is kept back until somebody decides."""

    item: str
    of: Sorted
    why: str
    proposed: Answer
    says: Any

    def told(self) -> dict[str, Any]:
        event = self.of.event
        return {
            "item": self.item,
            "type": event.true_name,
            "on": event.occurred_at.isoformat()[:10],
            "why": self.why,
            "proposed": self.proposed,
            "says": self.says,
            "decision": "",
        }


def items_of(found: Sequence[Sorted]) -> Iterator[Item]:
    """What waits for a decision: whole facts, and places in facts that are released but for them."""
    for one in found:
        event_id = str(one.event.event_id)
        if one.why:
            yield Item(event_id, one, one.why, "keep", told_of(one.event))
        for place in one.places:
            yield Item(event_id + place.pointer, one, place.why, place.proposed, place.says)


def listing(authority: str, case_id: CaseId, person_id: PersonId, upto: Upto, items: Sequence[Item]) -> bytes:
    """The file to be filled in: `decided_by`, and for each item `decision`, "keep" or "release"."""
    document = {
        "format": FORM,
        "authority": authority,
        "case_id": str(case_id),
        "person_id": str(person_id),
        "upto": upto.model_dump(),
        "decided_by": "",
        "items": [item.told() for item in items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def parsed(content: bytes) -> Decisions:
    """The decisions in a file. Raises Unfit."""
    if blanks := list(_blanks(content)):
        raise Unfit("; ".join(blanks))
    try:
        return Decisions.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        more = f", and {error.error_count() - 1} more" if error.error_count() > 1 else ""
        raise Unfit(f"{'/'.join(map(str, first['loc'])) or 'the file'}: {in_words(first)}{more}") from None


def _blanks(content: bytes) -> Iterator[str]:
    """What is left in a file as it was listed, for somebody to fill in."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict) or not isinstance(items := document.get("items"), list):
        return
    if document.get("decided_by") == "":
        yield "decided_by is empty"
    if still := sum(isinstance(one, dict) and one.get("decision") == "" for one in items):
        yield f"{still} of {len(items)} items have no decision"


def require_all_decided(decided: Decisions, items: Sequence[Item]) -> None:
    """Every item is decided, none is made up, and each says what is on record, if not all of it. Raises Unfit."""
    wanted, found, words = [item.item for item in items], decided.by_item, decided.words
    if len(found) != len(decided.items):
        raise Unfit("an item stands twice in it")
    open_items = [one for one in wanted if one not in found]
    if open_items:
        raise Unfit(f"{len(open_items)} items are not in it, the first is {open_items[0]}; begin anew without it")
    if strange := sorted(found.keys() - set(wanted)):
        raise Unfit(f"{len(strange)} of its items are not among those that wait for a decision; begin anew without it")
    for item in items:
        if words[item.item] != item.says and not is_blackened(item.says, words[item.item]):
            raise Unfit(f"item {item.item} says something else than the record")


def is_blackened(original: Any, shown: Any) -> bool:
    """Whether *shown* is the text *original* with some of it blackened, and nothing added."""
    if not isinstance(original, str) or not isinstance(shown, str) or BLACK not in shown:
        return False
    first, *middle, last = re.split(f"{BLACK}+", shown)
    at = len(first)
    for part in middle:
        at = original.find(part, at + 1) + len(part)
        if at < len(part):
            return False
    return original.startswith(first) and original.endswith(last) and at < len(original) - len(last)
