"""`python -m tests.faults <folder>`: what a long run saw goes into docs/durability.md."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from case_api.crash_points import POINTS
from notifier.crash_points import POINTS as OF_THE_NOTIFIER

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "tests" / "faults" / "results.json"
PAGE = ROOT / "docs" / "durability.md"
BEGIN, END = "<!-- from here on written by `make faults` -->\n", "<!-- up to here -->\n"

Figures = Mapping[str, Mapping[str, float]]

TITLES: Mapping[str, str] = {
    "api-killed": "`kill -9` of the case API",
    "one-of-four-killed": "`kill -9` of one of four processes of it",
    "postgres-killed": "`kill -9` of every process of PostgreSQL, and restarts",
    "background-killed": "`kill -9` of the process in the background",
    "background-asked-to-stop": "SIGTERM of the process in the background while PostgreSQL hangs",
    "connection-broken": "connection to PostgreSQL broken at the commit",
    "notifier-killed": "`kill -9` of the notifier",
    "fresh-at-four": "written at one of four processes, read at another",
    "boards-taken-over": "three of four processes killed, until the boards are up to date",
    "clerk-taken-over": "three of four processes killed, until the clerk has recorded what is due",
    "duty-taken-over": "the process with the clerk's duty killed, until another has it",
    "crash-point": "dead at a crash point of the case API",
    "notifier-crash-point": "dead at a crash point of the notifier",
    "asked-to-stop": "SIGTERM under load",
    "feed-gaps": "followed the log, 5 % of transactions rolled back",
    "feed-gaps-control": "control: followed a plain sequence",
    "linear-planted": "control: histories with a planted fault",
    "linear": "histories of eight clients on one case",
    "disk-full": "the disk full (SQLite)",
    "power-lost-control": "control: power lost, commits not flushed",
    "power-lost": "power lost (SQLite)",
}
"""By how the name of a test's figures begins; the longest that fits."""

PLANTED = "a control of the judge: in the others the fault, which comes by chance, did not come or shows in no answer"
FORGETFUL = "a control of the drive: it does forget what is not flushed, and those that were lost are what we would see"
SEQUENCE = "a control of the load: who follows a plain sequence misses events under it, so a gap of ours would show"
POWER = (
    "a 500 here is a fault of ours that loses nothing: when its drive is gone SQLite may say that the file is malformed"
    " (`SQLITE_CORRUPT`) and not that it cannot be read, which we do not take for a store that is away, 503. There is"
    " no receipt, and who sends the command again is answered as after a 503"
)
MEANINGS: Mapping[str, str] = {
    "feed-gaps-control": SEQUENCE,
    "linear-planted": PLANTED,
    "power-lost-control": FORGETFUL,
    "power-lost": POWER,
}
"""What figures say that are not plain by themselves, by the names of TITLES."""


def title_of(name: str) -> str:
    """What was done, and of what: `api-killed-postgres`."""
    known = _known(name)
    rest = name.removeprefix(known).removeprefix("-")
    return TITLES[known] + (f": {rest}" if rest else "")


def _known(name: str) -> str:
    return max((one for one in TITLES if name == one or name.startswith(one + "-")), key=len)


def tables(results: Figures) -> Iterator[str]:
    """The figures of the last long run, and the crash points."""
    yield "| What was done | Figures | |\n|---|---|---|\n"
    plain = {name: figures for name, figures in results.items() if "crash-point" not in name}
    for name, figures in sorted(plain.items(), key=lambda each: title_of(each[0])):
        found = ", ".join(f"{value:g} {what}" for what, value in figures.items())
        yield f"| {title_of(name)} | {found} | {MEANINGS.get(_known(name), '')} |\n"
    hit = [name for name in results if "crash-point" in name]
    yield f"\nCrash points that were hit, each on each database where it exists: {len(hit)}.\n"
    for service, points in (("case API", POINTS), ("notifier", OF_THE_NOTIFIER)):
        yield f"\n| Crash point of the {service} | What is so when it dies there |\n|---|---|\n"
        yield from (f"| `{name}` | {meaning} |\n" for name, meaning in points.items())


def page_with(page: str, results: Figures) -> str:
    """The page with these figures in it."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{''.join(tables(results))}\n{END}{after}"


def main(folder: Path) -> None:
    """Keep what was seen in *folder*, in the place of what was seen before by the same tests, and write the page."""
    results: dict[str, Mapping[str, float]] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    results |= {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n", "utf-8")
    PAGE.write_text(page_with(PAGE.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
