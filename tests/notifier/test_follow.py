"""From the feed to the outbox."""

from uuid import uuid4

import pytest

from notifier import lanes
from notifier.case_api import CaseApiRefused, CaseApiUnavailable
from tests.notifier.fake_case_api import carer, service
from tests.notifier.world import World

pytestmark = pytest.mark.anyio


async def test_each_recipient_of_an_event_gets_one_row_however_often_it_is_read(world: World):
    one, two = carer(), carer()
    world.case_api.happens("StageChanged.v1", one, two, one)
    await world.follower.follow_once()
    await world.database.run(lambda work: work.execute("DELETE FROM feed_position"))
    await world.follower.follow_once()

    rows = await world.rows()
    assert {row.recipient for row in rows} == {one["recipient"], two["recipient"]}
    assert len(rows) == 2


async def test_after_a_restart_the_feed_goes_on_from_the_stored_cursor(world: World):
    world.case_api.happens("StageChanged.v1", carer())
    await world.follower.follow_once()
    await world.restart()
    await world.follower.follow_once()

    assert world.case_api.pages_asked == [None, "c1"]


async def test_events_without_a_rule_and_those_about_messages_are_passed_by(world: World):
    world.case_api.happens("DisclosureMade.v1", carer())
    world.case_api.happens("DisclosureWithheld.v1", carer())
    world.case_api.happens("SomethingNew.v7", carer())
    world.case_api.happens("StageChanged.v1", carer(role="somebody_new"))
    await world.work()

    assert await world.rows() == []


async def test_a_page_is_stored_whole_or_not_at_all(world: World):
    world.case_api.happens("StageChanged.v1", carer())
    world.case_api.happens("StageChanged.v1", carer())
    world.case_api.statuses = [200 + 303, 200 + 303]  # feed, then the first recipients

    for _ in range(2):
        with pytest.raises(CaseApiUnavailable):
            await world.follower.follow_once()
    assert await world.rows() == []

    await world.follower.follow_once()
    assert len(await world.rows()) == 2


async def test_an_outage_parks_nobody(world: World):
    world.case_api.happens("StageChanged.v1", carer())
    world.case_api.down = True
    for _ in range(5):
        with pytest.raises(CaseApiUnavailable):
            await world.follower.follow_once()
    world.case_api.down = False
    await world.follower.follow_once()

    assert len(await world.rows()) == 1
    assert await world.database.run(lanes.parked_cases) == 0


async def test_a_wrong_token_is_an_outage_too(world: World):
    world.case_api.statuses = [401]
    with pytest.raises(CaseApiUnavailable, match="status_401"):
        await world.follower.follow_once()


@pytest.mark.owasp("API10")
async def test_a_poison_event_parks_its_own_case_and_the_others_flow(world: World):
    ill, well = uuid4(), uuid4()
    poison = world.case_api.happens("StageChanged.v1", carer(), case=ill)
    later = world.case_api.happens("ReviewHeld.v1", carer(), case=ill)
    other = world.case_api.happens("StageChanged.v1", carer(), case=well)
    world.case_api.poisoned[poison] = 500
    await world.follower.follow_once()

    assert [str(row.event_id) for row in await world.rows()] == [other]
    assert await world.database.run(lanes.parked_cases) == 1

    del world.case_api.poisoned[poison]
    world.clock.advance(minutes=2)
    await world.follower.retry_parked()

    assert {str(row.event_id) for row in await world.rows()} == {poison, later, other}
    assert await world.database.run(lanes.parked_cases) == 0


async def test_a_case_that_stays_poisoned_keeps_its_order(world: World):
    ill = uuid4()
    poison = world.case_api.happens("StageChanged.v1", carer(), case=ill)
    world.case_api.happens("ReviewHeld.v1", carer(), case=ill)
    world.case_api.poisoned[poison] = 422
    await world.follower.follow_once()
    for _ in range(4):
        world.clock.advance(hours=1)
        await world.follower.retry_parked()

    assert await world.rows() == []
    waiting = await world.database.run(lambda work: work.rows("SELECT * FROM parked ORDER BY place"))
    assert [(row["reason"], row["tries"]) for row in waiting] == [("status_422", 4), (lanes.BEHIND, 0)]


@pytest.mark.owasp("API10")
async def test_an_item_without_an_id_stops_the_feed_rather_than_being_lost(world: World):
    world.case_api.events.append({"type": "StageChanged.v1", "subject": "nobody"})
    with pytest.raises(CaseApiRefused, match="feed_item_unreadable"):
        await world.follower.follow_once()


async def test_an_erased_event_has_no_recipients(world: World):
    event = world.case_api.happens("StageChanged.v1", carer())
    del world.case_api.recipients[event]
    await world.work()

    assert await world.rows() == []


async def test_someone_without_a_usable_channel_is_reported_as_unreachable(world: World):
    world.case_api.happens("StageChanged.v1", carer(channels=("letter", "phone")))
    await world.work()

    (row,) = await world.rows()
    assert (row.channel, row.state) == ("none", "unreachable")
    assert world.outcomes() == [("unreachable", "no_channel")]
    (told,) = world.case_api.disclosures.values()
    assert "language" not in told, "nothing was written in any language"


async def test_a_service_is_called_by_webhook_only_and_a_person_by_mail_only(world: World):
    confused = carer(channels=("webhook", "email"))
    world.case_api.happens("AssistanceRequested.v1", service(), confused)
    await world.follower.follow_once()

    assert {(row.role, row.channel) for row in await world.rows()} == {("service", "webhook"), ("carer", "email")}
