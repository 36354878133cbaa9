"""The tree follows the log, is never ahead of it, and is signed for."""

import asyncio
import time
from base64 import b64decode
from uuid import uuid4

import pytest

from case_api.office import ended
from case_api.seals import keeper as keeping
from case_api.seals.keeper import Broken, Keeper, NotSealed, open_keeper, sealed
from case_api.seals.nodes import Leaf, Overtaken
from case_api.seals.notes import Signer
from case_api.seals.verifier import Altered, included, open_note, read_checkpoint, read_key
from tests.seals import reference
from tests.seals.conftest import SEED, written
from tests.store.facts import following, note, opening

pytestmark = pytest.mark.anyio


async def leaves(journal):
    return [sealed("moray", n, one).value for n, one in enumerate(await journal.evidence.since(0, 10_000))]


async def test_an_empty_log_has_no_checkpoint(keeper):
    assert await keeper.checkpoint() is None


async def test_a_checkpoint_is_signed_over_every_fact_in_log_order(journal, keeper):
    await written(journal, streams=3, versions=4)
    signed = await keeper.checkpoint()
    assert (signed.size, signed.root) == (12, reference.root(await leaves(journal)))
    assert read_checkpoint(signed.note, read_key(keeper.signer.key)) == (signed.size, signed.root)


async def test_a_leaf_is_the_hash_of_a_fact_in_its_place_as_it_is_written_down(journal):
    [stream] = await written(journal, streams=1, versions=2)
    second = (await journal.evidence.stream(stream))[1]
    spelt = b"\x00\x05moray" + stream.bytes + (2).to_bytes(8, "big") + b"\x00\x0cNoteTaken.v1" + second.state
    assert (await leaves(journal))[1] == reference.leaf(spelt)


async def test_nothing_new_is_not_signed_again(journal, keeper):
    await written(journal)
    assert await keeper.checkpoint() == await keeper.checkpoint()
    assert len(await keeper.nodes.checkpoints(0, 10)) == 1


async def test_the_tree_grows_over_many_pages(journal, keeper, monkeypatch):
    monkeypatch.setattr(keeping, "PAGE", 3)
    await written(journal, streams=2, versions=5)
    await keeper.checkpoint()
    await written(journal, streams=1, versions=4)
    assert (await keeper.checkpoint()).root == reference.root(await leaves(journal))


async def test_a_checkpoint_is_signed_though_facts_keep_coming(journal, keeper, monkeypatch):
    [stream] = await written(journal, streams=1, versions=1)
    add, versions = keeper.nodes.add, iter(range(2, 8))

    async def add_while_others_write(leaves, nodes):
        await add(leaves, nodes)
        await journal.append(following(stream, next(versions)))

    monkeypatch.setattr(keeper.nodes, "add", add_while_others_write)
    assert [(await keeper.checkpoint()).size for _ in range(3)] == [1, 2, 3]


async def test_sealed_facts_are_leaves_that_no_proof_names(journal, keeper):
    matter = uuid4()
    fact = note(matter, 1)
    hidden = type(fact)(matter, 1, fact.event_id, fact.recorded_at, matter, fact.envelope, fact.fact, sealed=True)
    await journal.append(type(opening(matter))((hidden,), new_keys=(matter,)))
    assert (await keeper.checkpoint()).size == 1
    with pytest.raises(NotSealed):
        await keeper.inclusion(fact.event_id)


async def test_each_fact_is_proved_in_every_tree_that_holds_it(journal, keeper):
    await written(journal, streams=1, versions=7)
    everything = await leaves(journal)
    for number, stored in enumerate(await journal.evidence.since(0, 10)):
        for size in range(number + 1, 8):
            found = await keeper.inclusion(stored.event_id, size)
            assert included(found.leaf, found.number, size, found.proof) == reference.root(everything[:size])


async def test_a_fact_is_not_proved_in_a_tree_that_it_is_not_in(journal, keeper):
    await written(journal, streams=1, versions=3)
    newest = (await journal.evidence.since(0, 10))[-1].event_id
    for event_id, size in [(newest, 2), (newest, 4), (uuid4(), None)]:
        with pytest.raises(NotSealed):
            await keeper.inclusion(event_id, size)


async def test_an_earlier_checkpoint_is_proved_to_have_been_added_to(journal, keeper):
    await written(journal, streams=1, versions=7)
    everything = await leaves(journal)
    for old in range(1, 8):
        assert await keeper.consistency(old, 7) == reference.proof(old, everything)
    with pytest.raises(NotSealed):
        await keeper.consistency(3, 8)


async def test_two_processes_keep_one_tree(settings, journal, keeper):
    other = await open_keeper(settings, journal, SEED)
    await written(journal, streams=2, versions=8)
    one, two = await asyncio.gather(keeper.checkpoint(), other.checkpoint())
    await other.close()
    assert one == two
    assert one.root == reference.root(await leaves(journal))


async def test_a_keeper_that_another_was_quicker_than_stands_aside_and_goes_on_when_that_one_is_gone(
    settings, journal, keeper, monkeypatch
):
    monkeypatch.setattr(keeping, "PACE", 0.0)
    monkeypatch.setattr(keeping, "ASIDE", 0.5)
    other, overtaken_at = await open_keeper(settings, journal, SEED), []
    add = other.nodes.add

    async def late(leaves, nodes):
        await keeper.checkpoint()
        overtaken_at.append(time.monotonic())
        monkeypatch.setattr(other.nodes, "add", add)
        await add(leaves, nodes)

    monkeypatch.setattr(other.nodes, "add", late)
    [stream] = await written(journal, streams=1, versions=1)
    running = asyncio.create_task(other.run())
    async with asyncio.timeout(10):
        while not overtaken_at:  # noqa: ASYNC110 (the keeper tells nobody)
            await asyncio.sleep(0.01)
        for version in (2, 3):  # the first of them may still come in before it stands aside
            await journal.append(following(stream, version))
            while (await keeper.nodes.newest_checkpoint() or (0,))[0] < version:  # noqa: ASYNC110 (as above)
                await asyncio.sleep(0.01)
    assert time.monotonic() - overtaken_at[0] >= 0.5
    await ended(running)
    await other.close()


async def test_a_page_that_another_process_added_is_refused(journal, keeper):
    await written(journal)
    await keeper.checkpoint()
    with pytest.raises(Overtaken):
        await keeper.nodes.add([Leaf(0, 99, b"x" * 32)], [])


async def test_a_tree_that_was_lost_is_made_again_and_holds_what_was_signed(journal, keeper):
    await written(journal, streams=2, versions=5)
    before = await keeper.checkpoint()
    await keeper.nodes.forget()
    await written(journal, streams=1, versions=1)
    after = await keeper.checkpoint()
    assert after.size == before.size + 1
    assert await keeper.nodes.checkpoints(0, 10) == [(before.size, before.note), (after.size, after.note)]


async def test_a_tree_from_a_longer_log_is_not_signed_for(settings, journal, archive, keeper):
    await written(journal)
    await keeper.checkpoint()
    shorter = await archive.open("fife")
    await shorter.append(opening(uuid4()))
    with pytest.raises(Broken):
        await Keeper(shorter, keeper.nodes, keeper.signer).checkpoint()


async def test_a_checkpoint_of_another_key_is_not_built_upon(journal, keeper):
    await written(journal)
    await keeper.checkpoint()
    with pytest.raises(Broken):
        await Keeper(journal, keeper.nodes, Signer("moray", b"t" * 32)).checkpoint()


async def test_the_keeper_signs_for_a_new_fact_by_itself(journal, keeper, monkeypatch):
    monkeypatch.setattr(keeping, "PACE", 0.01)
    running = asyncio.create_task(keeper.run())
    [stream] = await written(journal, streams=1, versions=1)
    await journal.append(following(stream, 2))
    async with asyncio.timeout(10):
        while (await keeper.nodes.newest_checkpoint() or (0,))[0] < 2:  # noqa: ASYNC110 (the keeper tells nobody)
            await asyncio.sleep(0.01)
    await ended(running)


def test_a_note_is_opened_by_its_own_key_alone():
    signer, other = Signer("moray", b"s" * 32), Signer("moray", b"t" * 32)
    words = signer.checkpoint(3, b"r" * 32)
    assert open_note(words, read_key(signer.key))[1] == "3"
    strange = words.replace("3\n", "4\n", 1), words[:-9], words[:-1], words[:-1] + "\f", words.replace("— ", "x— ")
    for note_, key in [(words, other.key), *((one, signer.key) for one in strange)]:
        with pytest.raises(Altered):
            open_note(note_, read_key(key))


def test_a_note_has_the_form_that_others_read():
    """C2SP signed-note: text, blank line, em dash, name, and base64 of a key hash of 4 bytes and the signature."""
    text, _, signature = Signer("moray", b"s" * 32).checkpoint(3, b"r" * 32).rpartition("\n\n")
    assert text.splitlines() == ["stagepost/moray", "3", "cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI="]
    assert signature.startswith("— stagepost/moray ")
    assert len(b64decode(signature.split()[-1])) == 4 + 64
