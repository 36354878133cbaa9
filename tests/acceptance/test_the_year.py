"""The whole school year through HTTP, from an empty store, against both services as processes."""

from pathlib import Path

from demo.script import YEAR, read_story
from tests.acceptance.playing import play
from tests.acceptance.stores import Stores


def test_the_whole_year_holds_row_by_row(stores: Stores, tmp_path: Path):
    outcomes = list(play(YEAR, tmp_path, stores))
    assert [str(one) for one in outcomes if one.why] == []
    assert len(outcomes) == len(read_story())
