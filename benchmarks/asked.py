"""The figures, each with what is asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Asked:
    """A bound: at least this much, or at most."""

    bound: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}"


SPEED: Final[Mapping[str, Asked]] = {
    "append_vs_library": Asked(12),
    "append_vs_raw_commit": Asked(1.5),
    "append_vs_raw_group": Asked(0.2),
    "single_append_p50_vs_raw": Asked(2.0, at_most=True),
    "sqlite_append_vs_raw_commit": Asked(1.5),
    "http_command_vs_nodb": Asked(0.45),
    "http_command_vs_crud": Asked(5),
    "http_p99_vs_crud": Asked(1, at_most=True),
    "rebuild_vs_library": Asked(15),
    "rebuild_vs_copy": Asked(0.2),
    "lag_p99_ms": Asked(100, at_most=True),
    "load_1000_vs_library": Asked(0.3, at_most=True),
    "stall_vs_control": Asked(3, at_most=True),
}
"""Of `make bench`."""

GROWTH: Final[Mapping[str, Asked]] = {
    "timeline_p99": Asked(1.5, at_most=True),
    "append": Asked(1.2, at_most=True),
    "rss": Asked(1.1, at_most=True),
}
"""Of `make bench-growth`: each a ratio of after to before, or for `append` of before to after."""
