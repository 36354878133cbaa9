"""A command that looks in the wrong place says so, makes nothing there, and calls nothing well; on both databases."""

import psycopg
import pytest

from tests.journeys.house import House

pytestmark = pytest.mark.anyio
COMMANDS = (
    ("verify", "--log"),
    ("rebuild-boards",),
    ("retention",),
    ("keys", "list", "--authority", "nowhere"),
    ("export", "7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa"),
)


async def test_where_there_is_no_store_none_is_made(house: House, tmp_path):
    for arguments in COMMANDS:
        done = await house.stagepost(*arguments, AUTHORITIES="nowhere")
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), arguments
        assert (
            done.stderr.startswith("stagepost: the database has no store of nowhere") or "there is no " in done.stderr
        )
    assert not (house.settings.var / "nowhere").exists()
    assert list((house.settings.var / "keys").glob("nowhere*")) == []
    if house.settings.database_url != "sqlite":
        with psycopg.connect(house.settings.database_url) as connection:
            assert connection.execute("SELECT to_regnamespace('nowhere')").fetchone() == (None,)


async def test_where_there_is_a_store_the_same_commands_do_their_work(house: House):
    assert (await house.stagepost("verify", "--log")).exit_code == 0
    assert (await house.stagepost("retention")).exit_code == 0


async def test_without_its_keys_a_store_gets_no_new_ones(house: House, tmp_path):
    done = await house.stagepost("retention", KEYS_DIR=tmp_path / "elsewhere")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "The key file strathlorne.key is missing" in done.stderr
    assert not (tmp_path / "elsewhere").exists()


async def test_a_server_that_cannot_be_reached_is_told_from_a_database_without_a_store(house: House):
    if house.settings.database_url == "sqlite":
        pytest.skip("a file needs no server")
    away = "postgresql://nobody@127.0.0.1:1/stagepost"
    done = await house.stagepost("retention", DATABASE_URL=away)
    assert (done.exit_code, done.stderr) == (3, "stagepost: the store cannot be reached\n")
