"""What an operator is shown by a command is on record as shown before it is put out, or it is not put out (ADR 29)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from case_api.store.accesses import Accesses
from case_api.store.append import StoreUnavailable
from tests import canaries
from tests.journeys.api import AUTHORITY
from tests.journeys.family import Family, register
from tests.journeys.house import SINCLAIR, House
from tests.sinks import SPARED

pytestmark = pytest.mark.anyio
WHY = ("--reason", "request_upheld", "--by", "okafor")
COMMANDS = {"export", "subject-access", "retention", "erase"}


async def left(house: House) -> Family:
    family = await register(house.school, canaries.LEARNER)
    await house.school.done(f"{family.path}/leaving", {"left_on": "2019-06-28", "reason": "school_over"})
    return family


async def looks_of(house: House, family: Family) -> list[dict[str, Any]]:
    found = await house.door("auditor").seen("/v1/audit/accesses", params={"case_id": family.case_id, "limit": 100})
    return [one for one in found["items"] if one["role"] == "operator"]


def asked(family: Family, out: Path) -> dict[str, tuple[object, ...]]:
    """Each command that shows something of a learner."""
    return {
        "export": ("export", family.case_id, "--people", "--as", "reid"),
        "subject-access": ("subject-access", family.case_id, "--for", family.learner, "--out", out, "--as", "reid"),
        "retention": ("retention", "--as", "reid"),
        "erase": ("erase", family.case_id, "--reason", "request_upheld", "--by", "reid"),
    }


async def test_each_command_that_shows_a_learner_leaves_who_looked(house: House, tmp_path):
    SPARED.add(tmp_path)
    family = await left(house)
    for count, (command, arguments) in enumerate(asked(family, tmp_path / "out").items(), 1):
        done = await house.stagepost(*arguments)
        assert done.exit_code == 0, done.output
        looks = await looks_of(house, family)
        assert len(looks) == count
        assert (looks[0]["subject"], looks[0]["organisation"], looks[0]["decision"]) == ("reid", AUTHORITY, "released")
        assert (looks[0]["client"], looks[0]["seen"], looks[0]["purpose"]) == (f"stagepost {command}", command, command)
    assert set(asked(family, tmp_path)) == COMMANDS


async def test_who_goes_over_an_erasure_again_is_on_record_as_having_looked(house: House):
    family = await left(house)
    assert (await house.stagepost("erase", family.case_id, *WHY, "--yes")).exit_code == 0
    assert await looks_of(house, family) == [], "that it was decided is a fact"
    for options in (("--yes",), ()):
        again = await house.stagepost("erase", family.case_id, "--reason", "court_order", "--by", "reid", *options)
        assert (again.exit_code, "before" in again.stdout) == (0, True)
    assert [(one["subject"], one["seen"]) for one in await looks_of(house, family)] == [("reid", "erase")] * 2


async def test_who_is_not_named_is_the_account_of_the_machine_and_nobody_who_signs_in(house: House, monkeypatch):
    family = await left(house)
    monkeypatch.setattr("getpass.getuser", lambda: "ops")
    assert (await house.stagepost("export", family.case_id)).exit_code == 0
    assert [one["subject"] for one in await looks_of(house, family)] == ["os:ops"]
    for name in ("two words", "", "naïve"):
        refused = await house.stagepost("export", family.case_id, "--as", name)
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert len(await looks_of(house, family)) == 1


async def test_where_it_cannot_be_written_nothing_is_put_out(house: House, tmp_path, monkeypatch):
    family = await left(house)

    async def full(*_: object) -> None:
        raise StoreUnavailable("the file cannot be written: SQLITE_FULL")

    monkeypatch.setattr(Accesses, "add", full)
    for command, arguments in asked(family, tmp_path / "out").items():
        done = await house.stagepost(*arguments)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (3, "", 1), command
    assert list((tmp_path / "out").iterdir()) == []


async def test_a_family_hears_that_somebody_who_runs_the_record_looked(house: House):
    family = await left(house)
    assert (await house.stagepost("export", family.case_id)).exit_code == 0
    anna = house.door("carer", sub="anna", person=family.anna, case=family.case_id)
    looked = (await anna.seen(f"{family.path}/accesses"))["looked"]
    assert {"who": "Somebody who runs the record for the authority", "text": "The record."}.items() <= {
        key: value for one in looked if one["who"].startswith("Somebody who runs") for key, value in one.items()
    }.items()


async def test_a_look_at_matters_is_seen_by_their_group_alone(house: House):
    family = await left(house)
    await house.door("authority_admin").done("/v1/directory/staff", SINCLAIR)
    concern = {"case_id": family.case_id, "concern": "What she said.", "coordinator": "sinclair"}
    matter_id = (await house.door("teacher", sub="bain").done("/v1/matters", concern))["id"]
    sinclair, auditor = house.door("child_protection", sub="sinclair"), house.door("auditor")
    before = len((await auditor.seen("/v1/audit/accesses", params={"subject": "sinclair"}))["items"])
    every = ("--sealed", "--all", "--as")
    assert matter_id in (await house.stagepost("retention", *every, "sinclair")).stdout
    assert matter_id not in (await house.stagepost("retention", *every, "okafor")).stdout
    dry = await house.stagepost("erase", "--matter", matter_id, "--reason", "court_order", "--by", "sinclair")
    assert dry.exit_code == 0
    looks = (await sinclair.seen(f"/v1/matters/{matter_id}/accesses"))["items"]
    assert [one["seen"] for one in looks if one["role"] == "operator"] == ["erase", "retention"]
    assert len((await auditor.seen("/v1/audit/accesses", params={"subject": "sinclair"}))["items"]) == before
    assert [one for one in await looks_of(house, family) if one["subject"] == "sinclair"] == []


async def test_a_command_works_by_the_time_of_the_record_where_that_is_ahead_of_the_machine(house: House):
    """A demo's clock was moved on by years; what a command records and says comes after the story's last fact."""
    ahead = datetime.now(UTC) + timedelta(days=1500)
    moved = await house.client.put("/clock", json={"now": ahead.isoformat()})
    assert moved.status_code == 200, moved.text
    family = await left(house)
    made = await house.stagepost(
        "keys", "new", "desk", "--organisation", "o", "--role", "mis", "--days", "10", "--authority", AUTHORITY
    )
    assert made.exit_code == 0, made.output
    listed = (await house.stagepost("keys", "list", "--authority", AUTHORITY)).stdout
    assert f" live desk of o: mis, until {(ahead + timedelta(days=10)).date()}" in listed
    report = json.loads((await house.stagepost("retention", "--json")).stdout)
    assert report[0]["on"] >= ahead.date().isoformat()
    [look] = await looks_of(house, family)
    assert datetime.fromisoformat(look["at"]) >= ahead
    assert (await house.stagepost("erase", family.case_id, *WHY, "--yes")).exit_code == 0
    story = (await house.door("auditor").seen(f"{family.path}/timeline"))["items"]
    assert story[-1]["type"] == "PersonalDataKeyDestroyed.v1"
    assert datetime.fromisoformat(story[-1]["recorded_at"]) >= datetime.fromisoformat(story[-2]["recorded_at"])
    assert datetime.fromisoformat(story[-1]["occurred_at"]) >= ahead
