"""Finding a case by a learner's whole name or identifier, without either being on the board (D9)."""

from collections.abc import Callable, Iterator
from typing import Protocol

from case_api.boards.board import Board, FoldedCase, Row
from case_api.identifiers import normalised


class Hashes(Protocol):
    """What is needed of an authority's keyring."""

    def search_hash(self, system: str, value: str) -> bytes:
        """The keyed hash of a normalised value."""
        ...


class SearchRow(Row, frozen=True, gc=False):
    """A case, and the keyed hash of one name or identifier of its learner."""

    hash: bytes


def hasher(keyring: Hashes) -> Callable[[str], bytes]:
    """How this authority hashes what is searched for; apart from the hashes that keep identifiers unique."""
    return lambda text: keyring.search_hash("board:search", normalised(text))


def search_rows(folded: FoldedCase) -> Iterator[SearchRow]:
    """A row for the learner's name, and one for each identifier."""
    learner = folded.case.people.learner
    if learner is None:
        return
    for text in (learner.name, *(identifier.value for identifier in learner.identifiers)):
        yield SearchRow(folded.case.id, folded.hashed(text))


SEARCH = Board(
    "search",
    SearchRow,
    key=("case_id", "hash"),
    rows=search_rows,
    of=("people",),
    rests_on=("people",),
    indexes=(("hash",),),
)
