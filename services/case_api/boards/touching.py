"""Which cases some facts are about, and what of each they can have changed, by their headers alone."""

from collections.abc import Iterable
from functools import cache
from typing import Final, Literal
from uuid import UUID

from case_api.boards.board import EVERY_SLICE, SLICES
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import SEALED
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.questions.begun import TOLD
from case_api.store.journal import Stored
from case_api.store.pages import key_of

Touched = dict[UUID, frozenset[str]]
"""By case, the slices that may be others now."""
NOTHING: frozenset[str] = frozenset()
OF_EVERY_SLICE: Final = (RecordCorrected, PersonalDataKeyDestroyed)


def touched(page: Iterable[Stored]) -> Touched:
    """The cases that some facts are about, each once, with the slices that those facts belong to."""
    found: Touched = {}
    for stored in page:
        kind, slices = about(stored.name)
        case_id = stored.stream if kind == "case" else (key_of(stored) or stored.stream) if kind == TOLD else None
        if case_id:
            found[case_id] = found.get(case_id, NOTHING) | slices
    return found


@cache
def about(name: str) -> tuple[Literal["case", "told", "none"], frozenset[str]]:
    """To which kind of stream a fact of this name belongs, and what of a case it can change.

    A Told stream is sealed under its case's key; of an unknown type the stream itself is taken for a case. A fact is
    taken in by the slice that owns its class, but for a correction, that changes the past of any slice (D7), and for an
    erasure (D10). Matters pass by: no board knows of them (I30).
    """
    if name == SEALED:
        return "none", NOTHING
    declared = CATALOGUE.get(name.rpartition(".v")[0])
    match declared.stream if declared else None:
        case "told":
            return "told", frozenset({TOLD})
        case "authority":
            return "none", NOTHING
        case "case" if declared and not issubclass(declared, OF_EVERY_SLICE):
            return "case", frozenset({declared.owner}).intersection(SLICES)
        case _:
            return "case", EVERY_SLICE
