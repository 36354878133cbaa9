"""Of an erased case the notifier keeps nothing, and sends nothing more."""

from functools import partial
from uuid import uuid4

import pytest

from notifier import lanes
from notifier.database import Row, Transaction
from notifier.erasure import ERASED
from tests.notifier.fake_case_api import carer
from tests.notifier.world import World

pytestmark = pytest.mark.anyio


async def tables(world: World) -> str:
    """All that the notifier holds, but for how far it has read."""
    names = ("outbox", "reports", "parked")
    return str([await world.database.run(partial(_rows, name=name)) for name in names])


def _rows(work: Transaction, name: str) -> list[Row]:
    return work.rows(f"SELECT * FROM {name}")


async def test_what_waits_for_an_erased_case_is_never_sent(world: World):
    gone, stays = uuid4(), uuid4()
    one, other = carer(), carer()
    world.gives(one, "one@home.example")
    world.gives(other, "other@home.example")
    world.case_api.happens("StageChanged.v1", one, case=gone)
    world.case_api.happens("StageChanged.v1", other, case=stays)
    await world.follower.follow_once()
    assert len(await world.rows()) == 2

    world.case_api.happens(ERASED, case=gone)
    await world.work()
    assert world.mailbox.recipients == ["other@home.example"]
    assert str(gone) not in await tables(world)
    assert str(one["recipient"]) not in await tables(world)
    assert [row.state for row in await world.rows()] == ["sent"]


async def test_what_was_sent_and_waits_to_be_reported_goes_too(world: World):
    gone, person = uuid4(), carer()
    world.gives(person)
    world.case_api.happens("StageChanged.v1", person, case=gone)
    await world.follower.follow_once()
    await world.deliverer.deliver_due()
    assert str(person["recipient"]) in await tables(world)

    world.case_api.happens(ERASED, case=gone)
    await world.follower.follow_once()
    assert await tables(world) == "[[], [], []]"


async def test_a_case_that_is_parked_is_erased_all_the_same(world: World):
    gone = uuid4()
    poison = world.case_api.happens("StageChanged.v1", carer(), case=gone)
    world.case_api.poisoned[poison] = 500
    await world.follower.follow_once()
    assert await world.database.run(lanes.parked_cases) == 1

    world.case_api.happens(ERASED, case=gone)
    await world.follower.follow_once()
    assert await tables(world) == "[[], [], []]"


async def test_a_message_that_was_claimed_before_the_erasure_is_not_called_for_after_it(world: World):
    gone, person = uuid4(), carer()
    world.gives(person)
    world.case_api.happens("StageChanged.v1", person, case=gone)
    await world.follower.follow_once()
    [claimed] = await world.deliverer._claim()

    world.case_api.happens(ERASED, case=gone)
    await world.follower.follow_once()
    await world.deliverer.deliver(claimed)
    assert world.mailbox.recipients == []
    assert await tables(world) == "[[], [], []]"
