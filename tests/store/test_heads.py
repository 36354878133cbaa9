"""How far streams have come: many who ask at once are told by one look, of all that was stored before they asked."""

import asyncio
from uuid import uuid4

import pytest

from tests.store.facts import following, opening

pytestmark = pytest.mark.anyio


async def test_each_of_many_who_ask_at_once_hears_of_their_own_stream(journal):
    streams = [uuid4() for _ in range(30)]
    for number, stream in enumerate(streams):
        await journal.append(opening(stream, versions=1 + number % 4))
    asked = [*streams, uuid4(), *streams]
    heads = await asyncio.gather(*(journal.head(stream) for stream in asked))
    expected = [1 + number % 4 for number in range(30)]
    assert heads == [*expected, 0, *expected]


async def test_who_asks_after_an_append_hears_of_it_whoever_asked_before(journal):
    stream = uuid4()
    await journal.append(opening(stream))

    over = asyncio.Event()

    async def asks_again_and_again() -> None:
        while not over.is_set():
            await journal.head(stream)
            await asyncio.sleep(0)

    others = [asyncio.create_task(asks_again_and_again()) for _ in range(8)]
    for version in range(2, 60):
        await journal.append(following(stream, version))
        assert await journal.head(stream) == version
    over.set()
    await asyncio.gather(*others)


async def test_many_who_ask_at_once_cost_a_server_one_look(settings, journal, monkeypatch):
    if settings.url == "sqlite":
        pytest.skip("a look into a file takes less than to gather")
    streams, looks, rows = [uuid4() for _ in range(50)], [], journal._reads._rows

    async def counted(sql, parameters=()):
        looks.append(sql)
        return await rows(sql, parameters)

    monkeypatch.setattr(journal._reads, "_rows", counted)
    await asyncio.gather(*(journal.head(stream) for stream in streams))
    assert len(looks) == 1
