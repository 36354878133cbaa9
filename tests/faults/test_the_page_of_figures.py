"""What a long run saw goes into docs/durability.md, each figure under a title."""

import re
from pathlib import Path

import pytest

from tests.faults.__main__ import TITLES, title_of

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
