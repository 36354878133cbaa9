"""On which line of a TOML file a key stands, so that a pack that is refused can say where.

Reads the plain form in which packs are written: headers with bare words, one key at the beginning of a line.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]

HEADER = re.compile(r"\s*(\[{1,2})\s*([\w-]+(?:\.[\w-]+)*)\s*\]{1,2}\s*(?:#.*)?")
KEY = re.compile(r"\s*([\w-]+)\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line of the innermost key on the way to *place*, counted from 1; None if the text holds none of them."""
    on_the_way = [(len(path), line) for path, line in _keys(text) if tuple(place[: len(path)]) == path]
    return max(on_the_way, key=lambda found: found[0])[1] if on_the_way else None


def _keys(text: str) -> Iterator[tuple[Place, int]]:
    table: Place = ()
    tables: Counter[Place] = Counter()
    for line, words in enumerate(text.splitlines(), 1):
        if header := HEADER.fullmatch(words):
            name = _indexed(header[2].split("."), tables)
            yield name, line
            table = name
            if header[1] == "[[":
                table = (*name, tables[name])
                tables[name] += 1
                yield table, line
        elif key := KEY.match(words):
            yield (*table, key[1]), line


def _indexed(words: Sequence[str], tables: Counter[Place]) -> Place:
    """A header's words as a place: below an array of tables its latest one is meant."""
    place: Place = ()
    for word in words:
        if place in tables:
            place = (*place, tables[place] - 1)
        place = (*place, word)
    return place
