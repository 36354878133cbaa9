"""Questions that come at once are one question to the database."""

import asyncio

import pytest

from case_api.store import together as together_of
from case_api.store.append import StoreUnavailable
from case_api.store.together import Together

pytestmark = pytest.mark.anyio


class Table:
    def __init__(self, fails: bool = False) -> None:
        self.asked: list[frozenset[int]] = []
        self.fails = fails

    async def look_up(self, questions: frozenset[int]) -> dict[int, str]:
        self.asked.append(questions)
        await asyncio.sleep(0)
        if self.fails:
            raise OSError
        return {one: f"answer {one}" for one in questions}


async def test_what_is_asked_at_once_is_looked_up_once():
    table = Table()
    together = Together(table.look_up)
    answers = await asyncio.gather(together.ask([1]), together.ask([2, 3]), together.ask([1]))
    assert table.asked == [frozenset({1, 2, 3})]
    assert [answer[1] for answer in answers] == ["answer 1"] * 3


async def test_what_is_asked_later_is_looked_up_anew():
    """An answer is never older than its question."""
    table = Table()
    together = Together(table.look_up)
    first = asyncio.create_task(together.ask([1]))
    while not table.asked:  # noqa: ASYNC110 - until the first look is under way
        await asyncio.sleep(0)
    await asyncio.gather(first, together.ask([1]))
    assert table.asked == [frozenset({1})] * 2


async def test_one_who_leaves_takes_nobody_with_them():
    together = Together(Table().look_up)
    leaving, staying = (asyncio.create_task(together.ask([number])) for number in (1, 2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying)[2] == "answer 2"
    assert leaving.cancelled()


async def test_everybody_hears_what_went_wrong():
    together = Together(Table(fails=True).look_up)
    found = await asyncio.gather(together.ask([1]), together.ask([2]), return_exceptions=True)
    assert [type(one) for one in found] == [OSError, OSError]


async def test_of_more_than_are_looked_up_at_once_the_rest_are_another_question():
    table = Table()
    together = Together(table.look_up, most=3)
    answers = await asyncio.gather(*(together.ask([number]) for number in (1, 2, 3, 4, 4, 5, 1, 6)))
    assert table.asked == [frozenset({1, 2, 3}), frozenset({4, 5, 1}), frozenset({6})]
    assert [answer[number] for answer, number in zip(answers, (1, 2, 3, 4, 4, 5, 1, 6), strict=True)] == [
        f"answer {number}" for number in (1, 2, 3, 4, 4, 5, 1, 6)
    ]


async def test_nobody_waits_for_ever_and_who_asks_later_is_not_held_up(monkeypatch):
    monkeypatch.setattr(together_of, "PATIENCE", 0.05)
    table, comes = Table(), asyncio.Event()

    async def hangs(questions: frozenset[int]) -> dict[int, str]:
        if 1 in questions:
            await comes.wait()
            raise OSError
        return await table.look_up(questions)

    together = Together(hangs)
    found = await asyncio.gather(*(together.ask([1]) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [StoreUnavailable] * 3
    assert (await together.ask([2]))[2] == "answer 2"
    comes.set()
    await asyncio.sleep(0)
