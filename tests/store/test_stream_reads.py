"""Streams as many ask for them at once: one look tells them all, of whatever was stored before they asked."""

import asyncio
from uuid import uuid4

import pytest

from case_api.store.stream_reads import AT_ONCE
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


async def test_each_of_many_who_read_at_once_gets_the_facts_beyond_those_they_have(journal):
    streams = [uuid4() for _ in range(150)]
    for number, stream in enumerate(streams):
        await journal.append(opening(stream, versions=1 + number % 4))
    asked = [(stream, number % 3) for number, stream in enumerate(streams)] + [(uuid4(), 0), (streams[3], 9)]
    asked += [(stream, 0) for stream in streams[:4]]
    found = await asyncio.gather(*(journal.read(stream, after=after) for stream, after in asked))
    alone = [await journal.read(stream, after=after, upto=99) for stream, after in asked]
    assert found == alone
    assert all({one.stream for one in facts} <= {stream} for (stream, _), facts in zip(asked, found, strict=True))
    assert [len(facts) for facts in found[-4:]] == [1, 2, 3, 4]


async def test_who_reads_after_an_append_reads_it_whoever_read_before(journal):
    stream = uuid4()
    await journal.append(opening(stream))
    over = asyncio.Event()

    async def reads_again_and_again() -> None:
        while not over.is_set():
            await journal.read(stream)

    others = [asyncio.create_task(reads_again_and_again()) for _ in range(8)]
    for version in range(2, 40):
        await journal.append(following(stream, version))
        assert [one.version for one in await journal.read(stream, after=version - 1)] == [version]
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


async def test_many_who_read_at_once_cost_a_server_few_looks(settings, journal, monkeypatch):
    if settings.url == "sqlite":
        pytest.skip("a look into a file takes less than to gather")
    looks, rows = [], journal._reads._rows

    async def counted(sql, parameters=()):
        looks.append(sql)
        return await rows(sql, parameters)

    monkeypatch.setattr(journal._reads, "_rows", counted)
    await asyncio.gather(*(journal.read(uuid4()) for _ in range(AT_ONCE + 1)))
    assert len(looks) == 2
