"""Anybody may ask for the API document, so it is made once, and holds up nobody."""

import asyncio
import threading

import pytest

from case_api.http import description
from tests.http.at_home import at_home

pytestmark = pytest.mark.anyio
PATIENCE = 10


@pytest.fixture
def makings(monkeypatch) -> list[int]:
    """How the document was written each time: on which thread."""
    threads: list[int] = []
    write = description.written

    def seen(document):
        threads.append(threading.get_ident())
        return write(document)

    monkeypatch.setattr(description, "written", seen)
    return threads


@pytest.mark.owasp("API4")
async def test_the_document_is_made_once_however_often_it_is_asked_for(makings, tmp_path):
    async with at_home("sqlite", tmp_path) as home:
        together = await asyncio.gather(*(home.client.get("/openapi.json") for _ in range(10)))
        later = await home.client.get("/openapi.json")
    assert {answer.status_code for answer in (*together, later)} == {200}
    assert len({answer.content for answer in (*together, later)}) == 1
    assert len({answer.headers["etag"] for answer in (*together, later)}) == 1
    assert len(makings) == 1
    assert makings[0] != threading.get_ident()


@pytest.mark.owasp("API4")
async def test_others_are_answered_while_it_is_made(monkeypatch, tmp_path):
    begun, answered = threading.Event(), threading.Event()
    write = description.written

    def slow(document):
        begun.set()
        assert answered.wait(PATIENCE), "nobody was answered meanwhile"
        return write(document)

    monkeypatch.setattr(description, "written", slow)
    async with at_home("sqlite", tmp_path) as home, asyncio.timeout(2 * PATIENCE):
        asked = asyncio.create_task(home.client.get("/openapi.json"))
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        assert (await home.client.get("/livez")).status_code == 200
        answered.set()
        assert (await asked).status_code == 200


async def test_who_has_the_document_gets_it_no_second_time(makings, tmp_path):
    async with at_home("sqlite", tmp_path) as home:
        first = await home.client.get("/openapi.json")
        tag = first.headers["etag"]
        for asked in (tag, f"W/{tag}", f'"another", {tag}', "*"):
            again = await home.client.get("/openapi.json", headers={"If-None-Match": asked})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        other = await home.client.get("/openapi.json", headers={"If-None-Match": '"another"'})
        unreadable = await home.client.get("/openapi.json", headers={"If-None-Match": "another"})
    assert (other.status_code, other.content) == (200, first.content)
    assert first.headers["cache-control"] == other.headers["cache-control"] == "public, no-cache"
    assert (unreadable.status_code, unreadable.json()["code"]) == (400, "condition-unreadable")
    assert len(makings) == 1
