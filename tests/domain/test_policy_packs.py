"""Policy packs: local procedure as data (R54, R74)."""

from datetime import date
from pathlib import Path

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.packs import PackBroken, Packs
from tests.domain.running import PACKS, POLICY

FOLDER = Path(__file__).parents[2] / "policies"
GOOD = {path.name: path.read_text() for path in (FOLDER / "scotland-generic" / "1").glob("*.toml")}


@pytest.fixture
def pack(tmp_path):
    def written(**files: str) -> Packs:
        folder = tmp_path / "local" / "1"
        folder.mkdir(parents=True)
        for name, text in (GOOD | {f"{name}.toml": text for name, text in files.items()}).items():
            (folder / name).write_text(text)
        return Packs(tmp_path)

    return written


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*")), ids=lambda path: f"{path.parent.name}@{path.name}")
def test_every_pack_that_ships_holds_together(path):
    policy = PACKS.policy(f"{path.parent.name}@{path.name}")
    assert policy.ref == f"{path.parent.name}@{path.name}"


def test_who_hears_of_what_is_said_of_events_that_exist():
    assert set(POLICY.recipients) <= set(CATALOGUE)


@pytest.mark.parametrize("ref", ["nobody@1", "scotland-generic@9", "scotland-generic", "../scotland-generic@1", "@"])
def test_a_pack_that_is_not_there_is_named(ref):
    with pytest.raises(PackBroken, match="no such policy pack"):
        PACKS.policy(ref)


def test_a_broken_pack_says_where(pack):
    with pytest.raises(PackBroken, match=r"local@1: requests/contributors_of_different_roles"):
        pack(pack=GOOD["pack.toml"].replace("_roles = 2", "_roles = 0")).policy("local@1")


def test_a_file_that_is_no_toml_is_named(pack):
    with pytest.raises(PackBroken, match=r"local/1/ladder\.toml"):
        pack(ladder="[[").policy("local@1")


def test_two_files_do_not_define_the_same(pack):
    with pytest.raises(PackBroken, match=r"zone stands twice"):
        pack(zone='zone = "Europe/London"').policy("local@1")


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2025, 11, 14), 5, date(2025, 11, 21)),
        (date(2025, 11, 15), 1, date(2025, 11, 17)),
        (date(2025, 12, 24), 1, date(2025, 12, 29)),
        (date(2025, 12, 31), 2, date(2026, 1, 6)),
        (date(2025, 11, 14), 0, date(2025, 11, 14)),
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays(day, count, expected):
    assert POLICY.after_working_days(day, count) == expected


def test_the_pupil_support_team_goes_by_many_names():
    assert all(POLICY.in_pupil_support_team(frozenset({role})) for role in ("guidance", "pupil_support"))
    assert not POLICY.in_pupil_support_team(frozenset({"teacher"}))
