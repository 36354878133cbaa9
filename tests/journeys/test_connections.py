"""How many connections of PostgreSQL a process takes, as docs/operating.md tells it: few, however many ask at once."""

import asyncio
import re

import psycopg
import pytest

from tests.house.repository import ROOT
from tests.journeys.family import CONCERN, register
from tests.journeys.house import House

pytestmark = pytest.mark.anyio
AT_ONCE = 60


async def test_a_process_takes_no_more_connections_than_are_written_down(house: House):
    if house.settings.database_url == "sqlite":
        pytest.skip("files need no connections")
    written = re.search(r"at most (\d+) connections for each authority", (ROOT / "docs/operating.md").read_text())
    assert written is not None
    families = [await register(house.school) for _ in range(4)]

    async def ask(number: int) -> None:
        family = families[number % len(families)]
        await house.school.post(f"{family.path}/concerns", CONCERN)
        await house.school.seen(f"{family.path}/timeline")
        await house.school.seen("/v1/cases")

    await asyncio.gather(*(ask(number) for number in range(AT_ONCE)))
    with psycopg.connect(house.settings.database_url) as connection:
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname=current_database() AND pid<>pg_backend_pid()"
        found = connection.execute(sql).fetchone()
    assert found is not None
    most = int(written[1])
    assert most / 2 < found[0] <= most * len(house.settings.authorities)
