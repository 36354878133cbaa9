"""Somebody who left, or lost a device, is let in no more within a moment at any process; on both databases."""

import asyncio
import time
from datetime import timedelta

import pytest

from case_api.clock import Clock, SystemClock
from case_api.http.issuer import LocalIssuer
from case_api.http.tokens import LEEWAY
from tests.journeys.api import AUTHORITY, NEIGHBOUR
from tests.journeys.commands import stagepost
from tests.journeys.family import Door
from tests.journeys.test_stream import STREAM, messages
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
AT_ONCE = 5.0
"""Seconds within which a token that was ended opens nothing at any process."""


class Ahead(Clock):
    """An identity provider's, as far ahead as is borne with."""

    def now(self):
        return SystemClock().now() + timedelta(seconds=LEEWAY)


def signed_ahead(town: Town, sub: str) -> str:
    return LocalIssuer(town.api.settings, Ahead()).mint(
        sub, authority=AUTHORITY, roles=["pupil_support"], org=AUTHORITY
    )


async def is_in(door: Door) -> bool:
    return (await door.get("/v1/cases?limit=1")).status_code == 200


async def out_by(doors: list[Door], begun: float) -> None:
    for door in doors:
        while await is_in(door):
            assert time.monotonic() - begun < AT_ONCE


async def test_who_left_is_out_at_every_process_and_nobody_else_is(town: Town):
    here, there = town.door("pupil_support", sub="moffat"), town.door("pupil_support", sub="moffat", at=town.other)
    elsewhere = town.door("pupil_support", sub="moffat", authority=NEIGHBOUR)
    assert [await is_in(door) for door in (here, there, elsewhere, town.school)] == [True] * 4
    notifier = town.door("notifier", sub="moffat")
    async with town.one.stream("GET", "/v1/events", headers={**notifier.headers, **STREAM}) as stream:
        assert stream.status_code == 200
        done = await stagepost(town, "sign-out", "moffat", "--reason", "lost", "--authority", AUTHORITY)
        begun = time.monotonic()
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.startswith("moffat: tokens issued until 20")
        async with asyncio.timeout(AT_ONCE):
            async for _ in messages(stream):
                pass
    await out_by([here, there], begun)
    refused = await here.get("/v1/cases")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert await is_in(elsewhere)
    assert await is_in(town.school)
    for client in (town.one, town.other):
        while not await is_in(Door(client, {"Authorization": f"Bearer {signed_ahead(town, 'moffat')}"})):
            assert time.monotonic() - begun < AT_ONCE, "who may still sign in is let in anew"


async def test_a_token_of_a_clock_that_is_ahead_is_ended_with_the_others(town: Town):
    doors = [
        Door(client, {"Authorization": f"Bearer {signed_ahead(town, 'ross')}"}) for client in (town.one, town.other)
    ]
    assert [await is_in(door) for door in doors] == [True] * 2
    done = await stagepost(town, "sign-out", "ross", "--reason", "lost", "--authority", AUTHORITY)
    assert done.exit_code == 0, done.output
    await out_by(doors, time.monotonic())


async def test_who_was_signed_out_while_waiting_for_news_hears_none(town: Town):
    waiting = town.door("notifier", sub="gray")
    newest = (await waiting.seen("/v1/events?limit=500"))["next"]
    while (page := await waiting.seen(f"/v1/events?limit=500&after={newest}"))["items"]:
        newest = page["next"]
    poll = asyncio.create_task(waiting.get(f"/v1/events?wait=20&after={newest}"))
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    done = await stagepost(town, "sign-out", "gray", "--reason", "lost", "--authority", AUTHORITY)
    assert done.exit_code == 0
    answer = await poll
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert time.monotonic() - begun < AT_ONCE + 2


async def test_a_name_that_nobody_bears_on_record_is_taken_with_a_warning(town: Town):
    """It may be misspelt; who left before the record knew of them is signed out all the same."""
    unknown = await stagepost(town, "sign-out", "nobodyhere", "--authority", AUTHORITY)
    assert unknown.exit_code == 0
    assert unknown.stdout.startswith("nobodyhere: tokens issued until 20")
    assert "no assignment and no look under this name" in unknown.stderr
    assert unknown.stderr.count("\n") == 1
    async with town.works("rintoul"):
        listed = await stagepost(town, "sign-out", "rintoul", "--authority", AUTHORITY)
    assert (listed.exit_code, listed.stderr) == (0, "")


async def test_that_somebody_was_signed_out_is_on_record(town: Town):
    await stagepost(town, "sign-out", "adair", "--authority", AUTHORITY)
    events = await town.door("authority_admin").seen("/v1/events?types=SignInsEnded&limit=500")
    assert "SignInsEnded.v1" in [event["type"] for event in events["items"]]


async def test_everybody_of_an_authority_can_be_signed_out_at_once(town: Town):
    doors = [town.door("teacher", sub=sub) for sub in ("bain", "lennox")]
    neighbour = town.door("pupil_support", sub="bain", authority=NEIGHBOUR)
    assert [await is_in(door) for door in (*doors, neighbour)] == [True] * 3
    done = await stagepost(town, "sign-out", "--everybody", "--reason", "precaution", "--authority", AUTHORITY)
    assert done.exit_code == 0, done.output
    await out_by(doors, time.monotonic())
    assert await is_in(neighbour)


async def test_one_or_all_are_named(town: Town):
    for named in ((), ("okafor", "--everybody"), ("two words",)):
        done = await stagepost(town, "sign-out", *named, "--authority", AUTHORITY)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
