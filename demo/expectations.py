"""Whether an answer says what a row of the story expects of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from hashlib import sha256
from typing import Any

from demo.pointers import NothingThere, at_pointer
from demo.script import Among, Row

Filled = Callable[[str], str]
"""Puts an id in the place of each `{name}`."""
NOTHING = "nothing"


def failures(row: Row, body: Any, filled: Filled) -> list[str]:
    """What of *body* is not as *row* expects; empty if all of it is."""
    return [
        *_unlike(row.want, body, filled),
        *(f"{pointer} is not there" for pointer in row.present if _found(body, filled(pointer)) == NOTHING),
        *(f"{pointer} is there" for pointer in row.absent if _found(body, filled(pointer)) != NOTHING),
        *(why for among in row.among for why in _miscounted(among, body, filled)),
        *(f"it says {word}" for word in _said(row.never, body, filled)),
        *(f"{claim} is no hash of {text}" for text, claim in row.hashed.items() if not _is_hash(body, text, claim)),
        *_others_missing(row, body, filled),
    ]


def _unlike(want: dict[str, Any], body: Any, filled: Filled) -> Iterator[str]:
    for pointer, expected in want.items():
        found = _found(body, filled(pointer))
        if not _agree(found, _plain(expected, filled)):
            yield f"{pointer} is {found}"


def _agree(found: Any, expected: Any) -> bool:
    if isinstance(expected, str) and expected.endswith("*"):
        return str(found).startswith(expected[:-1])
    return bool(found == expected)


def _said(words: Iterable[str], body: Any, filled: Filled) -> Iterator[str]:
    text = json.dumps(body, ensure_ascii=False)
    return (word for word in words if filled(word) in text)


def _is_hash(body: Any, text: str, claim: str) -> bool:
    return bool(_found(body, claim) == sha256(str(_found(body, text)).encode()).hexdigest())


def _miscounted(among: Among, body: Any, filled: Filled) -> Iterator[str]:
    entries = _found(body, among.at)
    if not isinstance(entries, list):
        yield f"{among.at} is {entries}"
        return
    count = sum(not [*_unlike(among.has, entry, filled), *_said(among.never, entry, filled)] for entry in entries)
    if count != among.times and (among.times is not None or count == 0):
        yield f"{count} of {len(entries)} entries of {among.at} have {json.dumps(among.has, default=str)}"


def _others_missing(row: Row, body: Any, filled: Filled) -> Iterator[str]:
    """The people whom the refusing rule names, where the row says whom it should."""
    if not row.missing:
        return
    refusals = (one for one in body.get("refusals", ()) if one["rule_id"] == row.rule_id)
    named = {missing.get("person") for one in refusals for missing in one.get("missing", ())}
    if named != {filled(f"{{{name}}}") for name in row.missing}:
        yield f"missing names {len(named)} people, not {', '.join(row.missing)}"


def _found(body: Any, pointer: str) -> Any:
    try:
        return at_pointer(body, pointer)
    except NothingThere:
        return NOTHING


def _plain(expected: Any, filled: Filled) -> Any:
    """As JSON has it: ids in place of names, dates as text."""
    if isinstance(expected, str):
        return filled(expected)
    if isinstance(expected, date):
        return expected.isoformat()
    if isinstance(expected, list):
        return [_plain(one, filled) for one in expected]
    return expected
