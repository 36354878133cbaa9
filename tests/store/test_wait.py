"""A reader that waits is woken by what is appended, by this process or another."""

import asyncio
from time import monotonic
from uuid import uuid4

import pytest

from case_api.store.archive import Archive
from tests.store.facts import opening

pytestmark = pytest.mark.anyio


async def waited(journal, position, seconds):
    started = monotonic()
    await journal.wait(position, seconds)
    return monotonic() - started


async def test_it_returns_at_once_when_something_is_there(journal):
    await journal.append(opening(uuid4()))
    assert await waited(journal, 0, 10) < 0.5


async def test_it_returns_when_the_time_is_over(journal):
    assert 0.15 < await waited(journal, 0, 0.2) < 1.0


async def test_an_append_wakes_all_who_wait(journal):
    waiting = [asyncio.create_task(waited(journal, 0, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    await journal.append(opening(uuid4()))
    assert max(await asyncio.gather(*waiting)) < 0.9


async def test_an_append_of_another_process_wakes_too(settings, journal):
    others = Archive(settings)
    other = await others.open("moray")
    waiting = asyncio.create_task(waited(journal, 0, 10))
    await asyncio.sleep(0)
    await other.append(opening(uuid4()))
    longest = 2.0 if settings.url == "sqlite" else 0.9  # SQLite gives no notice: the poll finds it
    assert await waiting < longest
    await others.close()
