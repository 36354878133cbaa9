"""The disk fills up under load: the answer is 503, nothing acknowledged is lost, and the service goes on by itself."""

import asyncio
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.results import seen
from tests.faults.sizes import size
from tests.faults.victims import acknowledged, crowd, victim

pytestmark = pytest.mark.anyio
TIMES = size(10, 1)
PATIENCE = 60.0
MEGABYTES = 24


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own; skipped aloud where nobody may mount one."""
    folder, mount = tmp_path / "disk", shutil.which("mount")
    folder.mkdir()
    if mount is None or os.geteuid() != 0:
        pytest.skip("DISK FULL IS NOT TESTED HERE: it needs the right to mount a file system in memory")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "none", folder], check=False)
    if made.returncode:
        pytest.skip("DISK FULL IS NOT TESTED HERE: no file system in memory could be mounted")
    yield folder
    subprocess.run(["umount", folder], check=True)


async def test_a_full_disk_loses_nothing_and_passes(nursery, small_disk, chances):
    api = victim(nursery, "sqlite", small_disk)
    await api.start()
    [address] = api.addresses.values()
    async with crowd(api, chances, writers=4) as people, httpx.AsyncClient(base_url=address, verify=False) as http:
        for _ in range(TIMES):
            await acknowledged(people.ledger, chances.randrange(1, 20))
            before = people.statuses.count(503)
            filled = fill(small_disk / "ballast")
            async with asyncio.timeout(PATIENCE):
                while people.statuses.count(503) == before:  # noqa: ASYNC110 - writers have no event of ours to set
                    await asyncio.sleep(0.01)
            assert (await http.get("/livez")).is_success
            assert (await http.get("/v1/cases", headers=api.bearer("pupil_support"))).status_code in {200, 503}
            filled.unlink()
        await acknowledged(people.ledger, 20)
    found, figures = await people.judged(), people.figures()
    await api.end()
    assert found == {}
    assert figures["answered 500"] == 0
    seen("disk-full", times=TIMES, **figures)


def fill(path: Path) -> Path:
    """A file that takes all the room that is left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return path
