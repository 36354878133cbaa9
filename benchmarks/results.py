"""What was measured, as a table for people and as JSON for machines."""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.asked import Asked
from benchmarks.samples import OverRounds, Rounds, described


@dataclass(slots=True)
class Results:
    """Figures by name, and what they are made of."""

    asked: Mapping[str, Asked]
    figures: dict[str, float] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def told(self, subject: str, rounds: Rounds, **figures: float) -> None:
        """Take in the rounds on one subject and the figures drawn from them, and print both."""
        self.details[subject] = {**self.details.get(subject, {}), **described(rounds)}
        print("\n".join(("", subject, *_contenders(self.details[subject]))))
        self.found(**figures)

    def found(self, **figures: float) -> None:
        """Take in figures, and print them; of those over rounds keep how far the rounds lay apart."""
        self.figures.update(figures)
        for name, value in figures.items():
            if isinstance(value, OverRounds):
                apart = {"lowest": round(value.lowest, 4), "highest": round(value.highest, 4)}
                self.details.setdefault("spreads", {})[name] = apart
            print(f"  {name:<30}{value:>10.3f}   asked {self.asked[name]}{self._verdict(name)}", flush=True)

    def missed(self) -> list[str]:
        """The figures that are not as asked."""
        return [name for name, value in self.figures.items() if not self.asked[name].met(value)]

    def write(self, path: Path) -> None:
        """A flat object of the figures, plus `details`."""
        figures = {name: round(value, 4) for name, value in self.figures.items()}
        details = {"machine": machine(), **self.details}
        path.write_text(json.dumps({**figures, "details": details}, indent=1) + "\n", "utf-8")

    def table(self) -> str:
        """All figures, one on each line."""
        return "\n".join(
            f"{name:<30}{self.figures[name]:>10.3f}   asked {asked!s:<8}{self._verdict(name)}"
            for name, asked in self.asked.items()
            if name in self.figures
        )

    def _verdict(self, name: str) -> str:
        return "" if self.asked[name].met(self.figures[name]) else "   MISSED"


def machine() -> dict[str, object]:
    """What the figures were measured on; ratios travel, absolute numbers do not."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": [round(one, 2) for one in os.getloadavg()],
    }


def _processor() -> str:
    """The model, where the system names it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or "not named")


def _contenders(told: Mapping[str, Any]) -> Iterator[str]:
    for name, numbers in told.items():
        if isinstance(numbers, Mapping):
            yield f"  {name:<22}" + "  ".join(f"{what} {value:,.6g}" for what, value in numbers.items() if value)
