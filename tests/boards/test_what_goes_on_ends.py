"""What goes on in the background ends when it is asked to, also where the interpreter loses the asking."""

import asyncio

import pytest

from case_api import office
from case_api.office import ended

pytestmark = pytest.mark.anyio


async def test_a_task_that_loses_a_cancellation_is_cancelled_again(monkeypatch):
    monkeypatch.setattr(office, "ENDS_WITHIN", 0.01)
    lost = 0

    async def loses_two() -> None:
        nonlocal lost
        while lost < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:  # as `asyncio.wait_for` of Python 3.11 does
                lost += 1
        await asyncio.sleep(60)

    task = asyncio.create_task(loses_two())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await ended(task)
    assert (task.cancelled(), lost) == (True, 2)


async def test_what_a_task_failed_by_is_heard():
    async def fails() -> None:
        raise LookupError

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    with pytest.raises(LookupError):
        await ended(task)


async def test_a_task_that_has_ended_is_left_alone():
    async def ends() -> None: ...

    task = asyncio.create_task(ends())
    await task
    await ended(task)
    assert not task.cancelled()
