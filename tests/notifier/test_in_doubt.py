"""A crash between a call and its outcome: sent again, the same message, and marked."""

import asyncio
from dataclasses import dataclass

import pytest

from notifier import deliver, outbox
from notifier.channels.channel import Channel, Parcel, Result
from notifier.channels.email import Email, Relay
from notifier.letterbox import Letterbox
from notifier.outbox import Entry
from notifier.settings import LETTERS
from notifier.wire import Permit
from tests.notifier.fake_case_api import carer, service
from tests.notifier.servers import free_port
from tests.notifier.world import World

pytestmark = pytest.mark.anyio


class Killed(BaseException):
    """The process is gone."""


@dataclass
class DiesAfterTheCall:
    """A channel whose process dies when the call was made and before anything could be recorded."""

    channel: Channel

    async def prepare(self, entry: Entry, permit: Permit) -> Parcel:
        parcel = await self.channel.prepare(entry, permit)

        async def call() -> Result:
            await parcel.call()
            raise Killed

        return Parcel(parcel.language, call)


async def crash(world: World, channel: str) -> None:
    await world.follower.follow_once()
    world.channels[channel] = DiesAfterTheCall(world.channels[channel])
    with pytest.raises(Killed):
        await world.deliverer.deliver_due()
    await world.restart()


async def test_a_mail_in_doubt_is_sent_once_more_with_its_message_id_and_a_mark(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await crash(world, "email")
    if world.database.alone:
        assert [row.state for row in await world.rows()] == ["in_doubt"]
    else:
        await let_the_lease_run_out(world)
    for _ in range(5):
        world.clock.advance(minutes=1)
        await world.work()

    first, second = world.mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["X-Stagepost-Possible-Duplicate"] is None
    assert second["X-Stagepost-Possible-Duplicate"] == "true"
    (told,) = world.case_api.disclosures.values()
    assert (told["outcome"], told["possible_duplicate"], told["attempts"]) == ("sent", True, 2)


async def test_a_webhook_in_doubt_is_sent_once_more_with_its_id_and_a_mark(world: World):
    partner = service()
    world.gives(partner)
    world.case_api.happens("AssistanceRequested.v1", partner)
    await crash(world, "webhook")
    if not world.database.alone:
        await let_the_lease_run_out(world)
    world.clock.advance(minutes=1)
    await world.work()

    first, second = world.hooks.hooks
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert "possibleduplicate" not in first.event
    assert second.event["possibleduplicate"] is True
    assert second.headers["x-stagepost-possible-duplicate"] == "true"


async def test_consent_withdrawn_after_the_crash_stops_the_second_sending(world: World):
    parent = carer()
    who = world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await crash(world, "email")
    if not world.database.alone:
        await let_the_lease_run_out(world)
    world.case_api.refusals[who] = "withdrawn"
    world.clock.advance(minutes=1)
    await world.work()

    assert len(world.mailbox.mails) == 1
    (told,) = world.case_api.disclosures.values()
    assert (told["outcome"], told["possible_duplicate"]) == ("suppressed", True)


async def test_a_live_process_keeps_its_claims_until_the_lease_is_over(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await world.follower.follow_once()
    world.channels["email"] = DiesAfterTheCall(world.channels["email"])
    with pytest.raises(Killed):
        await world.deliverer.deliver_due()

    await world.deliverer.recover()
    assert [row.state for row in await world.rows()] == ["claimed"]
    await let_the_lease_run_out(world)
    assert [row.state for row in await world.rows()] == ["in_doubt"]


async def test_a_claim_before_any_call_goes_back_unmarked(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await world.follower.follow_once()
    await world.deliverer._claim()
    await let_the_lease_run_out(world)
    await world.work()

    (mail,) = world.mailbox.mails
    assert mail["X-Stagepost-Possible-Duplicate"] is None


async def test_a_claim_that_was_lost_makes_no_call(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await world.follower.follow_once()
    (mine,) = await world.deliverer._claim()
    await let_the_lease_run_out(world)
    (theirs,) = await world.deliverer._claim()
    await world.deliverer.deliver(theirs)
    await world.deliverer.deliver(mine)

    assert len(world.mailbox.mails) == 1


async def test_of_two_that_hold_a_row_only_the_first_to_begin_calls(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await world.follower.follow_once()
    (mine,) = await world.deliverer._claim()
    await let_the_lease_run_out(world)
    (theirs,) = await world.deliverer._claim()
    assert await world.database.run(lambda work: outbox.begin_call(work, theirs))
    await world.deliverer.deliver(mine)

    assert world.mailbox.mails == []


async def test_a_webhook_whose_answer_is_lost_is_repeated_and_marked(world: World):
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    partner = service()
    who = world.gives(partner)
    good = world.case_api.addresses[who]
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        world.case_api.addresses[who] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        world.case_api.happens("AssistanceRequested.v1", partner)
        await world.work()
    assert [(row.state, row.reason) for row in await world.rows()] == [("in_doubt", "no_answer")]

    world.case_api.addresses[who] = good
    world.clock.advance(seconds=6)
    await world.work()
    (hook,) = world.hooks.hooks
    assert hook.event["possibleduplicate"] is True


async def test_an_endpoint_that_nobody_listens_on_leaves_no_doubt(world: World):
    partner = service()
    world.case_api.addresses[world.gives(partner)] = f"http://127.0.0.1:{free_port()}/"
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()

    assert [(row.state, row.reason) for row in await world.rows()] == [("queued", "no_answer")]


@pytest.mark.parametrize(("port_is_open", "state"), [(True, "in_doubt"), (False, "queued")])
async def test_a_relay_that_hangs_up_leaves_doubt_and_one_that_is_away_does_not(
    world: World, port_is_open: bool, state: str
):
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in (b"220 hello", b"250 relay", b"250 ok", b"250 ok", b"354 go on"):
            writer.write(reply + b"\r\n")
            await reader.readline()
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1] if port_is_open else free_port()
        relay = Relay("127.0.0.1", port, "no-reply@stagepost.example", seconds=5)
        world.channels["email"] = Email(relay, Letterbox(LETTERS))
        parent = carer()
        world.gives(parent)
        world.case_api.happens("StageChanged.v1", parent)
        await world.work()

    assert [row.state for row in await world.rows()] == [state]


@dataclass
class BreaksAfterTheCall:
    """A channel that makes its call and then meets what its author did not foresee."""

    channel: Channel

    async def prepare(self, entry: Entry, permit: Permit) -> Parcel:
        parcel = await self.channel.prepare(entry, permit)

        async def call() -> Result:
            await parcel.call()
            raise OverflowError(permit.to)

        return Parcel(parcel.language, call)


@pytest.mark.owasp("API10")
@pytest.mark.parametrize("channel", ["email", "webhook"])
async def test_whatever_a_channel_did_not_foresee_leaves_doubt_and_is_tried_again_on_schedule(
    world: World, channel: str, capsys: pytest.CaptureFixture[str]
):
    someone = carer() if channel == "email" else service()
    who = world.gives(someone)
    sound, world.channels[channel] = world.channels[channel], BreaksAfterTheCall(world.channels[channel])
    world.case_api.happens("StageChanged.v1" if channel == "email" else "AssistanceRequested.v1", someone)
    await world.work()
    assert [(row.state, row.reason, row.attempts) for row in await world.rows()] == [("in_doubt", "broke_off", 1)]
    assert world.case_api.addresses[who] not in capsys.readouterr().out

    world.channels[channel] = sound
    world.clock.advance(seconds=6)
    await world.work()
    assert len(world.mailbox.mails) + len(world.hooks.hooks) == 2
    (told,) = world.case_api.disclosures.values()
    assert (told["outcome"], told["possible_duplicate"], told["attempts"]) == ("sent", True, 2)


async def test_a_permit_that_ran_out_is_not_used(world: World, monkeypatch: pytest.MonkeyPatch):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    monkeypatch.setattr(deliver, "PERMIT_LIFE", -1.0)
    await world.work()

    assert world.mailbox.mails == []
    assert [(row.state, row.reason) for row in await world.rows()] == [("queued", "permit_ran_out")]


async def let_the_lease_run_out(world: World) -> None:
    await world.database.run(lambda work: work.execute("UPDATE outbox SET lease_until = 0"))
    await world.deliverer.recover()
