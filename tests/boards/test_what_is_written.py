"""A turn of the boards writes what differs, and nothing else."""

import re

import psycopg
import pytest

from case_api.boards.catalogue import BOARDS
from case_api.boards.postgres_tables import WRITING, _puts
from case_api.domain.facts.concerns import ConcernClosed, RaisedBy
from case_api.store.archive import Archive, StoreSettings
from case_api.store.postgres_schema import connection_info
from tests.boards.log import open_desk, write
from tests.boards.test_follower import concern
from tests.conftest import AUTHORITIES
from tests.story import Story

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


@pytest.fixture
def settings(postgres_dsn, tmp_path):
    return StoreSettings(postgres_dsn, tmp_path, AUTHORITIES)


@pytest.fixture
async def desk(settings):
    archive = Archive(settings)
    desk = await open_desk(await archive.open("moray"), settings)
    yield desk
    await desk.tables.close()
    await archive.close()


async def test_rows_that_stay_as_they_are_are_not_written_again_on_postgres(desk):
    story = Story().registered()
    story.then("2025-11-16", first := concern())

    async def written(what, board):
        """By row the transaction that wrote it."""
        await write(desk.journal, story)
        await desk.follower.catch_up()
        return dict(await desk.tables.rows(f"SELECT {what}, xmin::text FROM board_{board}", (), ()))

    waiting, standing = await written("concern_id", "unsupported_concerns"), await written("case_id", "stages")
    story.then("2025-11-17", second := concern())
    later = await written("concern_id", "unsupported_concerns")
    assert later.keys() == {first.concern_id, second.concern_id}
    assert later[first.concern_id] == waiting[first.concern_id]
    assert await written("case_id", "stages") != standing, "another concern is open"
    told = RaisedBy(kind="staff", staff="okafor")
    story.then(
        "2025-11-18", ConcernClosed(concern_id=first.concern_id, outcome="merged", reason="One.", fed_back_to=told)
    )
    assert (await written("concern_id", "unsupported_concerns")).keys() == {second.concern_id}


@pytest.mark.parametrize("rows", [0, 5_000])
async def test_rows_of_a_case_are_found_by_their_key_on_a_server_that_knows_nothing_of_a_table(desk, settings, rows):
    async with await psycopg.AsyncConnection.connect(connection_info(settings.url, "moray")) as connection:
        await connection.execute(
            "INSERT INTO board_unsupported_concerns"
            f" SELECT 1, gen_random_uuid(), gen_random_uuid(), now(), now() FROM generate_series(1, {rows})"
        )
        await connection.execute(WRITING)
        for board in BOARDS:
            numbers = iter(range(1, 100))
            put = re.sub("%b", lambda _: f"${next(numbers)}", _puts(board.table, board.columns, board.key).decode())  # noqa: B023
            await connection.execute(f"PREPARE put_{board.name} AS {put}")
            given = ", ".join(["NULL"] * (next(numbers) - 1))
            plan = await (await connection.execute(f"EXPLAIN EXECUTE put_{board.name}({given})")).fetchall()
            found = [line.strip() for (line,) in plan if f" {board.table} " in line and "Scan" in line]
            assert len(found) == 2, plan
            assert f"Index Scan using {board.table}_pkey" in found[0]
            assert "Tid Scan" in found[1]
