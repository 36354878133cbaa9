"""kill -9 of the notifier while it sends: every message arrives, and whatever comes twice was in flight and says so."""

import asyncio
from collections import Counter

import pytest

from notifier.crash_points import CODE, POINTS
from notifier.settings import Settings
from tests.faults.results import seen
from tests.faults.senders import Notifier, id_of, unmarked, until
from tests.faults.sizes import FULL, size
from tests.notifier.fake_case_api import FakeCaseApi, carer
from tests.notifier.servers import receiving_mail, serving
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
KILLS = size(40, 3)
EVENTS = KILLS * 10
PARENTS = 8
MADE_TWICE = {"called"}
"""Where a message that was sent has to be sent again, since nobody knows."""


@pytest.fixture(scope="module")
def notifiers(tmp_path_factory):
    with Nursery("notifier", tmp_path_factory.mktemp("nursery") / "notifier.log") as nursery:
        yield nursery


@pytest.fixture
def town():
    """Eight parents with an address each."""
    town = FakeCaseApi()
    parents = [carer() for _ in range(PARENTS)]
    town.addresses = {str(parent["recipient"]): f"p{n}@home.example" for n, parent in enumerate(parents)}
    return town, parents


async def test_nothing_is_lost_and_what_comes_twice_was_in_flight(request, notifiers, town, url, tmp_path, chances):
    (town, parents), in_flight = town, Counter[str]()
    async with serving(town.app()) as address, receiving_mail() as mailbox:
        notifier = Notifier(notifiers, url, tmp_path, address, mailbox)
        for _ in range(KILLS):
            for _ in range(EVENTS // KILLS):
                town.happens("StageChanged.v1", chances.choice(parents))
            pid = await notifier.start()
            wanted = len(mailbox.mails) + chances.randrange(1, 9)
            await until(lambda at=wanted: len(mailbox.mails) >= at)  # type: ignore[misc]
            await asyncio.sleep(chances.uniform(0, 0.01))
            in_flight.update(await notifier.kill(pid))
        await notifier.to_the_end(lambda: len(town.disclosures) == EVENTS)

    copies = Counter(id_of(mail) for mail in mailbox.mails)
    assert set(copies) == set(town.disclosures), "every message arrived, and is accounted for"
    assert {told["outcome"] for told in town.disclosures.values()} == {"sent"}
    assert {one: n for one, n in copies.items() if n > 1 + in_flight[one]} == {}
    assert unmarked(mailbox.mails) == []
    figures = {
        "messages": EVENTS,
        "in flight when killed": in_flight.total(),
        "came twice, marked": copies.total() - EVENTS,
    }
    seen(f"notifier-killed-{request.node.callspec.id}", kills=KILLS, **figures)


@pytest.mark.parametrize("point", POINTS)
async def test_where_it_dies_no_message_is_lost_and_a_second_copy_is_marked(
    request, notifiers, town, url, tmp_path, point
):
    if not FULL and url != "sqlite" and point not in MADE_TWICE:
        pytest.skip("on PostgreSQL in the long run: make faults")
    town, parents = town
    for parent in parents:
        town.happens("StageChanged.v1", parent)
    async with serving(town.app()) as address, receiving_mail() as mailbox:
        notifier = Notifier(notifiers, url, tmp_path, address, mailbox)
        pid = await notifier.start(NOTIFIER_CRASH_AT=point)
        assert await asyncio.to_thread(notifiers.ended, pid) == CODE, "it died of something else"
        in_flight = notifier.in_flight()
        await notifier.to_the_end(lambda: len(town.disclosures) == PARENTS)
    copies = Counter(id_of(mail) for mail in mailbox.mails)
    assert set(copies) == set(town.disclosures)
    assert {one for one, times in copies.items() if times > 1} <= in_flight
    assert max(copies.values()) > 1 or point not in MADE_TWICE
    assert unmarked(mailbox.mails) == []
    seen(f"notifier-crash-point-{request.node.callspec.id}", hit=1)


@pytest.mark.parametrize("mode", ["production", "demo"])
def test_no_crash_point_is_armed_outside_the_tests(mode):
    with pytest.raises(ValueError, match="CRASH_AT"):
        Settings(mode=mode, crash_at="called", token="t")
