"""Processor time, by who spent it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil


@dataclass(slots=True)
class Spent:
    """Seconds of processor time by name; filled when the watch ends."""

    seconds: dict[str, float] = field(default_factory=dict)


@contextmanager
def watching(**pids: int) -> Iterator[Spent]:
    """What each named process, with the children that it has now, spends within the block."""
    spent, before = Spent(), _all(pids)
    yield spent
    spent.seconds.update({name: after - before[name] for name, after in _all(pids).items()})


def _all(pids: Mapping[str, int]) -> dict[str, float]:
    return {name: _of(pid) for name, pid in pids.items()}


def _of(pid: int) -> float:
    """With its children, unless it is this process, whose children are watched by their own names."""
    try:
        parent = psutil.Process(pid)
        children = () if pid == os.getpid() else parent.children(recursive=True)
        return sum(map(_alone, (parent, *children)))
    except psutil.NoSuchProcess:
        return 0.0


def _alone(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def memory(pid: int) -> int:
    """Bytes that a process holds in memory."""
    return int(psutil.Process(pid).memory_info().rss)
