"""Closed loop: so many connections, each posting again as soon as it is answered. By wrk where there is one."""

import asyncio
import json
import resource
import shutil
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from benchmarks.load.connection import Connection
from benchmarks.load.traffic import Requests, Traffic
from benchmarks.processor import watching
from benchmarks.samples import Sample

SCRIPT = Path(__file__).with_name("post_concern.lua")
WRK = shutil.which("wrk")
TOOL = "wrk" if WRK else "our own loader, on uvloop"


async def closed_loop(port: int, traffic: Traffic, connections: int, seconds: float, **pids: int) -> Sample:
    """Post for so many seconds; the tool's own processor time is told as that of `load`."""
    if WRK and seconds >= 1:  # it counts whole seconds
        return await _by_wrk(port, traffic, connections, seconds, pids)
    return await by_ourselves(port, traffic.requests(), connections, seconds, pids)


async def _by_wrk(port: int, traffic: Traffic, connections: int, seconds: float, pids: Mapping[str, int]) -> Sample:
    files = [str(path) for path in (traffic.cases, traffic.tokens, traffic.bodies)]
    options = ["-t1", f"-c{connections}", f"-d{round(seconds)}s", "--timeout", "30s", "-s", str(SCRIPT)]
    with watching(**pids) as spent:
        before = _children()
        process = await asyncio.create_subprocess_exec(
            str(WRK), *options, f"http://127.0.0.1:{port}", "--", *files, str(uuid4()), stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        load = _children() - before
    counted = json.loads(told.splitlines()[-1])
    return Sample(
        counted["requests"] - counted["failed"],
        counted["microseconds"] / 1e6,
        known={"p50": counted["p50"] / 1e6, "p99": counted["p99"] / 1e6},
        cpu={**spent.seconds, "load": load},
        failed=counted["failed"],
    )


async def by_ourselves(
    port: int, requests: Requests, connections: int, seconds: float, pids: Mapping[str, int]
) -> Sample:
    """The same without wrk, for any requests."""
    latencies, statuses = list[float](), list[int]()

    async def keep_asking(connection: Connection) -> None:
        while (start := perf_counter()) < deadline:
            statuses.append(await connection.ask(requests()))
            latencies.append(perf_counter() - start)

    opened = [await Connection.to(port) for _ in range(connections)]
    with watching(**pids) as spent:
        began = perf_counter()
        deadline = began + seconds
        await asyncio.gather(*map(keep_asking, opened))
        took = perf_counter() - began
    for one in opened:
        one.close()
    good = sum(status < 300 for status in statuses)
    return Sample(good, took, latencies, cpu=spent.seconds, failed=len(statuses) - good)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
