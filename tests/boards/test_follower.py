"""Boards keep up with the log, in any number of processes and through any failure."""

import asyncio
import random
from datetime import date
from uuid import UUID, uuid4

import pytest

from case_api.boards import edition as editions
from case_api.boards import follower as following
from case_api.boards import rebuild as rebuilding
from case_api.boards.edition import EditionGone
from case_api.boards.folding import _reader
from case_api.boards.rebuild import rebuild
from case_api.boards.tables import Occupied, lay_out
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.told import DisclosureMade
from case_api.folds import CaseKind, Folds, ToldKind
from case_api.office import ended
from case_api.reaching import Reaching
from case_api.store.journal import FrameError, StoreUnavailable
from case_api.store.pages import Sheaf
from case_api.streams import told_of
from tests.boards.log import beside, open_desk, write, write_sealed
from tests.boards.test_boards import TODAY, stepped_up
from tests.story import POLICY, Story

pytestmark = pytest.mark.anyio


def something_happens(story, told, chance):
    """One random command of a case."""
    match chance.randrange(8):
        case 0:
            stepped_up(story)
        case 1:
            story.agreed("2025-11-12", months=chance.randrange(1, 12))
        case 2:
            story.asked("2025-11-14")
        case 3:
            told.then("2025-11-15", missed(story.anna, chance.choice(["sent", "unreachable"])))
        case 4:
            story.then("2025-11-16", concern())
        case 5:
            story.then("2025-11-17", LearnerPlaced(setting="burnside-academy", from_day=date(2026, 8, 17)))
        case 6:
            story.then("2025-11-18", NamedPersonAssigned(staff=chance.choice(["hay", "lennox"]), from_day=TODAY))
        case 7:
            wrong = chance.choice([one for one in story.events if not isinstance(one.fact, RecordCorrected)])
            story.then("2025-11-19", RecordCorrected(supersedes=wrong.event_id, reason="it was not so"))


def concern():
    raised_by = RaisedBy(kind="staff", staff="okafor")
    return ConcernRaised(concern_id=uuid4(), raised_by=raised_by, received_by="okafor", description="Tasks get lost.")


def missed(person, delivery):
    return DisclosureMade(
        message_id=uuid4(), about=uuid4(), to=str(person), channel="sms", template="stage", delivery=delivery
    )


async def random_history(journal, seed, *, cases=6, steps=30, between=None):
    chance = random.Random(seed)
    stories = [Story().registered() for _ in range(cases)]
    tellings = [beside(story) for story in stories]
    for _ in range(steps):
        place = chance.randrange(cases)
        something_happens(stories[place], tellings[place], chance)
        await write(journal, stories[place])
        await write(journal, tellings[place])
        if between and chance.random() < 0.3:
            await between()


@pytest.mark.parametrize("seed", range(4))
async def test_a_rebuilt_board_equals_the_live_one(journal, desk, seed, monkeypatch):
    monkeypatch.setattr(following, "PAGE", 7)
    monkeypatch.setattr(rebuilding, "PART", 7)
    await random_history(journal, seed, between=desk.follower.catch_up)
    await desk.follower.catch_up()
    live = await desk.contents()
    assert live["stages"]
    assert await rebuild(journal, desk.tables, desk.folding)
    assert await desk.contents() == live
    assert (await desk.follower.lag()).facts == 0


async def test_readers_go_on_while_a_rebuild_runs_and_nothing_written_meanwhile_is_lost(
    journal, settings, desk, monkeypatch
):
    await random_history(journal, 1)
    await desk.follower.catch_up()
    monkeypatch.setattr(rebuilding, "PART", 7)
    monkeypatch.setattr(rebuilding, "PAGE", 2)
    builder = await open_desk(journal, settings)
    newcomers: list[UUID] = []
    contents_of = builder.folding.contents_of

    async def slowly(*given):
        newcomer = Story().registered()
        if len(newcomers) < 5:
            newcomers.append(newcomer.case_id)
            await write(journal, newcomer)
            stepped_up(newcomer)
            await write(journal, newcomer)
        return await contents_of(*given)

    monkeypatch.setattr(builder.folding, "contents_of", slowly)
    before = len(await desk.caseload(TODAY))
    building = asyncio.create_task(rebuild(journal, builder.tables, builder.folding))
    while not building.done():
        assert len(await desk.caseload(TODAY, limit=100)) >= before
        await asyncio.sleep(0)
    await building
    assert len(newcomers) == 5
    assert set(newcomers) <= {row.case_id for row in await desk.caseload(TODAY, limit=100)}
    after = await desk.contents()
    await rebuild(journal, desk.tables, desk.folding)
    assert await desk.contents() == after
    await builder.tables.close()


@pytest.mark.parametrize("altered_is_found", ["together", "in its turn"])
async def test_a_case_that_cannot_be_folded_stops_no_rebuild(journal, settings, desk, monkeypatch, altered_is_found):
    poisoned, sound = Story().registered(), Story().registered()
    for story in (poisoned, sound):
        await write(journal, story)
    together = journal.pages.sheaf

    async def altered(after, brought=()):
        if altered_is_found == "together":
            raise FrameError("altered")
        return await together(after, brought)

    def opened(sheaf, stream):
        if stream == poisoned.case_id:
            raise FrameError("altered")
        return in_its_turn(sheaf, stream)

    in_its_turn = Sheaf.open
    monkeypatch.setattr(Sheaf, "open", opened)

    async def load(case_id):
        if case_id == poisoned.case_id:
            raise FrameError("altered")
        return await _reader(journal)(case_id)

    monkeypatch.setattr(journal.pages, "sheaf", altered)
    builder = await open_desk(journal, settings, load)
    assert await rebuild(journal, builder.tables, builder.folding) == 2
    assert [row.case_id for row in await desk.caseload(TODAY)] == [sound.case_id]
    assert (await desk.follower.lag()).parked == 1
    await builder.tables.close()


@pytest.mark.parametrize("fails", ["writing", "folding"])
async def test_a_rebuild_that_fails_leaves_readers_with_the_old_edition_and_nothing_at_work(
    fails, journal, desk, monkeypatch
):
    await random_history(journal, 5)
    await desk.follower.catch_up()
    before = await desk.contents()
    monkeypatch.setattr(rebuilding, "PART", 7)

    async def gone(*_):
        raise StoreUnavailable

    pages, asked = journal.pages.of_streams, []

    async def hanging(*after):
        asked.append(after)
        return await (pages(*after) if len(asked) < 4 else asyncio.Event().wait())

    monkeypatch.setattr(journal.pages, "of_streams", hanging)
    owner, name = (rebuilding, "_write") if fails == "writing" else (desk.folding, "contents_of")
    monkeypatch.setattr(owner, name, gone)
    others = asyncio.all_tasks()
    with pytest.raises(StoreUnavailable) as told:
        await rebuild(journal, desk.tables, desk.folding)
    assert asyncio.all_tasks() == others, told
    assert await desk.contents() == before


async def test_a_rebuild_that_is_overtaken_by_another_gives_up(journal, settings, desk):
    await random_history(journal, 2)
    overtaker = await open_desk(journal, settings)
    async with desk.tables.turn() as turn:
        number = (await editions.begin(turn)).number
    await rebuild(journal, overtaker.tables, overtaker.folding)
    with pytest.raises(EditionGone):
        async with desk.tables.turn() as turn:
            await editions.again(turn, number)
    await overtaker.tables.close()


async def test_several_followers_take_turns(journal, settings, desk):
    others = [await open_desk(journal, settings) for _ in range(2)]
    everyone = [desk, *others]

    async def all_at_once():
        await asyncio.gather(*(one.follower.fresh() for one in everyone))

    await random_history(journal, 3, between=all_at_once)
    await all_at_once()
    live = await desk.contents()
    assert [await one.contents() for one in others] == [live, live]
    await rebuild(journal, desk.tables, desk.folding)
    assert await desk.contents() == live
    for one in others:
        await one.tables.close()


async def test_who_waited_while_another_turned_the_pages_turns_none(journal, settings, desk):
    other = await open_desk(journal, settings)
    await write(journal, Story().registered())
    needed = await desk.follower.catch_up()
    await write(journal, Story().registered())
    assert (await other.follower.catch_up(needed), await desk.follower.position()) == (needed, needed)
    await other.tables.close()


async def test_boards_that_are_laid_out_open_while_another_process_has_the_turn(journal, settings, desk):
    async with desk.tables.turn(), asyncio.timeout(1):
        late = await open_desk(journal, settings)
    await late.tables.close()


async def test_a_follower_stands_aside_while_another_is_at_it_and_takes_over_from_one_that_is_gone(
    journal, settings, desk
):
    other = await open_desk(journal, settings)
    await write(journal, Story().registered())
    async with desk.tables.turn():
        for follower in (desk.follower, other.follower):
            with pytest.raises(Occupied):
                await follower.catch_up(waits=False)
        running = asyncio.create_task(other.follower.run())
        await asyncio.sleep(following.ASIDE / 2)
        assert (await other.follower.lag()).facts > 0
    async with asyncio.timeout(5):
        while (await other.follower.lag()).facts:  # noqa: ASYNC110 - polls with a deadline
            await asyncio.sleep(0.01)
    await ended(running)
    assert running.cancelled()
    await other.tables.close()


async def test_a_case_that_cannot_be_folded_stops_no_other(journal, settings):
    poisoned, sound = Story().registered(), Story().registered()
    poison = {poisoned.case_id}

    async def load(case_id):
        if case_id in poison:
            raise FrameError("altered")
        return await _reader(journal)(case_id)

    desk = await open_desk(journal, settings, load)
    for story in (poisoned, sound):
        await write(journal, story)
    assert [row.case_id for row in await desk.caseload(TODAY)] == [sound.case_id]
    lag = await desk.follower.lag()
    assert (lag.facts, lag.parked) == (0, 1)
    poison.clear()
    stepped_up(poisoned)
    await write(journal, poisoned)
    assert len(await desk.caseload(TODAY)) == 2
    assert (await desk.follower.lag()).parked == 0
    everything = await desk.contents()
    assert len(everything["search"]) == 4
    await rebuild(journal, desk.tables, desk.folding)
    assert await desk.contents() == everything
    await desk.tables.close()


async def test_a_fact_leaves_the_rows_alone_that_are_made_of_other_slices(journal, desk):
    story = Story().registered()
    await write(journal, story)
    await desk.follower.catch_up()
    async with desk.tables.turn() as turn:
        await turn.run("UPDATE board_stages SET stage='marked'")
        await turn.run("DELETE FROM board_search")
    story.agreed("2025-11-12")
    await write(journal, story)
    assert [row.stage for row in await desk.caseload(TODAY)] == ["marked"]
    assert (await desk.contents())["search"] == []
    story.then("2025-11-16", concern())
    await write(journal, story)
    assert [row.stage for row in await desk.caseload(TODAY)] == ["universal"]
    await desk.follower.refold(story.case_id)
    assert len((await desk.contents())["search"]) == 2


async def test_while_rows_are_of_several_policies_a_touched_case_is_made_anew_as_a_whole(
    journal, settings, desk, monkeypatch
):
    monkeypatch.setattr(following, "SETTLING", -1.0)
    story, other = Story().registered(), Story().registered()
    for one in (story, other):
        await write(journal, one)
    await desk.follower.catch_up()
    later = await open_desk(journal, settings, under=POLICY.model_copy(update={"version": "2"}))

    async def is_made_anew_as_a_whole(by):
        async with desk.tables.turn() as turn:
            await turn.run("DELETE FROM board_search")
        story.agreed("2025-11-12")
        await write(journal, story)
        await by.follower.catch_up()
        return bool((await desk.contents())["search"])

    assert not await is_made_anew_as_a_whole(desk)
    assert await is_made_anew_as_a_whole(later)
    assert await is_made_anew_as_a_whole(desk), "what another process did by its policy is noticed"
    assert await is_made_anew_as_a_whole(later)
    await later.follower.refold(other.case_id)
    assert not await is_made_anew_as_a_whole(later), "all rows are of one policy again"
    await later.tables.close()


def loading_together(journal, kept=10_000):
    """How an office loads: what is not in memory by one reading of the log."""
    folds, tellings = Folds(journal, CaseKind(), kept), Folds(journal, ToldKind(), kept)
    reaching = Reaching(journal)

    async def load_all(ids, page):
        cases, told = await reaching.reached({folds: ids, tellings: [told_of(one) for one in ids]}, page)
        return [(case.state, beside.state) for case, beside in zip(cases, told, strict=True)]

    return load_all


@pytest.mark.parametrize("page", [400, 2])
@pytest.mark.parametrize("kept", [10_000, 9])
async def test_cases_that_are_loaded_together_have_the_same_rows(journal, settings, desk, kept, page, monkeypatch):
    monkeypatch.setattr(following, "PAGE", page)
    both = [await open_desk(journal, settings, load_all=loading_together(journal, kept)) for _ in range(2)]
    chance = random.Random(kept)

    async def one_of_two_processes_follows():
        await chance.choice(both).follower.catch_up()

    await random_history(journal, 7, steps=60, between=one_of_two_processes_follows)
    await one_of_two_processes_follows()
    rows = await desk.contents()
    await rebuild(journal, desk.tables, desk.folding)
    assert rows == await desk.contents()
    for one in both:
        await one.tables.close()


async def test_a_case_that_was_let_go_of_is_read_again_when_only_its_ledger_moves(journal, settings):
    together = await open_desk(journal, settings, load_all=loading_together(journal, kept=1))
    stories = [Story().registered() for _ in range(3)]
    for story in stories:
        await write(journal, story)
        await together.follower.catch_up()
    told = beside(stories[0])
    told.then("2025-11-17", missed(stories[0].anna, "unreachable"))
    await write(journal, told)
    await together.follower.catch_up()
    rows = await together.contents()
    assert (len(rows["contact_tasks"]), len(rows["diary"])) == (1, 3)
    await together.tables.close()


async def test_a_page_that_follows_on_the_last_one_is_all_that_is_read_of_cases_that_are_known(
    journal, settings, desk, monkeypatch
):
    asked: list[dict[UUID, int]] = []
    beyond = journal.pages.beyond

    async def noted(after, brought=()):
        asked.append(dict(after))
        return await beyond(after, brought)

    monkeypatch.setattr(journal.pages, "beyond", noted)
    follower = (together := await open_desk(journal, settings, load_all=loading_together(journal))).follower
    story = Story().registered()
    told = beside(story)

    async def read_when(*stories):
        asked.clear()
        for one in stories:
            await write(journal, one)
        await follower.catch_up()
        return [stream for after in asked for stream in after]

    assert await read_when(story) == [told_of(story.case_id)]
    story.then("2025-11-16", concern())
    assert await read_when(story) == []
    told.then("2025-11-17", missed(story.anna, "unreachable"))
    assert await read_when(told) == []
    story.then("2025-11-18", concern())
    await write(journal, story)
    await desk.follower.catch_up()
    story.then("2025-11-19", concern())
    assert set(await read_when(story)) == {story.case_id, told_of(story.case_id)}, "another process took a page"
    rows = await together.contents()
    await rebuild(journal, desk.tables, desk.folding)
    assert rows == await together.contents()
    await together.tables.close()


async def test_one_case_of_many_that_cannot_be_loaded_stops_no_other(journal, settings):
    poisoned, sound = Story().registered(), Story().registered()

    async def load(case_id):
        if case_id == poisoned.case_id:
            raise FrameError("altered")
        return await _reader(journal)(case_id)

    async def load_all(ids, _):
        return [await load(one) for one in ids]

    desk = await open_desk(journal, settings, load, load_all)
    for story in (poisoned, sound):
        await write(journal, story)
    assert [row.case_id for row in await desk.caseload(TODAY)] == [sound.case_id]
    assert (await desk.follower.lag()).parked == 1
    await desk.tables.close()


async def test_nothing_moves_when_the_log_cannot_be_read_together_now(journal, settings):
    await write(journal, Story().registered())

    async def load_all(*_):
        raise StoreUnavailable

    desk = await open_desk(journal, settings, load_all=load_all)
    with pytest.raises(StoreUnavailable):
        await desk.caseload(TODAY)
    await desk.tables.close()


async def test_nothing_moves_when_a_case_cannot_be_read_now(journal, settings):
    await write(journal, Story().registered())

    async def load(case_id):
        raise StoreUnavailable

    desk = await open_desk(journal, settings, load)
    with pytest.raises(StoreUnavailable):
        await desk.caseload(TODAY)
    assert (await desk.follower.lag()).facts == 2
    await desk.tables.close()


async def test_a_follower_in_the_background_keeps_up_through_failures(journal, settings, monkeypatch):
    monkeypatch.setattr(following, "PAUSES", (0.0,))
    failures = iter([StoreUnavailable(), StoreUnavailable()])

    async def load(case_id):
        for failure in failures:
            raise failure
        return await _reader(journal)(case_id)

    desk = await open_desk(journal, settings, load)
    running = asyncio.create_task(desk.follower.run())
    for _ in range(3):
        await write(journal, Story().registered())
    async with asyncio.timeout(10):
        while (await desk.follower.lag()).facts:  # noqa: ASYNC110 - polls with a deadline
            await asyncio.sleep(0.01)
    await ended(running)
    assert running.cancelled()
    assert len(await desk.caseload(date(2026, 1, 10))) == 3
    await desk.tables.close()


async def test_a_turn_that_is_broken_off_leaves_nothing_behind(journal, desk):
    await write(journal, Story().registered())
    await desk.follower.catch_up()
    before = await desk.contents()

    async def broken_off():
        async with desk.tables.turn() as turn:
            await turn.run("DELETE FROM board_stages")
            await asyncio.Event().wait()

    task = asyncio.create_task(broken_off())
    await asyncio.sleep(0.05)
    await ended(task)
    assert task.cancelled()
    assert await desk.contents() == before
    await desk.follower.refold(uuid4())


async def test_tables_of_another_shape_are_made_anew_and_filled_from_the_log(journal, desk):
    await write(journal, Story().registered())
    await desk.follower.catch_up()
    async with desk.tables.turn() as turn:
        await turn.run("UPDATE board_shape SET shape='older'")
    await lay_out(desk.tables)
    assert await desk.follower.position() == 0
    assert len(await desk.caseload(TODAY)) == 1


async def test_a_matter_is_in_no_board_live_or_rebuilt(desk):
    await random_history(desk.journal, 7, cases=2, steps=6)
    await desk.follower.catch_up()
    before = await desk.contents()
    story = Story().registered()
    stepped_up(story)
    story.agreed("2025-11-12")
    story.asked("2025-11-14")
    await write_sealed(desk.journal, story)
    reached = await desk.follower.catch_up()
    assert reached == await desk.journal.last_position()
    assert (await desk.contents(), (await desk.follower.lag()).parked) == (before, 0)
    await rebuild(desk.journal, desk.tables, desk.folding)
    assert await desk.contents() == before
