"""One edition of all boards: rows replaced case by case, and how far in the log they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from case_api.boards.catalogue import BOARDS
from case_api.boards.diary import DIARY
from case_api.boards.tables import PARKED, Change, Turn, Values, next_number

STANDING: Final = (
    "SELECT edition, position, policy,"
    " EXISTS (SELECT 1 FROM board_parked WHERE board_parked.edition=board_editions.edition)"
    " FROM board_editions WHERE live=1"
)
"""What a follower asks as its turn begins."""

MIXED: Final = ""
"""Stands for the policy of rows that were not all worked out by the same one, or of which nobody knows."""


class EditionGone(Exception):
    """Another rebuild has begun, and removed this one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What some cases contribute to the boards that are made anew for them, and by which policy that was worked out."""

    policy: str
    cases: Mapping[str, Sequence[UUID]]
    """By board, whose rows are made anew."""
    rows: Mapping[str, Sequence[tuple[object, ...]]]
    """By board, the rows that they have now."""
    whole: Sequence[UUID] = ()
    """Cases whose rows are made anew in every board."""
    parked: Mapping[UUID, str] = field(default_factory=dict)
    """Those of them that could not be folded, with the reason."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition, and the position in the log up to which it takes facts into account."""

    number: int
    position: int
    policy: str = MIXED
    """By which all of its rows were worked out; MIXED while that is not so."""
    has_parked: bool = False

    async def replace(self, turn: Turn, contents: Contents, position: int | None = None) -> None:
        """Put rows in the place of those that the cases had, and note the *position* that the rows stand for now."""
        settled = self.policy if contents.policy == self.policy else MIXED
        moved = self.position if position is None else position
        note = ("UPDATE board_editions SET position=?, policy=? WHERE edition=?", (moved, settled, self.number))
        await turn.change([*self._changes(contents)], note)

    async def load(self, turn: Turn, contents: Contents) -> None:
        """Add the rows of cases that have none here yet."""
        await turn.load([*self._changes(contents)])

    async def parked(self, turn: Turn) -> frozenset[UUID]:
        """The cases that could not be folded when they were looked at last."""
        if not self.has_parked:
            return frozenset()
        found = await turn.run("SELECT case_id FROM board_parked WHERE edition=?", (self.number,))
        return frozenset(_id(case_id) for (case_id,) in found)

    async def settle(self, turn: Turn, policy: str) -> "Edition":
        """Note that all rows were worked out by a policy, if so it is: every learner has one in the diary."""
        others = f"SELECT 1 FROM {DIARY.table} WHERE edition=? AND policy<>? LIMIT 1"  # noqa: S608 (names are ours)
        if await turn.run(others, (self.number, policy)):
            return self
        await turn.run("UPDATE board_editions SET policy=? WHERE edition=?", (policy, self.number))
        return replace(self, policy=policy)

    def _changes(self, contents: Contents) -> Iterator[Change]:
        for board in BOARDS:
            cases = contents.cases[board.name]
            if cases:
                rows = contents.rows[board.name]
                yield Change(board.table, board.columns, board.key, self.number, cases, rows)
        if contents.parked or (contents.whole and self.has_parked):
            parked = [*contents.parked.items()]
            yield Change("board_parked", PARKED, ("case_id",), self.number, contents.whole, parked)


def standing_of(number: int) -> str:
    """The same of any edition."""
    return STANDING.replace("live=1", f"edition={number}")


def standing(answer: Sequence[Values]) -> Edition:
    """An edition as it stands, from what was found of it. Raises EditionGone."""
    if not answer:
        raise EditionGone
    [(number, position, policy, has_parked)] = answer
    return Edition(number, position, policy, bool(has_parked))


async def live(turn: Turn) -> Edition:
    """The edition that readers see."""
    return standing(await turn.run(STANDING))


async def begin(turn: Turn, position: int = 0) -> Edition:
    """A new edition, empty, for facts up to a position; what other rebuilds left behind is removed."""
    await remove_others(turn)
    number = await next_number(turn)
    await turn.run("INSERT INTO board_editions VALUES (?, ?, 0, ?)", (number, position, MIXED))
    return Edition(number, position)


async def again(turn: Turn, number: int) -> Edition:
    """An edition as it stands now. Raises EditionGone."""
    return standing(await turn.run(standing_of(number)))


async def switch(turn: Turn, number: int) -> None:
    """Make an edition the one that readers see."""
    await turn.run("UPDATE board_editions SET live=CASE WHEN edition=? THEN 1 ELSE 0 END", (number,))


async def remove_others(turn: Turn) -> None:
    """Remove every edition but the live one; rows are of none that is not in the books."""
    for (number,) in await turn.run("SELECT edition FROM board_editions WHERE live=0"):
        for table in ("board_editions", "board_parked", *(board.table for board in BOARDS)):
            await turn.run(f"DELETE FROM {table} WHERE edition=?", (number,))  # noqa: S608 (names are ours)


def _id(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
