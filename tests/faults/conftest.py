"""Chances that can be repeated, and the command that repeats them beside each failure."""

from random import Random

import pytest

from tests.faults.sizes import SEED, replay
from tests.faults.victims import victim


@pytest.fixture
def chances(request) -> Random:
    """Every choice of a test comes from here."""
    return Random(f"{SEED} {request.node.nodeid}")


@pytest.fixture
async def api(nursery, url, tmp_path):
    """A case API on each database, of which no process runs yet."""
    api = victim(nursery, url, tmp_path)
    yield api
    await api.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Say beside a failure how to see it again."""
    report = yield
    if report.failed:
        report.sections.append(("once more", replay(item.nodeid)))
    return report
