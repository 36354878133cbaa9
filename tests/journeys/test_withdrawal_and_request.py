"""I5: when a withdrawal and a request race, exactly one wins, and no request is left standing."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest

from tests.journeys.family import REQUEST, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
ROUNDS = 100
"""On each of the two databases."""
A_FAMILY_LASTS = 20
T = TypeVar("T")


async def later(pause: float, work: Awaitable[T]) -> T:
    await asyncio.sleep(pause)
    return await work


@pytest.mark.owasp("API6")
async def test_exactly_one_wins_and_no_request_stands_after_a_withdrawal(town: Town):
    dice = random.Random(5)
    school, colleague = town.school, town.school.at(town.other)
    orders: Counter[str] = Counter()
    family = await agreed(school)
    for number in range(ROUNDS):
        if number and number % A_FAMILY_LASTS == 0:
            family = await agreed(school)
        receipt = await family.agree(school, family.anna)
        at_once, asker = dice.random() < 0.5, (school, colleague)[number % 2]
        withdrawal, request = await asyncio.gather(
            later(0 if at_once else dice.uniform(0, 0.008), family.withdraw(school, family.anna)),
            later(0 if at_once else dice.uniform(0, 0.008), asker.post(family.requests, REQUEST)),
        )
        assert withdrawal.status_code == 201, withdrawal.text
        events = await since(town, receipt["cursor"], family)
        orders[judged(request.status_code, request.json(), events)] += 1
        assert await states(town, family) <= {"withdrawn"}
    assert min(orders["request first"], orders["withdrawal first"]) > 0, f"only one order was seen: {orders}"


def judged(status: int, answer: dict[str, Any], events: list[dict[str, Any]]) -> str:
    """Which of the two came first, and that what follows is what I5 says."""
    names = [event["type"].partition(".")[0] for event in events]
    if status == 409:
        assert (answer["code"], answer["rule_id"]) == ("agreement-missing", "I1")
        assert names == ["ConsentWithdrawn"]
        return "withdrawal first"
    assert status == 201, answer
    assert names == ["AssistanceRequested", "ConsentWithdrawn", "AssistanceWithdrawn"]
    requested, taken_back, ended = events
    assert ended["data"]["request_id"] == requested["data"]["request_id"] == answer["id"]
    assert ended["causationid"] == taken_back["id"]
    assert ended["correlationid"] == taken_back["correlationid"]
    assert ended["recordedtime"] == taken_back["recordedtime"], "recorded in one append"
    return "request first"


async def since(town: Town, cursor: str, family: Family) -> list[dict[str, Any]]:
    items = (await town.school.seen("/v1/events", params={"after": cursor}))["items"]
    return [item for item in items if item["subject"] == family.case_id]


async def states(town: Town, family: Family) -> set[str]:
    items = (await town.school.at(town.other).seen(f"{family.path}/agencies"))["items"]
    return {item["state"] for item in items}
