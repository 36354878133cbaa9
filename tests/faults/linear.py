"""Whether what several clients saw of one record could have happened one operation after another.

The search is that of Wing and Gong (1993) with Lowe's memory of configurations (2017): an operation may come next if no
other that is still to be placed was over before it began.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Record:
    """What there is at one time: its version, as clients know it, and what was added so far."""

    version: str
    added: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Operation:
    """What one client asked, when, and what it was told."""

    kind: Literal["read", "add", "add if"]
    called: float
    returned: float
    version: str = ""
    """The version that was shown, or made; empty where the record had moved on (412)."""
    expected: str = ""
    """The version on which an `add if` rests."""
    added: frozenset[str] = frozenset()
    """All that was shown, or the one that was added."""


def could_follow(record: Record, done: Operation) -> Record | None:
    """The record after *done*; None if *done* cannot have been told this of *record*."""
    match done.kind:
        case "read":
            return record if (done.version, done.added) == (record.version, record.added) else None
        case "add if" if not done.version:
            return record if done.expected != record.version else None
        case "add if" if done.expected != record.version:
            return None
        case _:
            fresh = done.version != record.version and record.added.isdisjoint(done.added)
            return Record(done.version, record.added | done.added) if fresh else None


def linearizable(
    history: Sequence[Operation],
    begin: Record,
    step: Callable[[Record, Operation], Record | None] = could_follow,
) -> bool:
    """Whether some order of all operations, that keeps to who was over before whom, explains every answer."""
    operations = sorted(history, key=lambda one: one.called)
    everything = (1 << len(operations)) - 1
    paths = [(0, begin)]
    known = {(0, begin)}
    while paths:
        placed, record = paths.pop()
        if placed == everything:
            return True
        for number in _next(operations, placed):
            after = step(record, operations[number])
            configuration = (placed | 1 << number, after)
            if after is not None and configuration not in known:
                known.add(configuration)  # type: ignore[arg-type]
                paths.append((placed | 1 << number, after))
    return False


def _next(operations: Sequence[Operation], placed: int) -> list[int]:
    """Those not yet placed that began before any other of them was over."""
    candidates: list[int] = []
    soonest = float("inf")
    for number, one in enumerate(operations):
        if placed >> number & 1:
            continue
        if one.called > soonest:
            break
        candidates.append(number)
        soonest = min(soonest, one.returned)
    return [number for number in candidates if operations[number].called <= soonest]
