"""`python -m benchmarks.page`: what the last runs measured goes into docs/performance.md."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.asked import CONTENDERS, GROWTH, SPEED, Asked

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parent / "docs" / "performance.md"
BEGIN: Final = "<!-- from here on written by `make bench` and `make bench-growth` -->\n"
END: Final = "<!-- up to here -->\n"
RUNS: Final[Mapping[str, tuple[str, Mapping[str, Asked]]]] = {
    "results.json": ("`make bench`", SPEED),
    "growth.json": ("`make bench-growth`", GROWTH),
}
"""By the file that a run leaves: the command, and what is asked of its figures."""
APART: Final = ("machine", "spreads")
"""Details that have no table of their own."""
HEADINGS: Final[Mapping[str, str]] = {
    "lag": "Pace of the writers beside the boards",
    "memory_mib": "Memory of one process, MiB",
}
"""Of details whose name says too little."""
COLUMNS: Final[Mapping[str, str]] = {"p50_ms": "p50, ms", "p99_ms": "p99, ms"}
PROCESSOR: Final = "cpu_us_"
"""Before the name of whose processor time it is."""
INTRODUCTION: Final = """\
Each figure is the median over the rounds of a run; lowest and highest are those of single rounds. The bounds are
the team's own, nobody else's: ≥ at least, ≤ at most. In the tables p50 and p99 are the median and the
99th percentile of the time of one operation; processor time is in µs for each operation, of the process that is named;
`load` is the tool that posts.

"""

Told = Mapping[str, Any]


def measured() -> dict[str, Told]:
    """The results of the last runs, by their files."""
    return {name: json.loads((HERE / name).read_text("utf-8")) for name in RUNS if (HERE / name).exists()}


def page_with(page: str, runs: Mapping[str, Told]) -> str:
    """The page with these results in it."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    sections = "".join(line for name, told in runs.items() for line in _section(*RUNS[name], told))
    return f"{before}{BEGIN}\n{INTRODUCTION}{''.join(_contenders())}{sections}\n{END}{after}"


def _contenders() -> Iterator[str]:
    yield "| Contender | What it is |\n|---|---|\n"
    yield from (f"| `{name}` | {what} |\n" for name, what in CONTENDERS.items())
    yield "\n"


def _section(command: str, asked: Mapping[str, Asked], told: Told) -> Iterator[str]:
    details = told["details"]
    yield f"## {command}\n\n{'; '.join(_circumstances(details))}.\n\n"
    yield "| Figure | What it is | Measured | Lowest | Highest | Asked | |\n|---|---|---:|---:|---:|---:|---|\n"
    for name, bound in asked.items():
        if name in told:
            apart = details.get("spreads", {}).get(name, {})
            numbers = (told[name], apart.get("lowest"), apart.get("highest"))
            shown = " | ".join(_figure(one) for one in numbers)
            yield f"| `{name}` | {bound.what} | {shown} | {bound} | {'' if bound.met(told[name]) else 'missed'} |\n"
    for subject, contenders in details.items():
        if isinstance(contenders, Mapping) and subject not in APART:
            yield from _table(subject, contenders)
    yield "\n"


def _circumstances(details: Told) -> Iterator[str]:
    """When and on what; of older runs less is known."""
    machine = details["machine"]
    if "date" in details:
        yield f"Run on {details['date']}"
    model = f" ({machine['processor']})" if "processor" in machine else ""
    yield f"{machine['cores']} cores{model}, {machine['system']}, Python {machine['python']}"
    if "postgresql" in details:
        yield f"PostgreSQL {details['postgresql']}"
    if "flush_ms" in details:
        yield f"one flush of 4 kB to the disk takes {details['flush_ms']:.3g} ms"
    yield f"in the minute before it {machine['load_before'][0]:g} processes at work"
    yield f"it took {details.get('seconds', '?')} seconds"


def _table(subject: str, told: Told) -> Iterator[str]:
    """One row for each contender; or, of a subject without contenders, one for each of its numbers."""
    yield f"\n### {HEADINGS.get(subject, subject[0].upper() + subject[1:])}\n\n"
    rows = {name: numbers for name, numbers in told.items() if isinstance(numbers, Mapping)}
    if not rows:
        yield "| What | Number |\n|---|---:|\n"
        yield from (f"| {_words(name)} | {_number(value)} |\n" for name, value in told.items())
        return
    names = list(dict.fromkeys(name for numbers in rows.values() for name, value in numbers.items() if value))
    yield f"| Of | {' | '.join(map(_words, names))} |\n|---|{'---:|' * len(names)}\n"
    for name, numbers in rows.items():
        who = f"`{name}`" if name in CONTENDERS else _words(name)
        yield f"| {who} | {' | '.join(_number(numbers.get(one)) for one in names)} |\n"


def _words(name: str) -> str:
    if name.startswith(PROCESSOR):
        return f"processor time, {name.removeprefix(PROCESSOR)}"
    return COLUMNS.get(name, name.replace("_", " "))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _number(value: float | None) -> str:
    return "" if not value else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    """Write the page anew from what the last runs left."""
    PAGE.write_text(page_with(PAGE.read_text("utf-8"), measured()), "utf-8")


if __name__ == "__main__":
    main()
