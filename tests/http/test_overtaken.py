"""Of several processes each finds cases moved on by the others: it looks before it decides, once that is usual."""

from contextlib import AsyncExitStack

import pytest

from case_api.overtaken import Overtaken
from case_api.store.journal import Journal, VersionConflict
from tests.http.at_home import at_home

pytestmark = pytest.mark.anyio

CONCERN = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": "Long instructions get lost."}


@pytest.fixture
def refused(monkeypatch) -> list[int]:
    """Appends that came to nothing, since the log had more than was decided on."""
    seen: list[int] = []
    append = Journal.append

    async def counted(journal, item):
        try:
            await append(journal, item)
        except VersionConflict:
            seen.append(1)
            raise

    monkeypatch.setattr(Journal, "append", counted)
    return seen


async def test_where_two_processes_take_turns_on_a_case_little_is_decided_in_vain(url, tmp_path, refused):
    async with AsyncExitStack() as stack:
        homes = [await stack.enter_async_context(at_home(url, tmp_path, background="beside")) for _ in range(2)]
        case_id = await homes[0].learner()
        raised = [
            (await homes[number % 2].done(f"/v1/cases/{case_id}/concerns", CONCERN, "teacher"))["id"]
            for number in range(60)
        ]
        timeline = (await homes[0].get(f"/v1/cases/{case_id}/timeline", "pupil_support", params={"limit": 100})).json()
    assert [one["data"]["concern_id"] for one in timeline["items"] if one["type"] == "ConcernRaised.v1"] == raised
    assert 0 < len(refused) < 20


async def test_one_process_by_itself_never_looks_first(url, tmp_path, monkeypatch):
    looks, head = [], Journal.read

    async def counted(journal, stream, **given):
        looks.append(stream)
        return await head(journal, stream, **given)

    async with at_home(url, tmp_path, background="beside") as home:
        case_id = await home.learner()
        monkeypatch.setattr(Journal, "read", counted)
        for _ in range(20):
            await home.done(f"/v1/cases/{case_id}/concerns", CONCERN, "teacher")
    assert [str(one) for one in looks].count(case_id) == 0


def test_what_was_usual_is_forgotten_once_it_is_so_no_more():
    overtaken = Overtaken()
    for _ in range(40):
        overtaken.note(True)
    assert overtaken.is_likely
    for _ in range(40):
        overtaken.note(False)
    assert not overtaken.is_likely
