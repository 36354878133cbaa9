"""How much is measured: the real thing, or a few seconds of everything so that the harness cannot rot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of one run; times in seconds."""

    rounds: int
    """Rounds in which all contenders take turns; what is reported is the median."""
    seconds: float
    """Of one contender's turn."""
    cases: int
    """Cases on record, touched uniformly."""
    hot: int
    """Cases of the hot set."""
    writers: int = 64
    """Commands under way at once: tasks that append, or connections that post."""
    single: int = 400
    """Commits of a single writer in one turn."""
    story: int = 1_000
    """Facts of the long case."""
    rebuilt: int = 10_000
    """Facts on the log that is rebuilt."""
    grown_from: int = 10_000
    grown_to: int = 50_000
    """Cases before and after growth."""
    facts_each: int = 20
    """Facts of a case when grown."""
    folds: int = 5_000
    """Folds cached when memory is compared."""
    processes: tuple[int, ...] = (1, 2, 4)
    """Of ours that share one database."""


FULL = Size(rounds=5, seconds=2.0, cases=20_000, hot=100)
TINY = Size(
    rounds=1,
    seconds=0.2,
    cases=128,
    hot=8,
    writers=8,
    single=5,
    story=40,
    rebuilt=60,
    grown_from=20,
    grown_to=60,
    folds=10,
    processes=(2,),
)
