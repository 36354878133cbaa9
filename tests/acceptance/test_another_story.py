"""Another story, under another policy pack, ends right without a rule being touched."""

from pathlib import Path

from tests.acceptance.playing import play
from tests.acceptance.stores import Stores

WHINHILL = Path(__file__).parent / "second"


def test_carers_who_disagree_a_birthday_and_a_class_that_changes(stores: Stores, tmp_path: Path):
    outcomes = list(play(WHINHILL, tmp_path, stores))
    assert [str(one) for one in outcomes if one.why] == []
    assert {one.row.row for one in outcomes} > {"X1", "X2", "X3", "X4", "Q6"}
