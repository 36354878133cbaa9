"""One slow receiver delays nobody but itself."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event

import pytest

from notifier.channels.endpoint import resolved
from notifier.deliver import AT_ONCE
from notifier.rules import RULES
from tests.notifier.fake_case_api import carer, service
from tests.notifier.world import World

pytestmark = pytest.mark.anyio
MANY = 24


@asynccontextmanager
async def delivering(world: World, slow: str) -> AsyncIterator[asyncio.Event]:
    """A running deliverer, and a service that answers nothing until the event is set or the test is over."""
    while await world.follower.follow_once():
        pass
    answers = world.hooks.slow[slow] = asyncio.Event()
    running = asyncio.create_task(world.deliverer.run())
    try:
        yield answers
    finally:
        answers.set()
        world.deliverer.stop()
        await running


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):  # less than a webhook may take
        while not holds():  # noqa: ASYNC110 - a mail server and a web server are watched, neither has an event for it
            await asyncio.sleep(0.005)


def requests_to(world: World, partner: dict[str, object], count: int) -> None:
    who = world.gives(partner)
    world.case_api.addresses[who] = f"{world.hooks_url}/hooks/{who.removeprefix('service:')}"
    for _ in range(count):
        world.case_api.happens("AssistanceRequested.v1", partner)


async def test_a_letter_never_waits_behind_webhooks_to_a_slow_service(world: World):
    requests_to(world, service("slt"), MANY)
    parent = carer()
    world.gives(parent)
    world.case_api.happens("StageChanged.v1", parent)
    async with delivering(world, slow="slt"):
        await until(lambda: len(world.mailbox.mails) == 1 and world.hooks.waiting["slt"] > 0)
        assert world.hooks.hooks == []


async def test_a_slow_service_holds_one_place_and_the_others_get_theirs(world: World):
    requests_to(world, service("slt"), MANY)
    requests_to(world, service("eps"), 3)
    async with delivering(world, slow="slt"):
        await until(lambda: len(world.hooks.hooks) == 3)
        assert world.hooks.waiting["slt"] == 1
        async with asyncio.timeout(8):  # what has arrived is noted a moment later
            while [row.state for row in await world.rows()].count("sent") < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        assert [row.state for row in await world.rows()].count("claimed") == 1


def test_every_channel_of_the_rules_has_places_of_its_own():
    assert {channel for rule in RULES for channel in rule.channels} == set(AT_ONCE)


async def test_a_slow_service_that_recovers_gets_all_it_missed(world: World):
    requests_to(world, service("slt"), 5)
    async with delivering(world, slow="slt") as answers:
        await until(lambda: world.hooks.waiting["slt"] == 1)
        answers.set()
        await until(lambda: len(world.hooks.hooks) == 5)


async def test_among_several_for_one_family_the_urgent_letter_is_claimed(world: World):
    parent, another = carer(), carer()
    world.gives(parent)
    for each in (parent, another):
        world.case_api.happens("StageChanged.v1", each)
        world.case_api.happens("ConsentSought.v1", each)
    while await world.follower.follow_once():
        pass

    assert [row.template for row in await world.deliverer._claim()] == ["agreement-asked"] * 2
    assert await world.deliverer._claim() == []


async def test_names_that_take_long_to_resolve_keep_no_thread_from_the_mail(monkeypatch: pytest.MonkeyPatch):
    look_up, answers = socket.getaddrinfo, Event()

    def slow(host: str, port: int, *more: int, **named: int) -> object:
        if host == "slow.example":
            answers.wait(30)
            raise socket.gaierror
        return look_up(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    waiting = [asyncio.create_task(resolved("slow.example", 443)) for _ in range(40)]
    await asyncio.sleep(0)  # lets each of them ask
    try:
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().getaddrinfo("localhost", 25)
    finally:
        answers.set()
        await asyncio.gather(*waiting, return_exceptions=True)
