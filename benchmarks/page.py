"""`python -m benchmarks.page`: what the last runs measured goes into docs/performance.md."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.asked import GROWTH, SPEED, Asked

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parent / "docs" / "performance.md"
BEGIN: Final = "<!-- from here on written by `make bench` and `make bench-growth` -->\n"
END: Final = "<!-- up to here -->\n"
RUNS: Final[Mapping[str, tuple[str, Mapping[str, Asked]]]] = {
    "results.json": ("`make bench`", SPEED),
    "growth.json": ("`make bench-growth`", GROWTH),
}
"""By the file that a run leaves: the command, and what is asked of its figures."""

Told = Mapping[str, Any]


def measured() -> dict[str, Told]:
    """The results of the last runs, by their files."""
    return {name: json.loads((HERE / name).read_text("utf-8")) for name in RUNS if (HERE / name).exists()}


def page_with(page: str, runs: Mapping[str, Told]) -> str:
    """The page with these results in it."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    sections = (line for name, told in runs.items() for line in _section(*RUNS[name], told))
    return f"{before}{BEGIN}\n{''.join(sections)}\n{END}{after}"


def _section(command: str, asked: Mapping[str, Asked], told: Told) -> Iterator[str]:
    machine = told["details"]["machine"]
    yield f"## {command}\n\n{machine['cores']} cores, {machine['system']}, Python {machine['python']};"
    yield f" load before: {machine['load_before'][0]:g}; {told['details'].get('seconds', '?')} seconds.\n\n"
    yield "| Figure | Measured | Asked | |\n|---|---:|---:|---|\n"
    for name, bound in asked.items():
        if name in told:
            verdict = "" if bound.met(told[name]) else "missed"
            yield f"| `{name}` | {told[name]:.3g} | {bound} | {verdict} |\n"
    for subject, contenders in told["details"].items():
        if isinstance(contenders, Mapping) and subject != "machine":
            yield from _table(subject, contenders)
    yield "\n"


def _table(subject: str, contenders: Told) -> Iterator[str]:
    """One row for each contender; or, of a subject without contenders, its numbers in one row."""
    rows = {name: told for name, told in contenders.items() if isinstance(told, Mapping)} or {"": contenders}
    names = list(dict.fromkeys(name for told in rows.values() for name, value in told.items() if value))
    yield f"\n### {subject[0].upper()}{subject[1:]}\n\n"
    yield f"| | {' | '.join(name.replace('_', ' ') for name in names)} |\n|---|{'---:|' * len(names)}\n"
    for name, told in rows.items():
        yield f"| {name.replace('_', ' ')} | {' | '.join(_number(told.get(one)) for one in names)} |\n"


def _number(value: float | None) -> str:
    return "" if not value else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def main() -> None:
    """Write the page anew from what the last runs left."""
    PAGE.write_text(page_with(PAGE.read_text("utf-8"), measured()), "utf-8")


if __name__ == "__main__":
    main()
