"""Commands that wait are committed together, and each is answered for itself (D4)."""

import asyncio
from uuid import uuid4

import pytest
from msgspec.structs import replace

from case_api.store.archive import Archive
from case_api.store.journal import Append, PlacedHeader, StoreUnavailable, Unstorable, VersionConflict
from case_api.store.writer import GroupWriter
from tests.store.facts import NOW, envelope, following, keyed, note, opening

pytestmark = pytest.mark.anyio


async def outcomes(journal, items):
    return await asyncio.gather(*(journal.append(item) for item in items), return_exceptions=True)


async def test_commands_that_wait_share_a_commit(journal):
    streams = [uuid4() for _ in range(120)]
    assert await outcomes(journal, map(opening, streams)) == [None] * 120
    assert journal._writer.items == 120
    assert journal._writer.batches < 60


async def test_a_conflict_touches_no_other_command_of_its_batch(journal):
    streams = [uuid4() for _ in range(60)]
    await outcomes(journal, map(opening, streams))
    stale = set(streams[::3])
    answers = await outcomes(journal, [following(each, 1 if each in stale else 2) for each in streams])
    assert [type(answer) for answer in answers] == [
        VersionConflict if each in stale else type(None) for each in streams
    ]
    assert [await journal.head(each) for each in streams] == [1 if each in stale else 2 for each in streams]
    assert await journal.last_position() == 100


async def test_a_command_that_cannot_be_stored_fails_alone(journal):
    streams = [uuid4() for _ in range(20)]
    await outcomes(journal, map(opening, streams))
    known = (await journal.read(streams[0]))[0].event_id
    items = [Append((note(each, 2, event_id=known if each == streams[7] else None),)) for each in streams]
    answers = await outcomes(journal, items)
    assert [index for index, answer in enumerate(answers) if answer is not None] == [7]
    assert await journal.head(streams[7]) == 1
    assert [placed.position for placed in await journal.since(0, 100)] == list(range(1, 40))


async def test_a_command_that_cannot_be_sealed_fails_alone(journal):
    streams = [uuid4() for _ in range(130)]
    await outcomes(journal, map(opening, streams))
    unreadable = replace(envelope(), occurred_at=NOW.replace(tzinfo=None))
    items = [following(each, 2) for each in streams]
    items[70] = Append((replace(items[70].facts[0], envelope=unreadable),))
    answers = await outcomes(journal, items)
    assert [(index, type(answer)) for index, answer in enumerate(answers) if answer is not None] == [(70, ValueError)]
    assert [await journal.head(each) for each in streams] == [1 if each == streams[70] else 2 for each in streams]


async def test_what_came_before_a_journal_is_closed_is_stored(archive, settings, journal):
    streams = [uuid4() for _ in range(130)]
    await outcomes(journal, map(opening, streams))
    coming = [asyncio.create_task(journal.append(following(each, 2))) for each in streams]
    await asyncio.sleep(0)
    await archive.close()
    assert await asyncio.gather(*coming) == [None] * 130
    again = Archive(settings)
    there = await again.open("moray")
    assert [await there.head(each) for each in streams] == [2] * 130
    await again.close()


async def test_a_command_that_no_database_can_hold_fails_alone(journal):
    streams = [uuid4() for _ in range(20)]
    await outcomes(journal, map(opening, streams))
    items = [following(each, 2, keyed=keyed(str(number))) for number, each in enumerate(streams)]
    items[7] = following(streams[7], 2**63, keyed=keyed("7"))
    answers = await outcomes(journal, items)
    assert [(number, type(one)) for number, one in enumerate(answers) if one is not None] == [(7, Unstorable)]
    assert [await journal.head(each) for each in streams] == [1 if each == streams[7] else 2 for each in streams]


async def test_fifty_writers_on_one_stream_leave_it_without_gap(journal):
    stream = uuid4()
    await journal.append(opening(stream))
    lost = 0

    async def write():
        nonlocal lost
        while True:
            try:
                return await journal.append(following(stream, await journal.head(stream) + 1))
            except VersionConflict:
                lost += 1

    await asyncio.gather(*(write() for _ in range(50)))
    assert [recorded.version for recorded in await journal.read(stream)] == list(range(1, 52))
    assert lost > 0


async def test_a_reader_at_the_tail_misses_nothing(journal):
    writers, each = 8, 300
    seen: list[PlacedHeader] = []

    async def write():
        for _ in range(each):
            await journal.append(opening(uuid4()))

    async def follow():
        position = 0
        while len(seen) < writers * each:
            await journal.wait(position, 5)
            for header in await journal.headers_since(position, 500):
                seen.append(header)
                position = header.position

    await asyncio.gather(follow(), *(write() for _ in range(writers)))
    assert [header.position for header in seen] == list(range(1, writers * each + 1))
    assert len({header.stream for header in seen}) == writers * each


async def test_two_processes_append_to_one_log(settings, journal):
    other_archive = Archive(settings)
    other = await other_archive.open("moray")
    streams = [uuid4() for _ in range(100)]
    answers = await asyncio.gather(outcomes(journal, map(opening, streams)), outcomes(other, map(opening, streams)))
    assert all((first is None) != (second is None) for first, second in zip(*answers, strict=True))
    assert [placed.position for placed in await journal.since(0, 200)] == list(range(1, 101))
    await other_archive.close()


async def test_what_touches_the_same_thing_is_committed_in_turn():
    batches = []

    async def commit(batch):
        batches.append(list(batch))
        return [None] * len(batch)

    writer = GroupWriter(commit, touches=lambda item: item[:1])
    await asyncio.gather(*(writer.append(item) for item in ("a1", "b1", "a2", "c1", "a3", "b2")))
    await writer.close()
    assert batches == [["a1", "b1", "c1"], ["a2", "b2"], ["a3"]]


async def test_a_writer_that_failed_tells_all_who_wait_and_goes_on():
    async def commit(batch):
        if "poison" in batch:
            raise RuntimeError("broken")
        return [None] * len(batch)

    writer = GroupWriter(commit)
    assert [
        type(answer)
        for answer in await asyncio.gather(writer.append("poison"), writer.append("other"), return_exceptions=True)
    ] == [RuntimeError, RuntimeError]
    await writer.append("next")
    await writer.close()
    with pytest.raises(StoreUnavailable):
        await writer.append("late")


async def test_while_half_of_many_is_stored_the_other_half_gets_ready():
    """Each of 64 comes again as soon as it is answered: none waits for all of the others."""
    sizes = []

    async def commit(batch):
        sizes.append(len(batch))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [None] * len(batch)

    async def come_again(number):
        for _ in range(20):
            await writer.append(number)

    writer = GroupWriter(commit)
    await asyncio.gather(*map(come_again, range(64)))
    await writer.close()
    assert sum(sizes) == 64 * 20
    assert max(sizes[2:-2]) <= 40, "both halves travel in turn"
    assert min(sizes[2:-4]) >= 16, "and neither is cut up further"


async def test_where_the_database_needs_this_process_all_who_wait_are_committed_at_once():
    sizes = []

    async def commit(batch):
        sizes.append(len(batch))
        return [None] * len(batch)

    writer = GroupWriter(commit, in_halves=False)
    await asyncio.gather(*(writer.append(number) for number in range(64)))
    await writer.close()
    assert sizes == [64]


async def test_a_few_commands_are_never_divided():
    sizes = []

    async def commit(batch):
        sizes.append(len(batch))
        return [None] * len(batch)

    writer = GroupWriter(commit)
    await asyncio.gather(*(writer.append(number) for number in range(16)))
    await writer.close()
    assert sizes == [16]
