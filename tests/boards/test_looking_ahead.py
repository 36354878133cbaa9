"""While the database writes what came of one page of the log, the next is read and folded (ADR 24)."""

import asyncio

import pytest

from case_api.boards import follower as following
from case_api.boards.edition import Edition
from case_api.boards.rebuild import rebuild
from case_api.folds import CaseKind, Folds, ToldKind
from case_api.reaching import Reaching
from case_api.store.journal import StoreUnavailable
from case_api.streams import told_of
from tests.boards.log import open_desk, write
from tests.story import Story

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(following, "PAGE", 2)


@pytest.fixture
async def office(journal, settings):
    """Boards that follow as an office's do, and the folds that they keep."""
    folds, tellings = Folds(journal, CaseKind(), 10_000), Folds(journal, ToldKind(), 10_000)
    reaching = Reaching(journal)

    async def load_all(ids, page):
        cases, told = await reaching.reached({folds: ids, tellings: [told_of(one) for one in ids]}, page)
        return [(case.state, beside.state) for case, beside in zip(cases, told, strict=True)]

    desk = await open_desk(journal, settings, load_all=load_all)
    yield desk, folds
    await desk.tables.close()


async def written(journal, stories=4):
    found = [Story().registered() for _ in range(stories)]
    for story in found:
        await write(journal, story)
    return found


async def facts_of_one(journal):
    """How many facts a story begins with; it is on the log then."""
    await written(journal, 1)
    return await journal.last_position()


def while_writing(monkeypatch, happens):
    """Have something happen as rows are about to be written, for the first time."""
    replace, first = Edition.replace, [True]

    async def replacing(edition, *given):
        if first:
            first.clear()
            await happens()
        await replace(edition, *given)

    monkeypatch.setattr(Edition, "replace", replacing)


async def test_the_next_page_is_read_while_rows_are_written(journal, office, monkeypatch):
    desk, folds = office
    stories = await written(journal)

    def folded():
        return [story for story in stories if folds.version_of(story.case_id)]

    async def the_next_is_folded():
        before = folded()
        async with asyncio.timeout(5):
            while folded() == before:  # noqa: ASYNC110 - with a deadline
                await asyncio.sleep(0)

    while_writing(monkeypatch, the_next_is_folded)
    await desk.follower.catch_up()
    rows = await desk.contents()
    assert len(rows["stages"]) == len(stories)
    await rebuild(journal, desk.tables, desk.folding)
    assert await desk.contents() == rows


async def test_of_what_is_erased_after_it_was_read_ahead_nothing_is_written(journal, office, monkeypatch):
    desk, folds = office
    monkeypatch.setattr(following, "PAGE", await facts_of_one(journal))
    [last] = await written(journal, 1)

    async def the_last_is_erased():
        async with asyncio.timeout(5):
            while not folds.version_of(last.case_id):  # noqa: ASYNC110 - with a deadline
                await asyncio.sleep(0)
        await journal._keys.destroy([last.case_id, last.learner, last.anna])
        folds.forget(last.case_id)

    while_writing(monkeypatch, the_last_is_erased)
    await desk.follower.catch_up()
    rows = await desk.contents()
    assert len(rows["stages"]) == 1
    assert last.case_id not in {row[0] for table in rows.values() for row in table}


async def test_after_a_failure_the_page_that_was_read_ahead_is_read_again(journal, office, monkeypatch):
    desk, _ = office
    stories = await written(journal)

    async def the_database_goes_away():
        raise StoreUnavailable

    while_writing(monkeypatch, the_database_goes_away)
    with pytest.raises(StoreUnavailable):
        await desk.follower.catch_up()
    assert desk.follower._ahead._task is None
    await desk.follower.catch_up()
    assert len((await desk.contents())["stages"]) == len(stories)


async def test_a_page_that_another_process_took_is_not_taken_again(journal, settings, office, monkeypatch):
    desk, _ = office
    other = await open_desk(journal, settings)
    stories = await written(journal, 2)
    await desk.follower.catch_up()
    stories += await written(journal, 2)
    desk.follower._ahead.look(await desk.follower.position(), following.PAGE)
    await other.follower.catch_up()
    taken, reached = await desk.follower.position(), []
    stories += await written(journal, 1)
    replace = Edition.replace

    async def replacing(edition, turn, contents, position=None):
        reached.append(position)
        await replace(edition, turn, contents, position)

    monkeypatch.setattr(Edition, "replace", replacing)
    await desk.follower.catch_up()
    assert len((await desk.contents())["stages"]) == len(stories)
    assert min(reached) > taken
    await other.tables.close()
