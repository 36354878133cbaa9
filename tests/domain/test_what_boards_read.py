"""A board is made of the slices that it says, so that a fact of another slice leaves its rows as they are."""

import json
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis.stateful import invariant

from case_api.boards.board import EVERY_SLICE, FoldedCase
from case_api.boards.catalogue import BOARDS
from case_api.boards.folding import boards_of
from case_api.boards.touching import about
from case_api.domain.case import Case
from case_api.domain.command import Command
from case_api.domain.facts.told import Told
from case_api.domain.questions.watches import QUESTIONS
from case_api.domain.refusal import Decision
from tests.domain.running import POLICY
from tests.domain.test_properties import CaseLife

Rows = dict[str, list[tuple[object, ...]]]


class BoardsOfALife(CaseLife):
    """All that may happen to a case, and what becomes of its rows."""

    def __init__(self) -> None:
        super().__init__()
        self.known: tuple[Case | None, Told | None, Rows] = (None, None, {})
        self.rows, self.seen = self._rows(), self.told

    def ask(self, command: Command, *about_whom: UUID, **who: Any) -> Decision:
        before = len(self.running.history)
        decision = super().ask(command, *about_whom, **who)
        slices: frozenset[str] = frozenset()
        slices = slices.union(*(about(event.name)[1] for event in self.running.history[before:]))
        slices |= {"told"} if self.told is not self.seen else set()
        rows = self._rows()
        changed = {name for name, found in rows.items() if found != self.rows[name]}
        assert changed <= {board.name for board in boards_of(slices)}
        self.rows, self.seen = rows, self.told
        return decision

    @invariant()
    def nothing_else_is_read(self) -> None:
        case = self._folded(self.told)
        assert {board.name: rows_of(board.rows(case)) for board in BOARDS} == {
            name: sorted(rows, key=in_full) for name, rows in self._rows().items()
        }

    @invariant()
    def what_is_not_asked_has_no_answer(self) -> None:
        given = self.running.case, self.told
        passed_by = [question for question, has_begun in QUESTIONS if not has_begun(*given)]
        assert [question for question in passed_by if [*question(*given, POLICY)]] == []

    def _rows(self) -> Rows:
        """Made anew when anything happened since they were."""
        case, told, rows = self.known
        if case is not self.running.case or told is not self.told:
            rows = {board.name: board.values(self._folded(self.told)) for board in BOARDS}
            self.known = self.running.case, self.told, rows
        return rows

    def _folded(self, told: Told) -> FoldedCase:
        return FoldedCase(self.running.case, told, POLICY, hashed=str.encode)


def in_full(row: tuple[object, ...]) -> str:
    """With what is personal, which `repr` would not show."""
    return json.dumps(row, default=str)


def rows_of(rows: Any) -> list[tuple[object, ...]]:
    """The values of rows, each once."""
    return sorted({tuple(getattr(row, name) for name in row.__struct_fields__) for row in rows}, key=in_full)


BoardsOfALife.TestCase.settings = settings.get_profile("domain")
TestBoardsOfALife = BoardsOfALife.TestCase


def test_every_board_says_what_it_reads():
    assert {board.name for board in BOARDS if not board.of or not set(board.of) <= EVERY_SLICE} == set()
    assert boards_of(EVERY_SLICE) == BOARDS


def test_every_board_rests_on_slices_that_it_reads():
    """That there are no rows without them is held by every life above, which asks for rows of whole cases."""
    assert {board.name for board in BOARDS if not board.rests_on or not set(board.rests_on) <= set(board.of)} == set()


def test_what_a_correction_or_an_unknown_fact_changes_nobody_can_tell():
    for name in ("RecordCorrected.v1", "RecordCorrected.v7", "OfANewerProgram.v1"):
        assert about(name) == ("case", EVERY_SLICE)


def test_what_stands_in_a_matter_or_in_the_directory_changes_no_board():
    assert about("Sealed.v1")[0] == about("ServiceListed.v1")[0] == "none"


def test_a_fact_that_no_board_reads_of_makes_no_row_anew():
    assert boards_of(about("InformationShared.v1")[1]) == ()
