"""The feed through HTTP, while others write: nothing missed, nothing out of order, nothing that is not theirs."""

import asyncio
from typing import Any

import pytest

from tests.journeys.family import CONCERN, REQUEST, SERVICE, Door, agreed, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
WRITERS, EACH = 8, 25
Item = dict[str, Any]


async def the_end(door: Door) -> str:
    """A cursor after everything that is there."""
    page: dict[str, Any] = {"items": [...], "next": None}
    while page["items"]:
        page = await door.seen("/v1/events", params=after(page["next"], limit=500))
    cursor: str = page["next"]
    return cursor


def after(cursor: str | None, **more: object) -> dict[str, Any]:
    return {"after": cursor, **more} if cursor else more


async def tail(door: Door, cursor: str, wanted: int) -> list[Item]:
    """Read on until so many are there, in pages of odd sizes."""
    items: list[Item] = []
    while len(items) < wanted:
        page = await door.seen("/v1/events", params=after(cursor, wait=10, limit=7))
        assert page["items"], "nothing came within ten seconds"
        items += page["items"]
        cursor = page["next"]
    return items


async def test_a_reader_at_one_process_misses_nothing_that_eight_write_at_both(town: Town):
    reader = town.door("auditor", at=town.other)
    families = [await register(town.school) for _ in range(WRITERS)]
    start = await the_end(reader)

    async def write(number: int) -> list[str]:
        door = town.school if number % 2 else town.school.at(town.other)
        return [(await door.done(f"{families[number].path}/concerns", CONCERN))["id"] for _ in range(EACH)]

    tailing = asyncio.create_task(tail(reader, start, WRITERS * EACH))
    written = await asyncio.gather(*(write(number) for number in range(WRITERS)))
    seen = await tailing

    assert len(seen) == WRITERS * EACH
    for family, ids in zip(families, written, strict=True):
        assert [item["data"]["concern_id"] for item in seen if item["subject"] == family.case_id] == ids
    assert [item["id"] for item in await tail(town.door("auditor"), start, WRITERS * EACH)] == [
        item["id"] for item in seen
    ], "both processes tell it in the same order"


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_one_who_waits_is_woken_by_what_happens(town: Town, elsewhere: bool):
    family = await register(town.school)
    reader = town.door("auditor", at=town.other if elsewhere else town.one)
    start = await the_end(reader)
    began = asyncio.get_running_loop().time()
    waiting = asyncio.create_task(reader.seen("/v1/events", params=after(start, wait=25)))
    await asyncio.sleep(0)

    receipt = await town.school.done(f"{family.path}/concerns", CONCERN)
    page = await waiting

    assert [item["data"]["concern_id"] for item in page["items"]] == [receipt["id"]]
    assert asyncio.get_running_loop().time() - began < 20, "woken, not sent home at the end of the wait"


async def test_one_who_waits_in_vain_gets_an_empty_page_and_a_cursor(town: Town):
    reader = town.door("auditor")
    page = await reader.seen("/v1/events", params=after(await the_end(reader), wait=1))
    assert page["items"] == []
    assert page["next"]


async def test_the_cursor_of_a_receipt_goes_on_after_that_command(town: Town):
    family = await agreed(town.school)
    request = await town.school.done(family.requests, REQUEST)
    withdrawal = (await family.withdraw(town.school, family.anna)).json()
    concern = await town.school.done(f"{family.path}/concerns", CONCERN)

    async def types_after(cursor: str) -> list[str]:
        page = await town.door("auditor", at=town.other).seen("/v1/events", params=after(cursor))
        return [item["type"] for item in page["items"]]

    ended = ["ConsentWithdrawn.v1", "AssistanceWithdrawn.v1"]
    assert await types_after(request["cursor"]) == [*ended, "ConcernRaised.v1"]
    assert await types_after(withdrawal["cursor"]) == ["ConcernRaised.v1"], "after all that the command recorded"
    assert await types_after(concern["cursor"]) == []


@pytest.mark.owasp("API1")
async def test_an_agency_sees_its_own_requests_and_nothing_of_the_rest(town: Town):
    await town.door("authority_admin").done("/v1/directory/services", {**SERVICE, "service": "camhs"})
    agency = town.door("agency", sub="slt", services=["slt"])
    neighbour = town.door("agency", sub="camhs", services=["camhs"])
    start = await the_end(agency)
    family = await agreed(town.school)
    request = await town.school.done(family.requests, REQUEST)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    await family.withdraw(town.school, family.learner)

    seen = (await agency.seen("/v1/events", params=after(start)))["items"]

    assert [item["type"] for item in seen] == ["AssistanceRequested.v1", "AssistanceWithdrawn.v1"]
    assert {item["data"]["request_id"] for item in seen} == {request["id"]}
    assert {item["data"]["service"] for item in seen} == {"slt"}
    assert (await neighbour.seen("/v1/events"))["items"] == []
    assert (await neighbour.get(f"{family.path}/assistance-requests/{request['id']}")).status_code == 404


async def test_cursors_are_of_one_length_and_never_the_same_twice(town: Town):
    family = await register(town.school)
    stranger = town.door("agency", sub="camhs", services=["camhs"])
    receipts = [await town.school.done(f"{family.path}/concerns", CONCERN) for _ in range(3)]
    whole = [(await town.door("auditor").seen("/v1/events", params={"limit": limit}))["next"] for limit in (1, 3, 500)]
    nothing = [(await stranger.seen("/v1/events"))["next"] for _ in range(3)]

    cursors = [*(receipt["cursor"] for receipt in receipts), *whole, *nothing]

    assert len({len(cursor) for cursor in cursors}) == 1
    assert len(set(cursors)) == len(cursors)


@pytest.mark.owasp("API1")
async def test_a_cursor_of_another_authority_is_unreadable(town: Town):
    theirs = await the_end(town.door("auditor", authority="auchterlee"))
    answers = [
        await town.door("auditor").get("/v1/events", params=after(cursor))
        for cursor in (theirs, theirs[:-1], "x", "\N{SNOWMAN}", "A" * 512)
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(400, "cursor-unreadable")] * 5
