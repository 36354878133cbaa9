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


@pytest.mark.parametrize(
    ("file", "good", "broken", "at", "why"),
    [
        ("pack", "_roles = 2", "_roles = 0", "_roles = 0", "requests/contributors_of_different_roles: .* 1$"),
        ("pack", "Europe/London", "Europe/Atlantis", "zone =", "zone: there is no such time zone$"),
        (
            "pack",
            '"SCT"',
            '"XYZ"',
            "[public_holidays]",
            "public_holidays: the public calendar knows no such country .*$",
        ),
        ("pack", "[2025,", "[1066,", "years = ", "public_holidays/years/0: .*1900$"),
        ("ladder", "rank = 2", 'rank = "two"', '"two"', "ladder/2/rank: .*valid integer"),
        ("ladder", "rank = 1", "rank = 7", "[[ladder]]", "ladder: the stages stand in order of rank"),
        ("ladder", '"targeted"', '"universal"', "[[ladder]]", "ladder: a code stands twice$"),
        ("ladder", '"targeted"', '"Not a code"', '"Not a code"', "ladder/2/code: .*match pattern"),
        ("agreements", "default_months", "months", "[agreements]", "agreements/default_months: Field required"),
        (
            "agreements",
            "default_months = 12",
            "default_months = 0",
            "default_months",
            "agreements/default_months: .*1$",
        ),
        ("strategies", '"nurture"', '"quiet_space"', "[[strategies]]", "strategies: a code stands twice$"),
        ("ladder", '"need_assessed"', '"a_hunch"', '"a_hunch"', "ladder/1/entry_evidence/0: .*need_assessed"),
        (
            "recipients",
            'ReviewHeld = [{ role = "carers", duty = "F" }, ',
            "ReviewHeld = [",
            "[recipients]",
            "recipients: carers are not told of ReviewHeld$",
        ),
        ("retention", "years = 5", "years = 0", "years = 0", "retention/0/years: .*1$"),
        ("retention", '= "leaving"', '= "graduation"', '"graduation"', "retention/0/counts_from: .*'leaving'"),
        (
            "retention",
            '= "last_involvement"',
            '= "leaving"',
            "[[retention]]",
            "retention: two rules count from the same day",
        ),
        ("recipients", 'duty = "N"', 'duty = "X"', '"X"', "recipients/ConcernRaised/0/duty: .*'A', 'B', 'F' or 'N'$"),
    ],
)
def test_a_broken_value_is_refused_with_its_file_its_line_and_the_reason(pack, file, good, broken, at, why):
    text = GOOD[f"{file}.toml"].replace(good, broken, 1)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if at in words)
    with pytest.raises(PackBroken, match=rf"^local/1/{file}\.toml, line {line}: {why}"):
        pack(**{file: text}).policy("local@1")


def test_every_fault_of_a_broken_pack_is_named(pack):
    broken = pack(
        pack=GOOD["pack.toml"].replace("_roles = 2", "_roles = 0").replace("Europe/London", "nowhere"),
        ladder=GOOD["ladder.toml"].replace("rank = 2", "rank = -2"),
    )
    with pytest.raises(PackBroken) as refused:
        broken.policy("local@1")
    told = [fault.split(": ")[1] for fault in str(refused.value).splitlines()]
    assert told == ["zone", "ladder/2/rank", "requests/contributors_of_different_roles"]


def test_what_a_pack_lacks_has_no_line(pack):
    with pytest.raises(PackBroken, match=r"^local/1: agreements: Field required$"):
        pack(agreements="").policy("local@1")


@pytest.mark.parametrize(
    ("text", "at"),
    [("[[", 1), ('\n\n[ladder]\ncode = "a"\ncode = "b"\n', 5), ('code = "a"\nlabel = "open', 2), ("a = {\n", 1)],
)
def test_a_file_that_is_no_toml_is_refused_with_the_line(pack, text, at):
    with pytest.raises(PackBroken, match=rf"^local/1/ladder\.toml, line {at}: \w.*[^)]$"):
        pack(ladder=text).policy("local@1")


def test_a_file_that_is_no_text_is_refused(pack):
    packs = pack()
    (packs.folder / "local" / "1" / "ladder.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PackBroken, match=r"^local/1/ladder\.toml: not UTF-8$"):
        packs.policy("local@1")


def test_two_files_do_not_define_the_same(pack):
    with pytest.raises(PackBroken, match=r"^local/1/zone\.toml, line 2: zone stands twice, here and in pack\.toml$"):
        pack(zone='\nzone = "Europe/London"').policy("local@1")


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


@pytest.mark.parametrize(
    ("ref", "day", "off"),
    [
        ("scotland-generic@1", date(2025, 12, 1), True),
        ("scotland-generic@1", date(2026, 1, 2), True),
        ("scotland-generic@1", date(2026, 4, 6), False),
        ("scotland-generic@1", date(2026, 12, 28), True),
        ("england-sen@1", date(2026, 4, 6), True),
        ("england-sen@1", date(2026, 1, 2), False),
        ("wales-aln@1", date(2026, 8, 31), True),
        ("ni-three-stage@1", date(2026, 3, 17), True),
        ("three-stage@1", date(2025, 12, 1), True),
    ],
)
def test_public_holidays_are_those_of_the_nation(ref, day, off):
    assert PACKS.policy(ref).calendar.is_working_day(day) is not off


def test_an_authority_adds_days_of_its_own(pack):
    packs = pack(pack="holidays = [2026-02-13]\n" + GOOD["pack.toml"])
    calendar = packs.policy("local@1").calendar
    assert not calendar.is_working_day(date(2026, 2, 13))
    assert not calendar.is_working_day(date(2025, 12, 1))


def test_what_is_published_holds_the_days_themselves():
    content = PACKS.content("scotland-generic", "1")
    assert content is not None
    assert date(2025, 12, 1) in content["holidays"]
    assert "public_holidays" not in content
