"""What an operator's command does to an SQLite file is done too while other processes are at work on it."""

import asyncio
import subprocess
import sys
from uuid import uuid4

import pytest

from tests.store.facts import keyed, opening

pytestmark = pytest.mark.anyio

CHECKPOINT = 121
"""The byte of a file's shared memory that SQLite locks while it writes the log into the file (wal.c, os_unix.c)."""
HOLDS = """
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, 1, int(sys.argv[2]))
print("holds", flush=True)
time.sleep(0.3)
"""


async def test_what_is_erased_leaves_the_log_though_another_process_is_writing_it_into_the_file(settings, journal):
    if settings.url != "sqlite":
        pytest.skip("PostgreSQL writes its log by itself")
    stream = uuid4()
    await journal.append(opening(stream, keyed=keyed(case_id=stream)))
    [log] = settings.var.rglob("log.db-wal")
    memory = log.with_name("log.db-shm")
    command = sys.executable, "-c", HOLDS, memory, str(CHECKPOINT)
    other = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert await other.stdout.readline() == b"holds\n"
    await journal.eraser.forget([stream])
    assert log.stat().st_size == 0
    assert await other.wait() == 0
