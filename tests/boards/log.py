"""Stories written to a log, and boards that follow it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from case_api.boards.boards import Boards
from case_api.boards.folding import Folding
from case_api.boards.follower import Follower
from case_api.boards.opening import open_tables
from case_api.boards.stage_board import STAGES, StageRow, caseload_on
from case_api.boards.tables import Tables
from case_api.store.journal import Append, Fact, Journal
from case_api.streams import told_of
from tests.story import POLICY, Story


async def write(journal: Journal, story: Story) -> None:
    """Append what the log does not hold yet of a story."""
    stream = story.stream or story.case_id
    head = await journal.head(stream)
    facts = tuple(
        Fact(stream, one.version, uuid4(), one.recorded_at, one.key_id, one.envelope, one.fact)
        for one in story.events[head:]
        if one.envelope
    )
    if facts:
        await journal.append(Append(facts, new_keys=(story.case_id, story.learner, story.anna)))


def beside(story: Story) -> Story:
    """The story of who was told, beside a case."""
    return Story(story.case_id, learner=story.learner, anna=story.anna, stream=told_of(story.case_id))


@dataclass
class Desk:
    """The boards of one process."""

    journal: Journal
    tables: Tables
    folding: Folding
    follower: Follower
    boards: Boards

    async def caseload(
        self, day: date, ids: Collection[UUID] | None = None, after: UUID | None = None, limit: int = 50, **having: str
    ) -> list[StageRow]:
        """The caseload as it stands on a day, in the order of the cases, as the lists of the API ask for it."""
        wanted, place = caseload_on(day, **having), (after,) if after else None
        return await self.boards.rows(STAGES, wanted, order=("case_id",), after=place, ids=ids, limit=limit)

    async def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row that readers see, by table."""
        from case_api.boards.catalogue import BOARDS  # noqa: PLC0415
        from case_api.boards.selection import LIVE  # noqa: PLC0415

        return {
            board.name: sorted(
                await self.tables.rows(
                    f"SELECT {','.join(column.name for column in board.columns)} FROM {board.table} WHERE {LIVE}",
                    (),
                    board.columns,
                ),
                key=repr,
            )
            for board in BOARDS
        }


async def open_desk(journal, settings, load=None, load_all=None, under=POLICY) -> Desk:
    async def policy():
        return under

    tables = await open_tables(settings, journal.authority)
    folding = Folding(journal, policy, load, load_all)
    follower = Follower(journal, tables, folding)
    return Desk(journal, tables, folding, follower, Boards(tables, follower))


async def write_sealed(journal: Journal, like: Story) -> None:
    """The same facts as a story's, as if they stood in a matter: a stream of its own, sealed."""
    stream = uuid4()
    facts = tuple(
        Fact(stream, one.version, uuid4(), one.recorded_at, stream, one.envelope, one.fact, sealed=True)
        for one in like.events
        if one.envelope
    )
    await journal.append(Append(facts, new_keys=(stream,)))
