"""What one turn of a contender came to, and how turns of the same round are compared."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Self

Turn = Callable[[], Awaitable["Sample"]]
"""Runs one contender once."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One turn: how many operations in how many seconds, and what each took."""

    operations: int
    seconds: float
    latencies: Sequence[float] = ()
    """Seconds, of each operation; empty where the turn knows its percentiles already."""
    known: Mapping[str, float] = field(default_factory=dict)
    """Percentiles in seconds, as a load tool counted them."""
    cpu: Mapping[str, float] = field(default_factory=dict)
    """Seconds of processor time by who spent them."""
    failed: int = 0

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds

    def at(self, percent: float) -> float:
        """The latency in seconds that *percent* of the operations did not exceed."""
        known = self.known.get(f"p{percent:g}")
        return percentile(self.latencies, percent) if known is None else known

    def cpu_each(self, who: str) -> float:
        """Microseconds of processor time that an operation cost *who*."""
        return 1e6 * self.cpu.get(who, 0.0) / max(self.operations, 1)


Rounds = Mapping[str, Sequence[Sample]]
"""By contender, the samples of all rounds in their order."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))] if ranked else 0.0


async def alternate(turns: Mapping[str, Turn], rounds: int) -> dict[str, list[Sample]]:
    """Let all contenders take turns *rounds* times; each round begins with another one."""
    names = list(turns)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            samples[name].append(await turns[name]())
    return samples


class OverRounds(float):
    """The median of what the rounds came to, and how far they lay apart."""

    lowest: float
    highest: float

    def __new__(cls, values: Iterable[float]) -> Self:
        ranked = sorted(values)
        over = super().__new__(cls, median(ranked))
        over.lowest, over.highest = ranked[0], ranked[-1]
        return over


def ratio(rounds: Rounds, ours: str, theirs: str, of: Callable[[Sample], float] = lambda one: one.rate) -> OverRounds:
    """Ours divided by theirs in the same round."""
    pairs = zip(rounds[ours], rounds[theirs], strict=True)
    return OverRounds(of(one) / (of(other) or 1e-9) for one, other in pairs)


def described(rounds: Rounds) -> dict[str, dict[str, float]]:
    """By contender the medians that a reader wants: rate, percentiles in ms, µs of processor time each."""
    return {name: _described(samples) for name, samples in rounds.items()}


def _described(samples: Sequence[Sample]) -> dict[str, float]:
    def middle(of: Callable[[Sample], float]) -> float:
        return round(median(of(one) for one in samples), 3)

    told = {
        "per_second": middle(lambda one: one.rate),
        "p50_ms": middle(lambda one: 1e3 * one.at(50)),
        "p99_ms": middle(lambda one: 1e3 * one.at(99)),
        "failed": sum(one.failed for one in samples),
    }
    spenders = sorted({who for one in samples for who in one.cpu})
    return told | {f"cpu_us_{who}": middle(lambda one, who=who: one.cpu_each(who)) for who in spenders}  # type: ignore[misc]
