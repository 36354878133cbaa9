"""The feed as a stream, over HTTP: it goes on where it ended, and ends when it must."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from case_api.http.tokens import LEEWAY
from tests.journeys.api import clients, serving
from tests.journeys.family import CONCERN, REQUEST, Door, Family, agreed, register
from tests.journeys.test_feed import the_end
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
STREAM = {"Accept": "text/event-stream"}
PATIENCE = 15
Message = dict[str, str]


@asynccontextmanager
async def listening(door: Door, last: str | None = None, **params: str) -> AsyncIterator[httpx.Response]:
    """An open stream, from after the event with the id *last*."""
    headers = {**door.headers, **STREAM, **({"Last-Event-ID": last} if last else {})}
    async with (
        asyncio.timeout(PATIENCE),
        door.client.stream("GET", "/v1/events", headers=headers, params=params) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield answer


async def messages(answer: httpx.Response) -> AsyncIterator[Message]:
    """The events of a stream, as a browser would hand them out."""
    found: Message = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            found[name] = value
        else:
            if "data" in found:
                yield found
            found = {}


async def first(answer: httpx.Response, count: int) -> list[Message]:
    heard: list[Message] = []
    async for message in messages(answer):
        heard.append(message)
        if len(heard) == count:
            break
    return heard


async def concerns(door: Door, family: Family, count: int) -> list[str]:
    return [(await door.done(f"{family.path}/concerns", CONCERN))["id"] for _ in range(count)]


def told(heard: list[Message]) -> list[Any]:
    return [httpx.Response(200, text=one["data"]).json()["data"]["concern_id"] for one in heard]


async def test_a_stream_that_breaks_off_goes_on_with_the_next_event_at_any_process(town: Town):
    family = await register(town.school)
    reader = town.door("auditor", at=town.other)
    start = await the_end(reader)
    async with listening(reader, after=start) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        ids = await concerns(town.school, family, 3)
        heard = await first(answer, 2)
    assert told(heard) == ids[:2]
    assert {one["event"] for one in heard} == {"ConcernRaised.v1"}
    ids += await concerns(town.school, family, 2)
    async with listening(town.door("auditor"), last=heard[-1]["id"], after=start) as answer:
        assert told(await first(answer, 3)) == ids[2:]


async def test_a_stream_and_a_page_say_the_same_of_an_event(town: Town):
    family = await register(town.school)
    reader = town.door("auditor")
    start = await the_end(reader)
    await concerns(town.school, family, 1)
    [item] = (await reader.seen("/v1/events", params={"after": start}))["items"]
    async with listening(reader, after=start, types="ConcernRaised") as answer:
        [heard] = await first(answer, 1)
    assert httpx.Response(200, text=heard["data"]).json() == item


@pytest.mark.owasp("API1")
async def test_an_agency_hears_of_its_own_requests_alone(town: Town):
    agency = town.door("agency", sub="slt", services=["slt"])
    start = await the_end(agency)
    async with listening(agency, after=start) as answer:
        family = await agreed(town.school)
        await town.school.done(family.requests, REQUEST)
        await concerns(town.school, family, 1)
        await family.withdraw(town.school, family.learner)
        heard = await first(answer, 2)
    assert [one["event"] for one in heard] == ["AssistanceRequested.v1", "AssistanceWithdrawn.v1"]


@pytest.mark.owasp("API2")
async def test_a_stream_ends_when_its_token_does(town: Town):
    family = await register(town.school)
    nearly_over = timedelta(seconds=3 - LEEWAY)
    reader = town.door("auditor", lifetime=nearly_over)
    async with listening(reader, after=await the_end(town.door("auditor"))) as answer:
        [concern_id] = await concerns(town.school, family, 1)
        assert told([one async for one in messages(answer)]) == [concern_id], "to its end, without an error"
    again = await reader.get("/v1/events", headers=STREAM)
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")


async def test_a_place_that_is_none_is_a_problem_and_no_stream(town: Town):
    answer = await town.door("auditor").get("/v1/events", headers={**STREAM, "Last-Event-ID": "rubbish"})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-unreadable")
    assert (await town.door("teacher").get("/v1/events", headers=STREAM)).status_code == 403


async def test_a_server_that_is_told_to_stop_ends_its_streams_at_once(nursery, tmp_path):
    async with serving(nursery, "sqlite", tmp_path) as api, clients(api.base_urls) as (client,):
        async with listening(Door(client, api.bearer("auditor"))) as answer:
            lines = answer.aiter_lines()
            assert await anext(lines) == "retry: 1000"
            began = asyncio.get_running_loop().time()
            api.processes[0].terminate()
            rest = [line async for line in lines]
            assert not [line for line in rest if line.startswith("data")], "to its end, without an error"
        assert await asyncio.to_thread(api.processes[0].wait, PATIENCE) is not None
        assert asyncio.get_running_loop().time() - began < 5
