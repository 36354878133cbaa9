"""What every test can ask for."""

import gc
import logging
import os

import hypothesis
import pytest
import structlog

from case_api.logs import Libraries
from case_api.store.archive import Archive, StoreSettings
from tests import postgres
from tests.nursery import Nursery
from tests.sinks import (
    pytest_configure,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

__all__ = [
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]

hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ, print_blob=True)
hypothesis.settings.load_profile("house")

AUTHORITIES = {"moray": b"m" * 32, "fife": b"f" * 32}


def pytest_collection_finish() -> None:
    """What was loaded stays: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """A test that sets up logging leaves none of it to the next, whose streams are others."""
    yield
    structlog.reset_defaults()
    for handler in [one for one in logging.getLogger().handlers if isinstance(one, Libraries)]:
        logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests marked `anyio` run on asyncio, as both services do."""
    return "asyncio"


@pytest.fixture(scope="session")
def nursery(tmp_path_factory):
    """Of case APIs."""
    with Nursery("case_api", tmp_path_factory.mktemp("nursery") / "case_api.log") as nursery:
        yield nursery


@pytest.fixture(scope="session")
def postgres_server():
    """The session's own server; none if STAGEPOST_TEST_DSN names one."""
    if "STAGEPOST_TEST_DSN" in os.environ:
        yield None
    else:
        with postgres.running() as server:
            yield server


@pytest.fixture
def postgres_dsn(postgres_server):
    """A fresh database."""
    dsn = postgres_server.dsn if postgres_server else os.environ["STAGEPOST_TEST_DSN"]
    with postgres.database(dsn) as fresh:
        yield fresh


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request):
    """A test that asks for it, also by `archive` or `journal`, runs on SQLite and on PostgreSQL, unchanged."""
    return "sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres_dsn")


@pytest.fixture
def settings(url, tmp_path):
    return StoreSettings(url, tmp_path / "var", AUTHORITIES)


@pytest.fixture
async def archive(settings):
    archive = Archive(settings)
    yield archive
    await archive.close()


@pytest.fixture
async def journal(archive):
    return await archive.open("moray")
