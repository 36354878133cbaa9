"""Open loop: requests leave on time whether or not earlier ones were answered, as a town's schools would send them.

A latency counts from the moment at which the request was due, so a server that stalls cannot hide it.
"""

import asyncio
from time import perf_counter

from benchmarks.load.connection import Connection
from benchmarks.load.traffic import Traffic
from benchmarks.processor import watching
from benchmarks.samples import Sample


async def open_loop(
    port: int, traffic: Traffic, connections: int, seconds: float, each_second: float, **pids: int
) -> Sample:
    """Post *each_second* concerns a second over at most so many connections."""
    requests, latencies, statuses = traffic.requests(), list[float](), list[int]()
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(connections):
        free.put_nowait(await Connection.to(port))

    async def post(due: float) -> None:
        connection = await free.get()
        connection = connection if connection.open else await Connection.to(port)
        statuses.append(await connection.ask(requests()))
        latencies.append(perf_counter() - due)
        free.put_nowait(connection)

    with watching(**pids) as spent:
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(max(1, round(seconds * each_second))):
                due = began + number / each_second
                await asyncio.sleep(max(0.0, due - perf_counter()))
                group.create_task(post(due))
        took = perf_counter() - began
    while not free.empty():
        free.get_nowait().close()
    good = sum(status < 300 for status in statuses)
    return Sample(good, took, latencies, cpu=spent.seconds, failed=len(statuses) - good)
