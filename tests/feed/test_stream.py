"""The feed that stays open: what is sent when, and when it ends."""

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from case_api import feed as feeding
from case_api.access.principal import Principal
from case_api.domain.facts.placements import LearnerPlaced
from case_api.feed import Feed
from case_api.http import streaming
from case_api.http.problems import Problem
from case_api.http.streaming import Broadcast, Streams
from case_api.store.journal import StoreUnavailable
from tests.boards.log import write
from tests.story import Story

pytestmark = pytest.mark.anyio
NOTIFIER = Principal("s-1", "o-1", "moray", "c-1", frozenset({"notifier"}))
SLT = Principal("s-2", "o-2", "moray", "c-2", frozenset({"agency"}), frozenset({"slt"}))
MANY = 600
"""Events that streams catch up with: a dozen batches."""


class Token:
    """One that holds until it is said not to."""

    def __init__(self):
        self.expired = False

    async def over(self):
        return self.expired


@pytest.fixture
def feed(journal):
    return Feed(journal, "http://localhost:8080", ZoneInfo("Europe/London"))


@pytest.fixture
def token():
    return Token()


async def heard(broadcast):
    return [line async for line in broadcast.lines()]


def types_of(said):
    return [part.split("\n")[1].removeprefix("event: ") for part in said if part.startswith("id: ")]


async def test_each_event_carries_its_type_and_the_cursor_that_follows_it(journal, feed, token):
    await write(journal, Story().registered())
    said = await heard(Broadcast(feed, NOTIFIER, 0, (), token.over, life=0.2, silence=0.05))
    assert said[0] == "retry: 1000\n\n"
    assert types_of(said) == ["LearnerRegistered.v1", "CarerLinked.v1"]
    cursor = said[1].split("\n")[0].removeprefix("id: ")
    page = await feed.page(NOTIFIER, cursor, (), 10, 0)
    assert [item.type for item in page.items] == ["CarerLinked.v1"]


async def test_silence_is_broken_by_a_sign_of_life_and_a_long_life_by_an_end(feed, token):
    async with asyncio.timeout(10):
        said = await heard(Broadcast(feed, NOTIFIER, 0, (), token.over, life=0.3, silence=0.05))
    assert len(said) > 2
    assert {line.partition("id: ")[0] for line in said[1:]} == {": \n"}
    assert len({len(line) for line in said[1:]}) == 1


async def test_what_is_not_for_this_consumer_moves_only_their_place(journal, feed, token):
    await write(journal, Story().registered())
    said = await heard(Broadcast(feed, SLT, 0, (), token.over, life=0.2, silence=0.05))
    moved = said[1].splitlines()
    assert moved[0] == ": "
    assert "data:" not in "".join(said)
    story = Story().registered()
    story.agreed("2025-11-12")
    story.asked("2025-11-14")
    await write(journal, story)
    place = await feed.position(moved[1].removeprefix("id: "))
    assert types_of(await heard(Broadcast(feed, SLT, place, (), token.over, life=0.2))) == ["AssistanceRequested.v1"]


async def test_one_whose_token_expires_hears_not_even_what_was_read_for_them(journal, feed, token):
    await write(journal, Story().registered())
    stream = Broadcast(feed, NOTIFIER, 0, (), token.over).lines()
    assert [await anext(stream), (await anext(stream))[:3]] == ["retry: 1000\n\n", "id:"]
    token.expired = True
    assert [line async for line in stream] == []


async def test_one_whose_token_expires_is_not_kept_waiting(feed, token, monkeypatch):
    monkeypatch.setattr(feeding, "LOOK", 0.02)
    stream = asyncio.create_task(heard(Broadcast(feed, NOTIFIER, 0, (), token.over)))
    await asyncio.sleep(0)
    token.expired = True
    async with asyncio.timeout(10):
        assert (await stream)[0] == "retry: 1000\n\n"


@pytest.mark.owasp("API4")
async def test_a_reader_who_takes_nothing_makes_us_read_nothing(journal, feed, token, monkeypatch):
    monkeypatch.setattr(streaming, "BATCH", 4)
    for _ in range(6):
        await write(journal, Story().registered())
    reads = []
    since = journal.since

    async def counted(position, limit, **options):
        reads.append(position)
        return await since(position, limit, **options)

    monkeypatch.setattr(journal, "since", counted)
    stream = Broadcast(feed, NOTIFIER, 0, (), token.over, life=0.2).lines()
    for _ in range(5):
        await anext(stream)
    assert len(reads) == 1
    assert len([line async for line in stream if line.startswith("id: ")]) == 12 - 4


async def test_a_store_that_is_not_there_ends_the_stream_in_good_order(journal, feed, token, monkeypatch):
    async def away(*_, **__):
        raise StoreUnavailable

    monkeypatch.setattr(journal, "headers_since", away)
    assert await heard(Broadcast(feed, NOTIFIER, 0, (), token.over)) == ["retry: 1000\n\n"]


@pytest.mark.owasp("API4")
async def test_a_principal_has_so_many_streams_and_each_that_ends_makes_room(feed, token, monkeypatch):
    monkeypatch.setattr(streaming, "MOST", 1)
    streams, broadcast = Streams(), Broadcast(feed, NOTIFIER, 0, (), token.over, life=0.05)
    first = streams.admit(NOTIFIER, broadcast)
    counted = []

    async def send(_):
        with pytest.raises(Problem) as refused:
            streams.admit(NOTIFIER, broadcast)
        counted.append(refused.value.kind.status)
        streams.admit(SLT, broadcast)

    async def receive():
        await asyncio.Event().wait()

    await first({"type": "http", "asgi": {}}, receive, send)
    assert set(counted) == {429}
    streams.admit(NOTIFIER, broadcast)


async def test_streams_that_catch_up_leave_turns_to_others(journal, feed, token, monkeypatch):
    """Whoever else is served, such as the question whether the process lives, has a turn after a few events."""
    story = Story().registered()
    for _ in range(MANY - 2):
        story.then("2025-09-26", LearnerPlaced(setting="burnside-primary", from_day=date(2025, 9, 26)))
    await write(journal, story)
    work, longest, opened = [0], 0, journal._open

    async def counted(stored):
        work[0] += len(stored)
        return await opened(stored)

    monkeypatch.setattr(journal, "_open", counted)

    async def catch_up():
        heard = 0
        async for line in Broadcast(feed, NOTIFIER, 0, (), token.over, life=60, silence=0.05).lines():
            work[0], heard = work[0] + 1, heard + line.startswith("id: ")
            if heard == MANY:
                return

    streams = [asyncio.create_task(catch_up()) for _ in range(streaming.MOST)]
    while not all(stream.done() for stream in streams):
        before = work[0]
        await asyncio.sleep(0)
        longest = max(longest, work[0] - before)
    await asyncio.gather(*streams)
    assert work[0] >= 2 * MANY * streaming.MOST
    assert longest <= (feeding.SLICE + 1) * streaming.MOST
