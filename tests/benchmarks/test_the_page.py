"""docs/performance.md says what the last runs measured."""

import json
from typing import Any

from benchmarks.asked import GROWTH, SPEED
from benchmarks.page import BEGIN, PAGE, measured, page_with

RUN: dict[str, Any] = {
    "append_vs_library": 13.0,
    "append_vs_raw_commit": 1.2,
    "details": {
        "machine": {"cores": 2, "python": "3.11", "system": "Linux", "load_before": [0.5]},
        "seconds": 12,
        "appends": {"ours": {"per_second": 5000.0, "failed": 0}, "library": {"per_second": 400.0, "failed": 0}},
        "lag": {"writes_per_second": 2000},
    },
}


def test_the_page_holds_the_figures_of_the_last_runs():
    page = PAGE.read_text("utf-8")
    assert page_with(page, measured()) == page


def shown(**details: object) -> str:
    run = json.loads(json.dumps({**RUN, "details": {**RUN["details"], **details}}))
    return page_with(PAGE.read_text("utf-8"), {"results.json": run})


def test_a_figure_that_is_not_as_asked_is_called_missed():
    assert f"| `append_vs_library` | {SPEED['append_vs_library'].what} | 13 |  |  | ≥ 12 |  |" in shown()
    assert f"| `append_vs_raw_commit` | {SPEED['append_vs_raw_commit'].what} | 1.2 |  |  | ≥ 1.5 | missed |" in shown()


def test_a_figure_stands_beside_what_single_rounds_came_to():
    page = shown(spreads={"append_vs_library": {"lowest": 11.5, "highest": 14.0}})
    assert "| 13 | 11.5 | 14 | ≥ 12 |" in page
    assert "### Spreads" not in page


def test_every_figure_says_what_it_is():
    assert [name for name, asked in {**SPEED, **GROWTH}.items() if len(asked.what) < len("the same over it")] == []


def test_the_page_says_when_and_on_what_as_far_as_the_run_knew():
    machine = {**RUN["details"]["machine"], "processor": "A Processor"}
    page = shown(machine=machine, date="2026-11-30", postgresql="18.1", flush_ms=0.4321)
    assert "Run on 2026-11-30; 2 cores (A Processor), Linux, Python 3.11; PostgreSQL 18.1; " in page
    ended = "in the minute before it 0.5 processes at work; it took 12 seconds."
    assert f"one flush of 4 kB to the disk takes 0.432 ms; {ended}" in page
    assert f"\n2 cores, Linux, Python 3.11; {ended}" in shown()


def test_each_contender_has_its_row_and_so_has_each_number_without_one():
    page = shown(memory_mib={"small": 343.0, "large": 336.0})
    assert "| `ours` | 5,000 |\n| `library` | 400 |" in page
    assert "| writes per second | 2,000 |" in page
    assert "### Memory of one process, MiB\n\n| What | Number |\n|---|---:|\n| small | 343 |" in page
    assert "\n| |" not in page.partition(BEGIN)[2]
    assert "\n|  |" not in page.partition(BEGIN)[2]
