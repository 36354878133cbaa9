"""A command is stored once under its idempotency key, with its reply (D13); an identifier belongs to one case (D9)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from case_api.store.journal import Append, IdentifierTaken, Kept, KeyReused, VersionConflict
from tests.store.facts import NOW, following, keyed, note, opening

pytestmark = pytest.mark.anyio


async def test_the_reply_is_kept_under_the_key(journal):
    stream, row = uuid4(), keyed(body='{"name": "ł"}'.encode())
    await journal.append(opening(stream, keyed=row))
    kept = await journal.kept("mis", "k-1")
    assert (kept.fingerprint, kept.reply) == (row.fingerprint, row.reply)
    assert await journal.confirm(stream, "mis", "k-1") == (1, kept)
    assert await journal.confirm(stream, "mis", "k-2") == (1, None)
    assert await journal.kept("other", "k-1") is None


async def test_of_twins_one_is_stored(journal):
    streams = [uuid4() for _ in range(6)]
    answers = await asyncio.gather(
        *(journal.append(opening(stream, keyed=keyed())) for stream in streams), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["KeyReused"] * 5 + ["NoneType"]
    assert await journal.last_position() == 1


async def test_a_reply_without_facts_is_kept_too(journal):
    await journal.append(Append((), keyed=keyed()))
    with pytest.raises(KeyReused):
        await journal.append(Append((), keyed=keyed()))


async def test_a_known_key_comes_before_a_taken_identifier_and_that_before_a_stale_version(journal):
    stream = uuid4()
    await journal.append(opening(stream, keyed=keyed(), identifiers={b"h" * 32: stream}))
    with pytest.raises(KeyReused):
        await journal.append(following(stream, 1, keyed=keyed(), identifiers={b"h" * 32: stream}))
    with pytest.raises(IdentifierTaken):
        await journal.append(following(stream, 1, keyed=keyed("k-2"), identifiers={b"h" * 32: stream}))
    with pytest.raises(VersionConflict):
        await journal.append(following(stream, 1, keyed=keyed("k-2"), identifiers={b"i" * 32: stream}))
    assert await journal.kept("mis", "k-2") is None
    assert await journal.find(b"i" * 32) is None


async def test_an_identifier_belongs_to_one_case(journal):
    hashed = journal.keyring.search_hash("scn", "220000028")
    streams = [uuid4() for _ in range(4)]
    answers = await asyncio.gather(
        *(journal.append(opening(each, identifiers={hashed: each})) for each in streams), return_exceptions=True
    )
    [winner] = [stream for stream, answer in zip(streams, answers, strict=True) if answer is None]
    assert await journal.find(hashed) == winner
    assert {type(answer) for answer in answers} == {IdentifierTaken, type(None)}


async def test_of_an_erased_case_nothing_is_kept_but_that_a_key_was_used(journal):
    gone, too, stays = uuid4(), uuid4(), uuid4()
    for stream, key in ((gone, "k-1"), (stays, "k-2"), (too, "k-3")):
        hashed = journal.keyring.search_hash("scn", key)
        await journal.append(opening(stream, keyed=keyed(key, case_id=stream), identifiers={hashed: stream}))
    await journal.eraser.forget([])
    assert (await journal.kept("mis", "k-1")).reply == keyed("k-1").reply
    await journal.eraser.forget([gone, too])
    assert await journal.kept("mis", "k-1") == Kept(keyed("k-1").fingerprint, None)
    with pytest.raises(KeyReused):
        await journal.append(opening(uuid4(), keyed=keyed("k-1")))
    log = journal._backend.log
    rows = await log.rows(
        "SELECT key, length(reply), case_id IS NULL FROM idempotency WHERE key<>? ORDER BY key", ("k-2",)
    )
    assert [(key, length, bool(nothing)) for key, length, nothing in rows] == [
        ("k-1", 0, True),
        ("k-3", 0, True),
    ]
    assert await journal.find(journal.keyring.search_hash("scn", "k-1")) is None
    assert (await journal.kept("mis", "k-2")).reply == keyed("k-2").reply
    assert await journal.find(journal.keyring.search_hash("scn", "k-2")) == stays


async def test_replies_are_kept_for_thirty_days(journal):
    for age in (29, 31):
        stream = uuid4()
        kept = replace(keyed(f"k-{age}"), kept_at=NOW - timedelta(days=age))
        await journal.append(Append((note(stream, 1),), keyed=kept, new_keys=(stream,)))
    await journal.purge_expired(NOW)
    assert await journal.kept("mis", "k-31") is None
    assert await journal.kept("mis", "k-29") is not None


@pytest.mark.parametrize("version", [1, 3], ids=["taken", "leaving a gap"])
async def test_a_command_that_comes_too_late_or_too_soon_leaves_neither_fact_nor_key(journal, version):
    stream = uuid4()
    await journal.append(opening(stream))
    with pytest.raises(VersionConflict):
        await journal.append(following(stream, version, keyed=keyed()))
    assert await journal.head(stream) == 1
    assert await journal.kept("mis", "k-1") is None
