"""Making every board anew from the log while readers go on with the old one."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import groupby
from typing import Final, TypeVar
from uuid import UUID

from case_api.boards.board import EVERY_SLICE
from case_api.boards.edition import Contents, again, begin, live, remove_others, standing, standing_of, switch
from case_api.boards.folding import Cases, Folding, Gathered
from case_api.boards.follower import PAGE
from case_api.boards.tables import Tables, Turn
from case_api.boards.touching import about, touched
from case_api.store.journal import Journal, Stored

T = TypeVar("T")

PART: Final = 1_024
"""Facts that are read and folded at once, whole cases together."""


async def rebuild(journal: Journal, tables: Tables, folding: Folding) -> int:
    """Build a new edition beside the live one and switch to it; how many cases it holds.

    Each case is read and folded once, without a turn; what was written meanwhile is taken in afterwards, page by page
    while there is much of it, and the last of it in the turn that switches.

    Raises EditionGone if another rebuild began meanwhile, StoreUnavailable.
    """
    head = await journal.last_position()
    async with tables.turn() as turn:
        number = (await begin(turn, head)).number
    count = await _fold_all(journal, tables, folding, number)
    while await _is_far_behind(tables, number):
        async with tables.turn() as turn:
            await _take_page(journal, turn, folding, number)
    async with tables.turn() as turn:
        await _close_the_gap(journal, turn, folding, number)
        await switch(turn, number)
    async with tables.turn() as turn:
        await remove_others(turn)
    return count


async def _fold_all(journal: Journal, tables: Tables, folding: Folding, number: int) -> int:
    """Fold each case once; while one part is written, the next is folded, and those after it are read.

    How many cases there were.
    """
    count = 0
    parts = _ahead(_made_anew(folding, _ahead(_gathered(folding, _ahead(_whole_cases(journal))))))
    async with aclosing(parts):
        async for contents in parts:
            await _write(tables, number, contents)
            count += len(contents.whole)
    return count


async def _write(tables: Tables, number: int, contents: Contents) -> None:
    async with tables.turn(asks=standing_of(number)) as turn:
        await standing(turn.answer).load(turn, contents)


async def _whole_cases(journal: Journal) -> AsyncGenerator[Cases, None]:
    """Every case in the log, in the order of their ids."""
    begun: list[Stored] = []
    stream, version, goes_on = UUID(int=0), 0, True
    while goes_on:
        page = await journal.pages.of_streams(stream, version, PART)
        goes_on, found, begun = len(page) == PART, [*begun, *page], []
        if goes_on:
            stream, version = page[-1].stream, page[-1].version
            begun = [one for one in found if one.stream.int == stream.int]
        yield _by_case(found[: len(found) - len(begun)])


async def _gathered(folding: Folding, parts: AsyncGenerator[Cases, None]) -> AsyncGenerator[Gathered, None]:
    async with aclosing(parts):
        async for cases in parts:
            yield await folding.gathered(cases)


async def _made_anew(folding: Folding, parts: AsyncGenerator[Gathered, None]) -> AsyncGenerator[Contents, None]:
    async with aclosing(parts):
        async for cases in parts:
            yield await folding.contents_of(cases, await folding.policy())


async def _ahead(source: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """What comes of the source, each made while the one before is worked on."""
    async with aclosing(source):
        coming = asyncio.create_task(_next(source))
        try:
            while (one := await coming) is not None:
                coming = asyncio.create_task(_next(source))
                yield one
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)  # of two failures the first is told


async def _next(source: AsyncGenerator[T, None]) -> T | None:
    return await anext(source, None)


def _by_case(stored: Sequence[Stored]) -> Cases:
    """What stands in streams of cases; by the first name in it, of whatever version the rest may be."""
    streams = [[*facts] for _, facts in groupby(stored, key=lambda one: one.stream.int)]
    return [(facts[0].stream, facts) for facts in streams if about(facts[0].name)[0] == "case"]


async def _is_far_behind(tables: Tables, number: int) -> bool:
    """Whether more facts than a page holds lie between the new edition and the live one."""
    async with tables.turn() as turn:
        return (await live(turn)).position - (await again(turn, number)).position > PAGE


async def _close_the_gap(journal: Journal, turn: Turn, folding: Folding, number: int) -> None:
    """Bring the new edition to where the live one stands, with no turn between."""
    wanted = (await live(turn)).position
    while (await again(turn, number)).position < wanted:
        await _take_page(journal, turn, folding, number)
    await (await again(turn, number)).settle(turn, (await folding.policy()).ref)


async def _take_page(journal: Journal, turn: Turn, folding: Folding, number: int) -> None:
    """Make anew all rows of the cases that one more page of the log is about."""
    edition = await again(turn, number)
    page = await journal.pages.since(edition.position, PAGE)
    every = dict.fromkeys(touched(page), EVERY_SLICE)
    await edition.replace(turn, await folding.contents(every, await folding.policy(), page), page[-1].position)
