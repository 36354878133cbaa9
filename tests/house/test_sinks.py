"""A canary that leaks anywhere fails the whole run, and the failure says where."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests import postgres, sinks
from tests.canaries import CANARIES, MARK, canary, hatched, sown
from tests.house.repository import ROOT

HOOKS = (ROOT / "tests" / "conftest.py").read_text().partition("from tests.sinks import (")[2].partition(")")[0]
CONFTEST = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tests.sinks import ({HOOKS})\n"

HONEST = """
import httpx, logging

def asked(answer, url="http://x/v1/cases", **options):
    with httpx.Client(transport=httpx.MockTransport(lambda _: answer)) as client:
        client.post(url, json={"name": NAME}, **options)

def test_what_is_sent_and_answered_where_it_belongs_is_no_leak(tmp_path):
    asked(httpx.Response(201, json={"name": NAME}))
    (tmp_path / "log").write_text("request 201")
    print("all is well")
"""
LEAKS = {
    "output": """
def test_printed(): print("for", NAME)
def test_logged(caplog): logging.getLogger("x").warning("for %s", NAME.upper())
""",
    "address": """
def test_asked(): asked(httpx.Response(200), f"http://x/v1/cases?q=Anna%20{NAME}")
""",
    "header": """
def test_redirected(): asked(httpx.Response(201, headers={"Location": "/v1/people/" + NAME}))
""",
    "problem": """
def test_refused():
    problem = {"detail": NAME + " is not known"}
    asked(httpx.Response(409, json=problem, headers={"content-type": "application/problem+json"}))
""",
    "file": """
def test_written(tmp_path):
    import base64, sqlite3
    with sqlite3.connect(tmp_path / "events.sqlite") as database:
        database.execute("CREATE TABLE x (y)")
        database.execute("INSERT INTO x VALUES (?)", (base64.b64encode(b"ab" + NAME.encode() + b"cd"),))
""",
}


@pytest.fixture(autouse=True)
def _planted_here(tmp_path: Path) -> None:
    sinks.SPARED.add(tmp_path)


def run(folder: Path, tests: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """A run of these tests under the hooks of ours, as a process of its own."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_planted.py").write_text(f"NAME = {canary(417)[:5]!r} + {canary(417)[5:]!r}\n{tests}")
    (folder / "pytest.ini").write_text("[pytest]\n")
    return subprocess.run(  # noqa: PLW1510 - how it ends is looked at by whoever asks
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'left'}", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "services"), str(ROOT)))},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "by workers"])
def test_a_leak_fails_the_run(tmp_path: Path, workers: tuple[str, ...]):
    ended = run(tmp_path, HONEST + "".join(LEAKS.values()), *workers)
    assert "7 passed" in ended.stdout
    assert ended.returncode == 1
    told = [line for line in ended.stdout.splitlines() if line.startswith("LEAKED ")]
    assert {line.split()[1].rstrip(":") for line in told} == set(LEAKS)
    assert len(told) >= len(LEAKS) + 1
    assert all(name in ended.stdout for name in ("test_printed", "test_logged", "events.sqlite", "/v1/cases"))


def test_a_run_without_a_leak_ends_well(tmp_path: Path):
    ended = run(tmp_path, HONEST)
    assert (ended.returncode, "LEAKED" in ended.stdout) == (0, False)


@pytest.mark.postgres
def test_a_leak_into_a_database_is_found_in_its_raw_files_and_its_log(monkeypatch: pytest.MonkeyPatch):
    found: list[str] = []
    monkeypatch.setattr(sinks, "LEAKS", found)
    with postgres.running() as server, postgres.database(server.dsn) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE outbox (body text)")
            connection.execute("INSERT INTO outbox VALUES (%s)", (f"for {canary(417)}",))
        sinks.look_at_database(dsn, lived=sinks.SHORT_LIVED)
        assert [leak.partition(":")[0] for leak in found] == ["PostgreSQL"]
        found.clear()
    assert any("pg_wal" in leak for leak in found)


def test_there_are_five_hundred_and_each_is_told_from_the_others():
    assert len({canary(number) for number in range(CANARIES)}) == CANARIES == 500
    assert canary(CANARIES) == canary(0)


@pytest.mark.parametrize(
    "shape",
    [
        str.encode,
        lambda text: text.upper().encode(),
        lambda text: text.encode("utf-16-le"),
        lambda text: json.dumps({"name": f"Łoś {text}"}).encode(),
        lambda text: quote(f"Łoś {text}").encode(),
        lambda text: text.encode().hex().encode(),
        *(lambda text, lead=lead: base64.urlsafe_b64encode(b"x" * lead + text.encode()) for lead in range(3)),
    ],
)
def test_a_canary_is_found_in_any_shape(shape: Callable[[str], bytes]):
    for number in (0, 417, 499):
        assert hatched(b"\xff before" + shape(canary(number)) + b" after \x00")
    assert hatched(b"before and after") is None


def test_every_long_text_that_is_sent_has_a_canary_and_the_same_one_each_time():
    body = {"description": "A song.", "of": [{"views": "More."}], "text": "As it is.", "code": "speech", "count": 3}
    first = sown(body)
    assert first == sown(body)
    assert str(first).count(MARK) == 2
    assert (first["text"], first["code"], first["count"]) == ("As it is.", "speech", 3)
