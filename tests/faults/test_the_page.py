"""docs/durability.md says what the last long run saw, and names each crash point."""

import json

from tests.faults.__main__ import PAGE, RESULTS, page_with


def test_the_page_holds_the_figures_of_the_last_long_run():
    page = PAGE.read_text("utf-8")
    assert page_with(page, json.loads(RESULTS.read_text("utf-8"))) == page
