"""docs/performance.md says what the last runs measured."""

import json

from benchmarks.page import PAGE, measured, page_with

RUN = {
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


def test_a_figure_that_is_not_as_asked_is_called_missed():
    shown = page_with(PAGE.read_text("utf-8"), {"results.json": json.loads(json.dumps(RUN))})
    assert "| `append_vs_library` | 13 | ≥ 12 |  |" in shown
    assert "| `append_vs_raw_commit` | 1.2 | ≥ 1.5 | missed |" in shown


def test_each_contender_has_its_row():
    shown = page_with(PAGE.read_text("utf-8"), {"results.json": RUN})
    assert "| ours | 5,000 |\n| library | 400 |" in shown
    assert "|  | 2,000 |" in shown
