"""`python -m notifier serve` as it really runs: killed, restarted, stopped; and what it leaves behind."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests import canaries
from tests.notifier.fake_case_api import TOKEN, carer, service
from tests.notifier.servers import SECRET, free_port
from tests.notifier.world import World

pytestmark = pytest.mark.anyio
PORT = free_port()
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(world: World, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The notifier as a process of its own; killed at the end if it still runs."""
    secrets = world.var / "secrets.json"
    secrets.write_text(json.dumps({"service:slt": SECRET}))
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)]),
        "STAGEPOST_MODE": "test",
        "STAGEPOST_VAR": str(world.var),
        "STAGEPOST_NOTIFIER_PORT": str(PORT),
        "STAGEPOST_NOTIFIER_CASE_API_URL": world.case_api_url,
        "STAGEPOST_NOTIFIER_TOKEN": TOKEN,
        "STAGEPOST_NOTIFIER_SMTP_PORT": str(world.mailbox.port),
        "STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE": str(secrets),
        "STAGEPOST_NOTIFIER_WEBHOOK_ALLOW": "127.0.0.1",
        "STAGEPOST_NOTIFIER_FEED_WAIT": "2",
    }
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "notifier", "serve", env=environment, stdout=output, stderr=output, cwd=world.var
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - another process has no event of ours to set
            await asyncio.sleep(0.01)


@pytest.fixture
def database_url() -> None:
    """SQLite: one database is enough for the process."""


@pytest.fixture
async def alone(world: World) -> World:
    """The world without its own notifier; the process opens the database."""
    await world.database.close()
    (world.var / "notifier" / "notifier.db").unlink()
    return world


@pytest.fixture(autouse=True)
async def _reopened(alone: World) -> AsyncIterator[None]:
    yield
    await alone.start()


async def test_killed_again_and_again_it_loses_nothing_and_marks_what_it_repeats(alone: World, tmp_path: Path):
    parent = carer()
    alone.gives(parent)
    for _ in range(30):
        alone.case_api.happens("StageChanged.v1", parent)
    for kill_at in (3, 9, 15, 21):
        async with running(alone, tmp_path / "log") as process:
            await until(lambda at=kill_at: len(alone.mailbox.mails) >= at)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            await process.wait()
    async with running(alone, tmp_path / "log"):
        await until(lambda: len(alone.case_api.disclosures) == 30)

    sent = Counter(str(mail["Message-ID"]) for mail in alone.mailbox.mails)
    marked = {str(m["Message-ID"]) for m in alone.mailbox.mails if m["X-Stagepost-Possible-Duplicate"] == "true"}
    assert len(sent) == 30
    assert {message for message, times in sent.items() if times > 1} <= marked
    assert {told["outcome"] for told in alone.case_api.disclosures.values()} == {"sent"}


async def test_asked_to_stop_it_finishes_in_order(alone: World, tmp_path: Path):
    parent = carer()
    alone.gives(parent)
    alone.case_api.happens("StageChanged.v1", parent)
    async with running(alone, tmp_path / "log") as process:
        await until(lambda: len(alone.case_api.disclosures) == 1)
        process.terminate()
        assert await process.wait() == 0


async def retry_stands(http: httpx.AsyncClient, attempts: int) -> None:
    """Return once the newest message failed so often and its next attempt is written down, for a clock to reach."""
    async with asyncio.timeout(30):
        while True:
            [newest] = (await http.get("/v1/deliveries", params={"limit": 1})).json()["items"]
            if newest["attempts"] == attempts and "next_attempt_at" in newest:
                return
            await asyncio.sleep(0.01)


async def test_new_events_go_out_within_two_seconds_and_the_clock_brings_retries_forward(alone: World, tmp_path: Path):
    parent = carer()
    alone.gives(parent)
    async with running(alone, tmp_path / "log"), httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}") as http:
        await until(lambda: len(alone.case_api.pages_asked) > 1)
        alone.case_api.happens("StageChanged.v1", parent)
        await until(lambda: len(alone.mailbox.mails) == 1, seconds=2)

        alone.mailbox.replies.extend(["451 later", "451 later", "451 later"])
        alone.case_api.happens("ReviewHeld.v1", parent)
        for attempts in (1, 2, 3):
            await retry_stands(http, attempts)
            now = (await http.get("/clock")).json()["now"]
            later = f"{int(now[:4]) + 1}{now[4:]}"
            assert (await http.put("/clock", json={"now": later})).status_code == 200
        await until(lambda: len(alone.mailbox.mails) == 2)
        assert not alone.mailbox.replies
        assert (await http.get("/readyz")).json()["status"] == "ready"


async def test_neither_its_database_nor_its_log_holds_an_address_or_a_text(alone: World, tmp_path: Path):
    parent, partner, lost = carer(), service(), carer()
    alone.gives(parent, address=canaries.EMAIL)
    alone.gives(lost, address=f"{canaries.CARER}\r\n")
    alone.gives(partner)
    alone.case_api.facts = {"setting": canaries.LEARNER, "contact": canaries.TELEPHONE, "note": canaries.FREE_TEXT}
    alone.mailbox.replies.append(f"451 no room for {canaries.EMAIL}")
    alone.case_api.happens("AssistanceRequested.v1", partner, parent)
    alone.case_api.happens("StageChanged.v1", parent, lost)
    log = tmp_path / "log"
    async with running(alone, log) as process:
        await until(lambda: len(alone.case_api.disclosures) >= 3)
        process.kill()
        await process.wait()

    assert canaries.EMAIL in {mail["To"] for mail in alone.mailbox.mails}
    assert (alone.var / "notifier" / "notifier.db").stat().st_size
    assert canaries.found(alone.var) == []
    assert b"settled" in log.read_bytes()


async def test_a_bad_setting_is_named_without_its_value(tmp_path: Path, alone: World):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "services"), "STAGEPOST_NOTIFIER_PORT": "secret-port"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "notifier", "serve"),
        env=environment,
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 2
    assert b"port" in output
    assert b"secret-port" not in output
