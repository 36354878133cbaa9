"""What a long run saw goes into docs/durability.md, each figure under a title."""

import re
from pathlib import Path

import pytest

from tests.faults.__main__ import MEANINGS, TITLES, tables, title_of

HERE = Path(__file__).parent
NAMES = sorted(
    {
        name.rstrip("-")
        for path in HERE.glob("test_*.py")
        for name in re.findall(r'\bseen\(\s*f?"([a-z-]+)', path.read_text())
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_title(name: str):
    assert title_of(name) in TITLES.values()


def test_a_control_and_a_500_say_what_they_mean_beside_their_counts():
    found = "".join(tables({"linear-planted-stale-read": {"caught": 16}, "power-lost": {"answered 500": 1}}))
    assert f"| 16 caught | {MEANINGS['linear-planted']} |" in found
    assert f"| 1 answered 500 | {MEANINGS['power-lost']} |" in found
    assert set(MEANINGS) <= set(TITLES)
