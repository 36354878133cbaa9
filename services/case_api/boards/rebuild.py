"""Making every board anew from the log while readers go on with the old one."""

from uuid import UUID

from case_api.boards.edition import again, begin, live, remove_others, switch
from case_api.boards.folding import Folding, touched
from case_api.boards.follower import PAGE
from case_api.boards.tables import Tables, Turn
from case_api.store.journal import Journal


async def rebuild(journal: Journal, tables: Tables, folding: Folding) -> int:
    """Build a new edition beside the live one and switch to it; how many cases it holds.

    Raises EditionGone if another rebuild began meanwhile, StoreUnavailable.
    """
    async with tables.turn() as turn:
        number = (await begin(turn)).number
    seen = await _fold_all(journal, tables, folding, number)
    async with tables.turn() as turn:
        await _close_the_gap(journal, turn, folding, number)
        await switch(turn, number)
    async with tables.turn() as turn:
        await remove_others(turn)
    return len(seen)


async def _fold_all(journal: Journal, tables: Tables, folding: Folding, number: int) -> set[UUID]:
    """Fold each case once, up to the head as it is now, in a turn for each page so that live rows move on between."""
    head = await journal.last_position()
    seen: set[UUID] = set()
    position = 0
    while position < head:
        async with tables.turn() as turn:
            edition = await again(turn, number)
            headers = [one for one in await journal.headers_since(position, PAGE) if one.position <= head]
            new = [case_id for case_id in touched(headers) if case_id not in seen]
            await edition.replace(turn, await folding.contents(new))
            position = headers[-1].position
            await edition.move(turn, position)
        seen.update(new)
    return seen


async def _close_the_gap(journal: Journal, turn: Turn, folding: Folding, number: int) -> None:
    """Bring the new edition to where the live one stands, with no turn between."""
    wanted = (await live(turn)).position
    while (edition := await again(turn, number)).position < wanted:
        headers = await journal.headers_since(edition.position, PAGE)
        await edition.replace(turn, await folding.contents(touched(headers)))
        await edition.move(turn, headers[-1].position)
