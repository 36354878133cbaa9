"""What is appended is read back, in its place and in order."""

from uuid import uuid4

import pytest

from case_api.store.journal import Append, VersionConflict
from tests.store.facts import NOW, following, note, opening

pytestmark = pytest.mark.anyio


async def test_what_was_appended_is_read_back(journal):
    stream = uuid4()
    fact = note(stream, 1, "Words with ł and 🎈")
    await journal.append(Append((fact,), new_keys=(stream,)))
    [recorded] = await journal.read(stream)
    assert (recorded.stream, recorded.version, recorded.event_id) == (stream, 1, fact.event_id)
    assert (recorded.recorded_at, recorded.name, recorded.key_id) == (NOW, "NoteTaken.v1", stream)
    assert (recorded.envelope, recorded.fact) == (fact.envelope, fact.fact)


async def test_a_stream_can_be_read_in_part(journal):
    stream = uuid4()
    await journal.append(opening(stream, versions=5))
    assert [recorded.version for recorded in await journal.read(stream, after=1, upto=4)] == [2, 3, 4]
    assert await journal.head(stream) == 5
    assert await journal.read(uuid4()) == []
    assert await journal.head(uuid4()) == 0


async def test_several_streams_are_read_together_each_beyond_a_version(journal):
    long, short, unbegun = uuid4(), uuid4(), uuid4()
    await journal.append(opening(long, versions=3))
    await journal.append(opening(short))
    await journal.append(following(long, 4))
    together = await journal.pages.beyond({long: 2, unbegun: 0, short: 0})
    assert together == {long: await journal.read(long, after=2), short: await journal.read(short)}
    assert [one.version for one in together[long]] == [3, 4]
    assert await journal.pages.beyond({}) == {}


@pytest.mark.parametrize("version", [1, 2, 4, 9])
async def test_a_version_is_neither_taken_twice_nor_left_out(journal, version):
    stream = uuid4()
    await journal.append(opening(stream, versions=2))
    with pytest.raises(VersionConflict):
        await journal.append(Append((note(stream, version), note(stream, version + 1))))
    assert await journal.head(stream) == 2
    await journal.append(following(stream, 3))


async def test_a_command_over_two_streams_is_stored_whole_or_not_at_all(journal):
    first, second = uuid4(), uuid4()
    await journal.append(opening(first))
    await journal.append(opening(second))
    with pytest.raises(VersionConflict):
        await journal.append(Append((note(first, 2), note(second, 3))))
    assert (await journal.head(first), await journal.head(second)) == (1, 1)
    await journal.append(Append((note(first, 2), note(second, 2))))
    assert (await journal.head(first), await journal.head(second)) == (2, 2)


async def test_the_log_keeps_the_order_of_all_streams(journal):
    first, second = uuid4(), uuid4()
    await journal.append(opening(first))
    await journal.append(opening(second))
    await journal.append(following(first, 2))
    placed = await journal.since(0, 10)
    assert [(each.recorded.stream, each.recorded.version) for each in placed] == [
        (first, 1),
        (second, 1),
        (first, 2),
    ]
    assert [each.position for each in placed] == [1, 2, 3]
    assert [header.position for header in await journal.headers_since(1, 10)] == [2, 3]
    assert [each.position for each in await journal.since(1, 10, upto=2)] == [2]
    assert await journal.last_position() == 3
    assert await journal.position_of(first, 2) == 3
    assert await journal.position_of(first, 3) is None


async def test_an_event_is_found_by_its_id(journal):
    stream = uuid4()
    fact = note(stream, 1)
    await journal.append(Append((fact,), new_keys=(stream,)))
    found = await journal.event(fact.event_id)
    assert found is not None
    assert (found.stream, found.version) == (stream, 1)
    assert await journal.event(uuid4()) is None


async def test_streams_are_listed_page_by_page(journal):
    streams = sorted(uuid4() for _ in range(5))
    for stream in streams:
        await journal.append(opening(stream, versions=2))
    page = await journal.streams(None, 3)
    assert page + await journal.streams(page[-1], 3) == streams
