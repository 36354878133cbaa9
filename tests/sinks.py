"""Looks for canaries in all that a run of the tests leaves behind; one that is found fails the run (T10, RS22).

Sinks are what the tests and their processes printed and logged, every file that they left, raw databases and their
write-ahead logs among them, the addresses that were asked, problem documents, header fields, the answers of public
addresses, and every PostgreSQL database before it is dropped. `tests/conftest.py` takes these functions as its hooks;
with several workers each looks at its own.
"""

import os
import time
from collections.abc import Generator
from contextlib import suppress
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest

from tests import postgres
from tests.canaries import hatched

LEAKS: Final[list[str]] = []
"""Where a canary was found, in the words of the failure."""
SPENT: Final[dict[str, float]] = {}
"""Seconds by kind of sink."""
PUBLIC: Final = ("/livez", "/readyz", "/version", "/metrics", "/clock", "/v1/deliveries")
SPARED: Final[set[Path]] = set()
"""Folders in which a test planted what is to be found, or wrote what somebody is to read."""
OF_A_USER: Final = 16384
"""The first number that PostgreSQL gives to what is not its own (access/transam.h)."""
SHORT_LIVED: Final = 10.0
"""Seconds."""
_short_lived = count()
CHUNK: Final = 64 * 1024 * 1024


def look(where: str, data: bytes, kind: str) -> None:
    """Note a leak if there is a canary in *data*."""
    began = time.perf_counter()
    if (around := hatched(data)) is not None:
        LEAKS.append(f"{kind}: {where}: …{around}…")
    SPENT[kind] = SPENT.get(kind, 0) + time.perf_counter() - began


def look_at_file(path: Path, kind: str = "file") -> None:
    look(path.name, os.fsencode(path.name), kind)
    try:
        with path.open("rb") as file:
            while part := file.read(CHUNK):
                look(str(path), part, kind)
    except OSError:  # a socket, a file that is gone, one of another user
        return


def look_below(folder: Path) -> None:
    """Every file that the tests left in their folders."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and SPARED.isdisjoint(path.parents):
            look_at_file(path)


def look_at_database(dsn: str, lived: float) -> None:
    """The raw files of a database's own tables and indexes, flushed from memory before.

    Of those that lived for a few *lived* seconds only each third is looked at: what is written is also in the server's
    write-ahead log, which is looked at whole.
    """
    if lived < SHORT_LIVED and next(_short_lived) % 3:
        return
    with suppress(psycopg.Error):  # a test broke the server, or it is one that does not let us
        for path in _files_of(dsn):
            if int(path.name.partition("_")[0].partition(".")[0]) >= OF_A_USER:
                look_at_file(path, "PostgreSQL")


def _files_of(dsn: str) -> list[Path]:
    began = time.perf_counter()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    SPENT["checkpoint"] = SPENT.get("checkpoint", 0) + time.perf_counter() - began
    return list(Path(row[0], "base", str(row[1])).glob("[0-9]*"))


def look_at_server(folder: Path) -> None:
    """What a server that has stopped wrote in its log and its write-ahead log."""
    for path in [folder / "log", *sorted((folder / "data" / "pg_wal").glob("[0-9A-F]*"))]:
        look_at_file(path, "PostgreSQL")


def look_at_answer(answer: httpx.Response) -> None:
    """The address that was asked, every header field, and a body that says what is the matter."""
    url = answer.request.url
    look(url.path, f"{url.path} {url.query.decode('latin-1')}".encode(), "address")
    look(url.path, repr(answer.headers.multi_items()).encode(), "header")
    is_problem = answer.headers.get("content-type", "").startswith("application/problem")
    if (is_problem or url.path.startswith(PUBLIC)) and hasattr(answer, "_content"):
        look(url.path, answer.content, "problem")


def _watched() -> None:
    """Every client of httpx shows its answers here, for as long as the process lives."""
    asked, asked_later = httpx.Client.send, httpx.AsyncClient.send

    @wraps(asked)
    def send(self: httpx.Client, *given: Any, **options: Any) -> httpx.Response:
        answer = asked(self, *given, **options)
        look_at_answer(answer)
        return answer

    @wraps(asked_later)
    async def send_later(self: httpx.AsyncClient, *given: Any, **options: Any) -> httpx.Response:
        answer = await asked_later(self, *given, **options)
        look_at_answer(answer)
        return answer

    httpx.Client.send, httpx.AsyncClient.send = send, send_later  # type: ignore[method-assign]


def pytest_configure() -> None:
    """Begin to watch."""
    _watched()
    postgres.SERVER_ENDS.append(look_at_server)
    postgres.DATABASE_ENDS.append(look_at_database)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed and logged."""
    report = yield
    if report.when == "teardown":
        for title, text in report.sections:
            look(f"{item.nodeid}, {title}", text.encode(errors="replace"), "output")
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look at the files; a worker tells whoever started it what it found.

    Whoever started workers looks at nothing: each worker knows what its own tests meant to hand over.
    """
    folder: Path | None = session.config._tmp_path_factory._basetemp  # type: ignore[attr-defined]
    started_workers = session.config.pluginmanager.hasplugin("dsession")
    if folder is not None and folder.exists() and not started_workers:
        look_below(folder)
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["leaks"] = list(LEAKS)
    elif LEAKS:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist has ended."""
    LEAKS.extend(getattr(node, "workeroutput", {}).get("leaks", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where a canary was found."""
    for leak in sorted(set(LEAKS)):
        terminalreporter.write_line(f"LEAKED {leak}", red=True)
    if os.environ.get("STAGEPOST_TEST_SINKS"):
        terminalreporter.write_line(f"sinks: { ({kind: round(seconds, 2) for kind, seconds in SPENT.items()}) }")
