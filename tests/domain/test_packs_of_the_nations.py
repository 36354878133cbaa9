"""The packs that ship, by nation: what is local is data, and a pack may build on another one."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.policy import Policy
from case_api.packs import PackBroken, Packs
from tests.domain.running import PACKS

SHIPPED = ("scotland-generic@1", "three-stage@1", "england-sen@1", "wales-aln@1", "ni-three-stage@1")
SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI = (PACKS.policy(ref) for ref in SHIPPED)
every_pack = pytest.mark.parametrize("policy", [SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI], ids=SHIPPED)


def labels(policy: Policy) -> Iterator[Mapping[str, str]]:
    """Every label of a pack, by language."""
    yield from (one.label for one in policy.ladder)
    yield from (one.label for one in policy.strategies)
    yield from (one.label for one in policy.targeted_strategies)
    yield from (one.label for one in policy.entitlements)


@pytest.mark.parametrize(
    ("policy", "codes"),
    [
        (SCOTLAND, ["universal", "universal_augmented", "targeted", "targeted_statutory"]),
        (THREE_STAGE, ["universal", "additional", "intensive"]),
        (ENGLAND, ["ordinary_teaching", "sen_support", "ehc_needs_assessment", "ehcp"]),
        (WALES, ["universal_provision", "school_idp", "local_authority_idp"]),
        (NI, ["whole_school", "stage_1", "stage_2", "stage_3"]),
    ],
    ids=SHIPPED,
)
def test_each_nation_has_its_own_ladder(policy: Policy, codes: list[str]):
    assert [stage.code for stage in policy.ladder] == codes


@every_pack
def test_the_most_intrusive_stage_is_targeted_and_the_first_is_not(policy: Policy):
    targeted = [stage.targeted for stage in policy.ladder]
    assert targeted == sorted(targeted)
    assert (targeted[0], targeted[-1]) == (False, True)


def test_only_scotland_presumes_that_a_learner_of_twelve_can_decide():
    ages = [policy.agreements.learner_decides_from_age for policy in (SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI)]
    assert ages == [12, 12, 16, 16, 16]


@pytest.mark.parametrize(
    ("policy", "role"),
    [(ENGLAND, "senco"), (WALES, "alnco"), (NI, "learning_support_coordinator"), (THREE_STAGE, "guidance")],
)
def test_the_team_is_called_what_it_is_called_there(policy: Policy, role: str):
    assert policy.in_pupil_support_team(frozenset({role}))
    assert not SCOTLAND.in_pupil_support_team(frozenset({role}) - {"guidance"})


def test_every_label_of_the_welsh_pack_is_in_welsh_too():
    assert all({"en", "cy"} <= set(label) for label in labels(WALES))


@every_pack
def test_every_label_is_in_english(policy: Policy):
    assert all("en" in label for label in labels(policy))


@every_pack
def test_families_of_every_nation_hear_of_the_same_events_and_of_events_that_exist(policy: Policy):
    assert policy.recipients == SCOTLAND.recipients
    assert set(policy.recipients) <= set(CATALOGUE)


@pytest.mark.parametrize("policy", [ENGLAND, WALES, NI], ids=SHIPPED[2:])
def test_what_is_scottish_stays_in_scotland(policy: Policy):
    for table in ("holidays", "ladder", "strategies", "entitlements", "agreements", "meetings", "sessions", "roles"):
        assert getattr(policy, table) != getattr(SCOTLAND, table), table


@pytest.mark.parametrize(
    ("day", "off"),
    [
        ("2025-04-21", [ENGLAND, WALES, NI]),  # Easter Monday
        ("2025-08-04", [SCOTLAND, THREE_STAGE]),  # summer, in Scotland
        ("2025-08-25", [ENGLAND, WALES, NI]),  # summer, elsewhere
        ("2025-12-01", [SCOTLAND, THREE_STAGE]),  # St Andrew's Day, which was a Sunday
        ("2026-01-02", [SCOTLAND, THREE_STAGE]),
        ("2026-03-17", [NI]),  # St Patrick's Day
        ("2026-04-03", [SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI]),  # Good Friday
        ("2026-07-13", [NI]),  # the Boyne, which was a Sunday
        ("2026-12-28", [SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI]),  # Boxing Day, which was a Saturday
        ("2027-12-27", [SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI]),  # Christmas Day, which was a Saturday
        ("2026-06-15", [SCOTLAND, THREE_STAGE]),  # the football World Cup
        ("2027-06-15", []),
    ],
)
def test_each_nation_has_its_own_bank_holidays(day: str, off: list[Policy]):
    everywhere = (SCOTLAND, THREE_STAGE, ENGLAND, WALES, NI)
    assert [one.name for one in everywhere if date.fromisoformat(day) in one.holidays] == [one.name for one in off]


@every_pack
def test_holidays_are_weekdays_of_2025_to_2027(policy: Policy):
    assert all(day.weekday() < 5 for day in policy.holidays)
    assert {day.year for day in policy.holidays} == {2025, 2026, 2027}


@every_pack
def test_terms_follow_one_another_and_hold_their_breaks(policy: Policy):
    assert len(policy.sessions) == 2
    assert all(one.last < other.first for one, other in pairwise(policy.sessions))
    for session in policy.sessions:
        assert all(session.first < pause.first <= pause.last < session.last for pause in session.breaks)
        assert policy.calendar.is_school_day(session.first)
        assert policy.calendar.is_school_day(session.last)


def test_what_a_pack_does_not_say_is_as_in_the_pack_it_is_based_on():
    assert THREE_STAGE.strategies == SCOTLAND.strategies
    assert THREE_STAGE.holidays == SCOTLAND.holidays
    assert "based_on" not in (PACKS.content("three-stage", "1") or {})


@pytest.mark.parametrize("base", ["nobody@1", "local@1", "other@1"])
def test_a_pack_is_based_on_another_one_that_exists(tmp_path, base: str):
    for name, on in {"local": base, "other": "local@1"}.items():
        (tmp_path / name / "1").mkdir(parents=True)
        (tmp_path / name / "1" / "pack.toml").write_text(f'# A pack.\nbased_on = "{on}"\n')
    with pytest.raises(PackBroken, match=r"^(local|other)/1/pack\.toml, line 2: based_on: "):
        Packs(tmp_path).policy("local@1")
