"""A service does not start on a broken policy pack; it says which file, which line, and why."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_api.cli.app import app
from case_api.packs import PackBroken, Packs

PACKS = Path(__file__).parents[2] / "policies"


@pytest.fixture
def folder(tmp_path):
    """A copy of the packs that ship, to be broken."""
    return Path(shutil.copytree(PACKS, tmp_path / "policies"))


def swap(path: Path, good: str, broken: str) -> int:
    """Put *broken* in the place of the first *good*; the line of it."""
    text = path.read_text()
    path.write_text(text.replace(good, broken, 1))
    return text[: text.index(good)].count("\n") + 1


def test_the_packs_that_ship_are_whole(folder):
    Packs(folder).check("scotland-generic@1")


def test_the_service_says_what_is_broken_and_does_not_start(folder, tmp_path):
    line = swap(folder / "wales-aln" / "1" / "ladder.toml", "rank = 1", "rank = -1")
    where = {"POLICIES": str(folder), "VAR": str(tmp_path / "var"), "MODE": "test", "AUTHORITIES": "burgh"}
    ended = CliRunner().invoke(app, ["serve"], env={f"STAGEPOST_{name}": value for name, value in where.items()})
    assert ended.exit_code == 2
    assert f"stagepost: wales-aln/1/ladder.toml, line {line}: ladder/1/rank: " in ended.output


def test_faults_of_several_packs_are_told_once_each(folder):
    """Wales and Northern Ireland stand on England: what is broken there is not told three times."""
    first = swap(folder / "england-sen" / "1" / "agreements.toml", "default_months = 12", "default_months = 0")
    other = swap(folder / "three-stage" / "1" / "pack.toml", "[roles]", "[roles")
    with pytest.raises(PackBroken) as refused:
        Packs(folder).check("scotland-generic@1")
    places = [fault.split(": ")[0] for fault in str(refused.value).splitlines()]
    assert places == [f"england-sen/1/agreements.toml, line {first}", f"three-stage/1/pack.toml, line {other}"]


def test_the_pack_that_is_needed_is_there(folder):
    with pytest.raises(PackBroken, match=r"^nobody@1: no such policy pack in policies/$"):
        Packs(folder).check("nobody@1")
