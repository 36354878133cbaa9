"""The feed: what a consumer may see, in the order of the log, as thin CloudEvents."""

import asyncio
import json
import random
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.formats.json import JSONFormat

from case_api import feed as feeding
from case_api.access.principal import Principal
from case_api.announcing import CloudEvent
from case_api.domain.event import Unreadable
from case_api.domain.facts.agreements import ConsentSought
from case_api.domain.facts.involvement import InvolvementPaused
from case_api.domain.facts.requests import AssistanceWithdrawn
from case_api.feed import CursorUnreadable, Feed, place_cursor, receipt_cursor
from case_api.store.journal import FrameError
from tests import canaries
from tests.boards.log import beside, write, write_sealed
from tests.boards.test_follower import missed, something_happens
from tests.story import AUTHORITY, Story

pytestmark = pytest.mark.anyio
ZONE = ZoneInfo("Europe/London")


def consumer(*roles, services=()):
    return Principal("s-1", "o-1", "moray", "c-1", frozenset(roles), frozenset(services))


NOTIFIER = consumer("notifier")
SLT = consumer("agency", services={"slt"})


@pytest.fixture
def feed(journal):
    return Feed(journal, "http://localhost:8080", ZONE)


async def everything(feed, who, after=None, types=(), limit=3):
    items: list[CloudEvent] = []
    while True:
        page = await feed.page(who, after, types, limit, 0)
        if not page.items:
            return items
        items += page.items
        after = page.next


def names(items):
    return [item.type for item in items]


async def with_a_request(journal):
    story = Story().registered()
    story.agreed("2025-11-12")
    request_id = story.asked("2025-11-14")
    await write(journal, story)
    return story, request_id


async def test_events_come_in_the_order_of_the_log_each_once(journal, feed):
    stories = [Story().registered() for _ in range(3)]
    for story in stories:
        await write(journal, story)
    items = await everything(feed, NOTIFIER)
    assert [item.subject for item in items] == [str(one.case_id) for one in stories for _ in range(2)]
    assert names(items)[:2] == ["LearnerRegistered.v1", "CarerLinked.v1"]
    assert len({item.id for item in items}) == 6


@pytest.mark.owasp("API3")
async def test_a_thin_event_holds_ids_and_codes_only(journal, feed):
    story, request_id = await with_a_request(journal)
    items = await everything(feed, NOTIFIER)
    asked = items[-1].model_dump(mode="json", exclude_none=True)
    assert asked["data"] == {
        "case_id": str(story.case_id),
        "request_id": str(request_id),
        "service": "slt",
        "route": "school",
        "links": {
            "case": f"/v1/cases/{story.case_id}",
            "recipients": f"/v1/events/{asked['id']}/recipients",
            "request": f"/v1/cases/{story.case_id}/assistance-requests/{request_id}",
        },
    }
    assert asked["source"] == "/stagepost/moray"
    assert asked["time"] == "2025-11-14T00:00:00Z"
    text = json.dumps([item.model_dump(mode="json") for item in items], ensure_ascii=False)
    assert not [canary for canary in canaries.SOWN if canary in text]


async def test_every_event_is_a_valid_cloud_event(journal, feed):
    chance, story = random.Random(5), Story().registered()
    told = beside(story)
    for _ in range(12):
        something_happens(story, told, chance)
    await write(journal, story)
    await write(journal, told)
    items = await everything(feed, consumer("auditor"))
    assert {"DisclosureMade.v1", "AssistanceRequested.v1"} <= set(names(items))
    for item in items:
        body = item.model_dump_json(exclude_none=True).encode()
        read = from_http_event(HTTPMessage({"content-type": "application/cloudevents+json"}, body), JSONFormat())
        assert (read.get_id(), read.get_type()) == (str(item.id), item.type)
        assert read.get_subject() == str(story.case_id)


async def test_a_day_in_summer_begins_an_hour_before_midnight_utc(journal, feed):
    story = Story()
    story.registered("2025-06-10")
    await write(journal, story)
    [first, *_] = await everything(feed, NOTIFIER)
    assert first.time.isoformat() == "2025-06-09T23:00:00+00:00"


async def test_the_ledgers_events_name_the_case_they_belong_to(journal, feed):
    story, told = Story().registered(), None
    told = beside(story)
    chance = random.Random(1)
    while not told.events:
        something_happens(story, told, chance)
    await write(journal, story)
    await write(journal, told)
    [item] = await everything(feed, NOTIFIER, types={"DisclosureMade"})
    assert item.subject == str(story.case_id)
    assert item.data.links.recipients is None


async def test_an_agency_sees_what_concerns_its_own_requests_and_nothing_else(journal, feed):
    story, request_id = await with_a_request(journal)
    named = {"request_id": request_id, "service": "slt"}
    story.then("2025-11-20", InvolvementPaused(cause="withdrawn", acknowledge_by=date(2025, 11, 27), **named))
    await write(journal, story)
    assert names(await everything(feed, SLT)) == ["AssistanceRequested.v1", "InvolvementPaused.v1"]
    assert await everything(feed, consumer("agency", services={"eps"})) == []
    assert await everything(feed, consumer("teacher", "carer")) == []


async def test_what_the_authority_publishes_is_for_those_who_keep_it(journal, feed):
    own = Story()
    own.then("2025-08-01", AUTHORITY.services["slt"])
    await write(journal, own)
    [listed] = await everything(feed, consumer("mis"))
    assert (listed.type, listed.subject, listed.data.case_id) == ("ServiceListed.v1", None, None)
    for role in ("notifier", "pupil_support", "agency"):
        assert await everything(feed, consumer(role, services={"slt"})) == []


async def test_what_is_labelled_protection_reaches_only_the_auditor(journal, feed):
    story, request_id = await with_a_request(journal)
    event = story.then(
        "2025-11-20",
        AssistanceWithdrawn(request_id=request_id, service="slt", cause="no_longer_needed"),
    )
    labelled = event.envelope.but(sensitivity="protection")
    story.events[-1] = event.but(envelope=labelled)
    await write(journal, story)
    assert "AssistanceWithdrawn.v1" not in names(await everything(feed, NOTIFIER) + await everything(feed, SLT))
    assert "AssistanceWithdrawn.v1" in names(await everything(feed, consumer("auditor")))


async def test_erased_events_stay_as_ids_and_types(journal, feed):
    story, _ = await with_a_request(journal)
    told = beside(story)
    told.then("2025-11-15", missed(story.anna, "sent"))
    await write(journal, told)
    before = await everything(feed, NOTIFIER)
    await journal.eraser.destroy([story.case_id])
    after = await everything(feed, NOTIFIER)
    assert [(item.id, item.type, item.subject) for item in after] == [
        (item.id, item.type, item.subject) for item in before
    ]
    erased = after[-1].model_dump(mode="json", exclude_none=True)
    assert set(erased["data"]) == {"case_id", "links"}
    assert "correlationid" not in erased
    assert await everything(feed, SLT) == []


@pytest.mark.parametrize("wanted", ["ConsentSought", "ConsentSought.v1"])
async def test_types_are_asked_for_with_or_without_their_version(journal, feed, wanted):
    await with_a_request(journal)
    assert names(await everything(feed, NOTIFIER, types={wanted})) == [ConsentSought.topic] * 2
    assert await everything(feed, NOTIFIER, types={"ConsentSought.v2"}) == []


async def test_a_receipt_is_a_place_in_the_feed(journal, feed):
    story = Story().registered()
    await write(journal, story)
    cursor = receipt_cursor(journal.keyring, story.case_id, 1)
    assert names(await everything(feed, NOTIFIER, after=cursor)) == ["CarerLinked.v1"]


async def test_a_cursor_tells_nothing_and_cannot_be_made_up(journal, archive, feed):
    keyring = journal.keyring
    story = Story().registered()
    cursors = [place_cursor(keyring, 0), place_cursor(keyring, 10**12), receipt_cursor(keyring, story.case_id, 7)]
    assert len({len(cursor) for cursor in cursors}) == 1
    assert place_cursor(keyring, 5) != place_cursor(keyring, 5)
    foreign = place_cursor((await archive.open("fife")).keyring, 0)
    other_kind = keyring.seal_opaque("page", b"\0" * 25)
    short = keyring.seal_opaque(feeding.KIND, b"\0" * 9)
    for cursor in ("", "rubbish", cursors[0][:-2], cursors[2], foreign, other_kind, short):
        with pytest.raises(CursorUnreadable):
            await feed.page(NOTIFIER, cursor, (), 10, 0)


async def test_a_waiting_consumer_is_answered_when_something_visible_happens(journal, feed):
    begin = (await feed.page(SLT, None, (), 10, 0)).next
    waiting = asyncio.create_task(feed.page(SLT, begin, (), 10, 20))
    await write(journal, Story().registered())
    _, request_id = await with_a_request(journal)
    async with asyncio.timeout(10):
        page = await waiting
    assert [item.data.model_dump()["request_id"] for item in page.items] == [request_id]
    assert (await feed.page(SLT, page.next, (), 10, 0)).items == ()


async def test_waiting_in_vain_ends_and_the_cursor_has_moved_on(journal, feed):
    await write(journal, Story().registered())
    page = await feed.page(SLT, None, (), 10, 0.05)
    assert page.items == ()
    _, request_id = await with_a_request(journal)
    [item] = await everything(feed, SLT, after=page.next)
    assert item.data.model_dump()["request_id"] == request_id


async def test_a_long_stretch_without_anything_visible_is_answered_with_a_cursor(journal, feed, monkeypatch):
    monkeypatch.setattr(feeding, "PAGE", 2)
    monkeypatch.setattr(feeding, "SEARCHED", 4)
    for _ in range(5):
        await write(journal, Story().registered())
    await with_a_request(journal)
    pages, after = 0, None
    async with asyncio.timeout(10):
        while not (page := await feed.page(SLT, after, (), 10, 30)).items:
            after, pages = page.next, pages + 1
    assert pages >= 2
    assert names(page.items) == ["AssistanceRequested.v1"]


async def test_a_damaged_fact_stops_no_consumer(journal, feed, monkeypatch):
    first, second = Story().registered(), Story().registered()
    for story in (first, second):
        await write(journal, story)
    opened = journal._open

    async def damaged(stored):
        if any((stream, version) == (first.case_id, 2) for stream, version, *_ in stored):
            raise FrameError
        return await opened(stored)

    monkeypatch.setattr(journal, "_open", damaged)
    items = await everything(feed, NOTIFIER, limit=50)
    assert [(item.subject, item.type) for item in items] == [
        (str(first.case_id), "LearnerRegistered.v1"),
        (str(second.case_id), "LearnerRegistered.v1"),
        (str(second.case_id), "CarerLinked.v1"),
    ]


async def test_a_type_of_a_newer_program_is_passed_on_but_a_sealed_one_is_not():
    from case_api.access.feed_sight import may_see  # noqa: PLC0415

    story = Story()
    newer = story.then("2025-09-01", Unreadable(why="unknown", stored_name="PlanAgreed.v1"))
    for name, seen in (("PlanAgreed.v1", True), ("Sealed.v1", False)):
        event = newer.but(name=name)
        assert may_see(NOTIFIER, event) is seen
        assert not may_see(SLT, event)


@pytest.mark.parametrize(
    "who", [NOTIFIER, consumer("auditor", "mis", "authority_admin"), SLT], ids=["all", "admin", "slt"]
)
async def test_pages_are_cut_as_if_there_were_no_matters(journal, feed, monkeypatch, who):
    monkeypatch.setattr(feeding, "PAGE", 3)
    story, _ = await with_a_request(journal)
    before = [names((await feed.page(who, None, (), limit, 0)).items) for limit in (1, 2, 3, 5)]
    for _ in range(2):
        await write_sealed(journal, story)
        await with_a_request(journal)
    after = [names((await feed.page(who, None, (), limit, 0)).items) for limit in (1, 2, 3, 5)]
    assert [page[: len(was)] for page, was in zip(after, before, strict=True)] == before
    whole = names(await everything(feed, who))
    assert whole == names(await everything(feed, who, limit=1))
    assert not [name for name in whole if name.startswith("Sealed")]


async def test_whoever_waits_is_not_woken_by_a_matter(journal, feed):
    story, _ = await with_a_request(journal)
    begin = (await feed.page(NOTIFIER, None, (), 100, 0)).next
    waiting = asyncio.create_task(feed.page(NOTIFIER, begin, (), 10, 20))
    await write_sealed(journal, story)
    await asyncio.wait([waiting], timeout=0.3)
    assert not waiting.done()
    await write(journal, Story().registered())
    async with asyncio.timeout(10):
        assert names((await waiting).items)[0] == "LearnerRegistered.v1"


def counting_opened(journal, monkeypatch):
    """How many facts each read of the log opens, as they are read."""
    opened, since = [], journal.since

    async def counted(position, limit, **options):
        facts = await since(position, limit, **options)
        opened.append(len(facts))
        return facts

    monkeypatch.setattr(journal, "since", counted)
    return opened


async def test_whoever_asks_for_one_event_has_one_opened(journal, feed, monkeypatch):
    for _ in range(20):
        await write(journal, Story().registered())
    opened = counting_opened(journal, monkeypatch)
    assert len((await feed.page(NOTIFIER, None, (), 1, 0)).items) == 1
    assert opened == [1]


async def test_what_is_not_of_a_type_that_is_asked_for_is_hardly_opened(journal, feed, monkeypatch):
    await with_a_request(journal)
    for _ in range(60):
        await write(journal, Story().registered())
    await with_a_request(journal)
    opened = counting_opened(journal, monkeypatch)
    assert len((await feed.page(NOTIFIER, None, {"AssistanceRequested"}, 10, 0)).items) == 2
    assert opened == [1, 1]
