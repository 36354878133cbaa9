"""The whole school year through HTTP, from an empty store, against both services as processes."""

import re
from pathlib import Path

from demo.script import YEAR, Row, read_story
from tests.acceptance.playing import play
from tests.acceptance.stores import Stores

TABLE = {
    *(f"E{number}" for number in range(1, 59)),
    *(f"N{number}" for number in range(1, 11)),
    *(f"Q{number}" for number in (1, 2, 3, 5, 6, 7, 10, 11)),
}
"""What the acceptance year consists of: events, commands to be refused, questions."""
PREPARED = re.compile(r"P\d+")


def number_of(row: Row) -> str:
    """The number of the table under which a part stands."""
    return row.row.partition(".")[0]


def test_the_whole_year_holds_row_by_row(stores: Stores, tmp_path: Path):
    outcomes = list(play(YEAR, tmp_path, stores))
    assert [str(one) for one in outcomes if one.why] == []
    assert len(outcomes) == len(read_story())


def test_every_row_of_the_table_is_told_and_no_other():
    told = {number_of(row) for row in read_story()}
    assert {number for number in told if not PREPARED.fullmatch(number)} == TABLE


def test_what_is_to_be_refused_is_refused_by_the_rule_of_the_table():
    rules = {number_of(row): row.rule_id for row in read_story() if row.rule_id}
    assert rules == {
        "N1": "I1", "N2": "I4", "N3": "I7", "N4": "I8", "N5": "I9", "N6": "I29", "N7": "I16", "N8": "I27", "N9": "I1",
    }  # fmt: skip
