"""From the outbox to a person."""

from datetime import timedelta

import pytest

from notifier.channels.channel import Parcel
from notifier.outbox import Entry
from notifier.retries import SCHEDULE
from notifier.wire import Permit
from tests.notifier.fake_case_api import carer, service
from tests.notifier.world import World

pytestmark = pytest.mark.anyio


async def test_a_carer_gets_a_letter_and_the_case_api_hears_of_it(world: World):
    parent = carer()
    who = world.gives(parent)
    world.case_api.facts = {"setting": "Burnside Primary", "contact": "the office"}
    event = world.case_api.happens("StageChanged.v1", parent)
    await world.work()

    (mail,) = world.mailbox.mails
    (row,) = await world.rows()
    assert mail["To"] == world.case_api.addresses[who]
    assert mail["Message-ID"] == f"<{row.message_id}@stagepost.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Stagepost-Possible-Duplicate"] is None
    assert "Burnside Primary" in mail.get_content()
    (told,) = world.case_api.disclosures.values()
    assert {"at", "message_id"} <= told.keys()
    assert {name: told[name] for name in told if name not in ("at", "message_id")} == {
        "event_id": event,
        "recipient": who,
        "channel": "email",
        "template": "stage-changed",
        "language": "en",
        "outcome": "sent",
        "permit": "sealed",
        "attempts": 1,
    }


@pytest.mark.parametrize(("wanted", "given"), [("pl", "pl"), ("pl-PL", "pl"), ("ur", "en"), ("../../x", "en")])
async def test_the_letter_is_in_the_wanted_language_or_the_report_says_which(world: World, wanted: str, given: str):
    parent = carer()
    world.gives(parent, language=wanted)
    world.case_api.happens("ConsentSought.v1", parent)
    await world.work()

    (mail,) = world.mailbox.mails
    (told,) = world.case_api.disclosures.values()
    assert mail["Content-Language"] == told["language"] == given
    assert ("Dzień dobry" in mail.get_content()) is (given == "pl")


@pytest.mark.parametrize("reason", ["withdrawn", "restricted", "erased", "superseded", "withheld"])
async def test_without_leave_nothing_is_sent(world: World, reason: str):
    parent = carer()
    world.case_api.refusals[world.gives(parent)] = reason
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()

    assert world.mailbox.mails == []
    assert [row.state for row in await world.rows()] == ["suppressed"]
    assert world.outcomes() == [("suppressed", reason)]
    (told,) = world.case_api.disclosures.values()
    assert "language" not in told, "nothing was written in any language"


async def test_no_address_is_a_task_for_a_person(world: World):
    world.case_api.happens("StageChanged.v1", carer())
    await world.work()

    assert [row.state for row in await world.rows()] == ["unreachable"]
    assert world.outcomes() == [("unreachable", "no_address")]


async def test_a_withdrawal_between_the_event_and_the_sending_wins(world: World):
    parent = carer()
    who = world.gives(parent)
    world.mailbox.replies.append("451 later")
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()
    world.case_api.refusals[who] = "withdrawn"
    world.clock.advance(seconds=6)
    await world.work()

    assert world.mailbox.mails == []
    assert world.outcomes() == [("suppressed", "withdrawn")]


async def test_a_relay_that_says_later_is_asked_again(world: World):
    parent = carer()
    world.gives(parent)
    world.mailbox.replies.append("451 later")
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()
    assert [(row.state, row.reason, row.attempts) for row in await world.rows()] == [("queued", "smtp_451", 1)]

    world.clock.advance(seconds=4)
    await world.work()
    assert world.mailbox.mails == []

    world.clock.advance(seconds=2)
    await world.work()
    assert len(world.mailbox.mails) == 1
    assert world.mailbox.mails[0]["X-Stagepost-Possible-Duplicate"] is None
    assert [(row.state, row.attempts) for row in await world.rows()] == [("sent", 2)]


async def test_a_refused_address_becomes_a_task_for_a_person_at_once(world: World):
    parent = carer()
    world.gives(parent)
    world.mailbox.replies.append("550 no such user")
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()

    assert [(row.state, row.attempts) for row in await world.rows()] == [("failed", 1)]
    assert world.outcomes() == [("unreachable", "smtp_550")]


@pytest.mark.owasp("API10")
@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, eve@evil.example",
        "a@b.example,",
        "family: a@b.example, eve@evil.example;",
        "family:;",
        "Parent <a@b.example>",
        '"a, eve@evil.example"@b.example',
        "a@b.example (eve@evil.example)",
        "=?utf-8?q?eve=40evil.example=2C?=@b.example",
    ],
)
async def test_an_unusable_address_never_reaches_the_relay(world: World, address: str):
    parent = carer()
    world.gives(parent, address=address or " ")
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()

    assert (world.mailbox.mails, world.mailbox.recipients) == ([], [])
    assert [(row.state, row.attempts) for row in await world.rows()] == [("failed", 1)]
    assert world.outcomes() == [("unreachable", "address_unusable")]


@pytest.mark.owasp("API10")
@pytest.mark.parametrize("address", ["parent@home.example", "o'hara+school@home.example", "zoë@home.example"])
async def test_a_letter_has_one_recipient(world: World, address: str):
    parent = carer()
    world.gives(parent, address=address)
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()

    assert world.mailbox.recipients == [address]
    assert [mail["To"] for mail in world.mailbox.mails] == [address]


async def test_the_schedule_is_kept_to_the_second_and_then_a_person_is_told(world: World):
    parent = carer()
    world.gives(parent)
    world.mailbox.replies.extend(["451 later"] * len(SCHEDULE))
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()
    for wait in SCHEDULE[1:]:
        before = (await world.rows())[0].attempts
        world.clock.set(world.clock.now() + wait - timedelta(microseconds=1))
        await world.work()
        assert (await world.rows())[0].attempts == before
        world.clock.advance(microseconds=1)
        await world.work()
        assert (await world.rows())[0].attempts == before + 1

    assert world.mailbox.mails == []
    assert world.outcomes() == [("unreachable", "smtp_451")]
    (told,) = world.case_api.disclosures.values()
    assert told["language"] == "en"


async def test_while_the_case_api_is_down_nothing_is_sent_and_nothing_is_lost(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    await world.follower.follow_once()
    world.case_api.down = True
    for _ in range(20):
        await world.deliverer.deliver_due()
        world.clock.advance(minutes=5)
    assert world.mailbox.mails == []
    assert [row.attempts for row in await world.rows()] == [0]

    world.case_api.down = False
    await world.work()
    assert len(world.mailbox.mails) == 1


async def test_reports_are_repeated_until_accepted_and_count_once(world: World):
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    world.case_api.deaf = True
    await world.work()
    for _ in range(3):
        world.clock.advance(minutes=6)
        await world.reporter.report_due()
    world.case_api.deaf = False
    world.clock.advance(minutes=6)
    await world.reporter.report_due()
    world.clock.advance(minutes=6)
    await world.reporter.report_due()

    assert world.case_api.reports == 5
    assert world.outcomes() == [("sent", None)]


class Breaks:
    """A channel with a defect."""

    async def prepare(self, entry: Entry, permit: Permit) -> Parcel:
        raise KeyError(permit.to)


async def test_a_defect_of_ours_stops_one_row_and_ends_with_a_person_being_told(
    world: World, capsys: pytest.CaptureFixture[str]
):
    parent, partner = carer(), service()
    world.gives(parent)
    world.gives(partner)
    world.channels["email"] = Breaks()
    world.case_api.happens("AssistanceRequested.v1", parent, partner)
    for _ in SCHEDULE:
        await world.work()
        world.clock.advance(days=1)

    assert len(world.hooks.hooks) == 1
    assert sorted(map(str, world.outcomes())) == ["('sent', None)", "('unreachable', 'broke_off')"]
    assert "@" not in capsys.readouterr().out


async def test_the_urgent_letters_go_first(world: World):
    parent = carer()
    world.gives(parent)
    for _ in range(4):
        world.case_api.happens("StageChanged.v1", parent)
    world.case_api.happens("ConsentSought.v1", parent)
    await world.follower.follow_once()
    await world.deliverer.deliver_due()

    assert "We would like to ask you something" in [mail["Subject"] for mail in world.mailbox.mails]
