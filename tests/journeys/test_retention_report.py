"""What is due to be destroyed is listed, by ids and days alone, while the service runs; nothing is destroyed by it."""

import json
from typing import Any

import pytest

from case_api.streams import stream_of_authority, told_of
from tests import canaries
from tests.journeys.family import Family, register
from tests.journeys.house import SINCLAIR, House

pytestmark = pytest.mark.anyio
LEFT = {"left_on": "2019-06-28", "reason": "school_over"}


async def left_long_ago(house: House) -> Family:
    family = await register(house.school, canaries.LEARNER)
    await house.school.done(f"{family.path}/leaving", LEFT)
    return family


async def report(house: House, *options: str) -> dict[str, Any]:
    """What is said of each record of the authority, by its id."""
    done = await house.stagepost("retention", "--json", *options)
    assert (done.exit_code, done.stderr) == (0, "")
    told = next(one for one in json.loads(done.stdout) if one["authority"] == "strathlorne")
    assert told["policy"] == "scotland-generic@1"
    return {one["record"]: one for one in told["records"]}


async def test_a_case_is_due_by_a_rule_since_a_day_and_a_hold_keeps_it(house: House):
    family, stays = await left_long_ago(house), await register(house.school)
    due = await report(house)
    assert stays.case_id not in due
    assert (due[family.case_id]["state"], due[family.case_id]["due_on"]) == ("due", "2024-06-28")
    [rule] = due[family.case_id]["rules"]
    assert (rule["counts_from"], rule["since"], rule["years"]) == ("leaving", "2019-06-28", 5)
    assert rule["source"].startswith("SCARRS")

    holds = f"{family.path}/retention-holds"
    hold = await house.door("authority_admin").done(holds, {"reason": "legal_claim"})
    held = (await report(house))[family.case_id]
    assert held["state"] == "held"
    assert held["holds"] == [{"hold_id": hold["id"], "reason": "legal_claim", "until": None}]
    await house.door("authority_admin").done(f"{holds}/{hold['id']}/lifting", {"reason": "claim_settled"})
    assert (await report(house))[family.case_id]["state"] == "due"
    assert (await house.school.get(family.path)).status_code == 200, "nothing was destroyed"


async def test_only_cases_are_records_and_neither_their_ledgers_nor_the_authority_itself(house: House):
    family = await left_long_ago(house)
    kept = {"person_id": family.anna, "extent": "detail", "reason": "A wish.", "authoriser": "hay"}
    await house.school.done(f"{family.path}/withholdings", {**kept, "review_on": "2027-01-10"})
    every = await report(house, "--all")
    assert family.case_id in every
    assert {str(told_of(family.uuid)), str(stream_of_authority("strathlorne"))}.isdisjoint(every)


async def test_the_report_can_be_asked_for_another_day_and_for_every_record(house: House):
    family = await left_long_ago(house)
    assert family.case_id not in await report(house, "--on", "2024-06-27")
    every = await report(house, "--on", "2024-06-27", "--all")
    assert every[family.case_id]["state"] == "kept"
    assert family.case_id in await report(house, "--on", "2024-06-28")


async def test_the_table_names_the_command_and_nobody(house: House):
    family = await left_long_ago(house)
    done = await house.stagepost("retention")
    assert f"  due    2024-06-28  {family.case_id}\n" in done.stdout
    assert f"         stagepost erase {family.case_id} --reason retention_period_over --by " in done.stdout
    assert "5 years from leaving (2019-06-28): SCARRS 10.002.014" in done.stdout
    assert "auchterlee, cases on " in done.stdout
    assert canaries.LEARNER not in done.stdout
    assert "Anna" not in done.stdout


async def test_a_matter_is_listed_by_its_own_id_and_only_where_it_is_asked_for(house: House):
    case_id = (await left_long_ago(house)).case_id
    concern = {"case_id": case_id, "concern": "What she said.", "coordinator": "sinclair"}
    await house.door("authority_admin").done("/v1/directory/staff", SINCLAIR)
    matter_id = (await house.door("teacher", sub="bain").done("/v1/matters", concern))["id"]
    assert matter_id not in (await house.stagepost("retention", "--all")).stdout
    asked = ("retention", "--all", "--sealed", "--on", "2042-01-01")
    sealed = (await house.stagepost(*asked, "--as", "sinclair")).stdout
    assert f"erase --matter {matter_id} --reason retention_period_over" in sealed
    assert "25 years from birth (2016-05-11)" in sealed
    assert case_id not in sealed
    assert " erased" not in sealed, "a matter that was erased has no group to be shown to"
    assert matter_id not in (await house.stagepost(*asked, "--as", "okafor")).stdout
    nobody = await house.stagepost(*asked)
    assert (nobody.exit_code, nobody.stdout, nobody.stderr.count("\n")) == (2, "", 1)
    assert "--as" in nobody.stderr


async def test_what_was_erased_is_due_no_more_and_nobody_has_access_to_it(house: House, tmp_path):
    family = await left_long_ago(house)
    erase = ("erase", family.case_id, "--reason", "retention_period_over", "--by", "reid", "--yes")
    holds = f"{family.path}/retention-holds"
    hold = await house.door("authority_admin").done(holds, {"reason": "legal_claim"})
    assert (await house.stagepost(*erase)).exit_code == 5, "a hold stands"
    await house.door("authority_admin").done(f"{holds}/{hold['id']}/lifting", {"reason": "claim_settled"})
    done = await house.stagepost(*erase)
    assert done.exit_code == 0, done.output
    assert (await report(house, "--all"))[family.case_id]["state"] == "erased"
    asked = await house.stagepost("subject-access", family.case_id, "--for", family.learner, "--out", tmp_path / "out")
    assert (asked.exit_code, list((tmp_path / "out").iterdir())) == (4, [])


async def test_nobody_is_erased_as_due_before_the_schedule_says_so(house: House):
    stays, due = await register(house.school), await left_long_ago(house)
    as_due, upheld = (("--reason", reason, "--by", "reid") for reason in ("retention_period_over", "request_upheld"))
    for options in ((), ("--yes",)):
        refused = await house.stagepost("erase", stays.case_id, *as_due, *options)
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (5, "", 1)
        assert "retention period of this record is not over" in refused.stderr
        assert refused.stderr.endswith("(no day yet)\n")
    assert (await house.school.get(stays.path)).status_code == 200
    early = await house.stagepost("erase", stays.case_id, *upheld)
    assert early.exit_code == 0
    assert "By the schedule it is kept until a day that is not known yet." in early.stdout
    said = await house.stagepost("erase", due.case_id, *as_due)
    assert said.exit_code == 0
    assert "By the schedule it is due since 2024-06-28." in said.stdout
    assert (await house.stagepost("erase", due.case_id, *as_due, "--yes")).exit_code == 0


async def test_whoever_is_held_is_told_by_which_hold(house: House):
    family = await left_long_ago(house)
    hold = await house.door("authority_admin").done(f"{family.path}/retention-holds", {"reason": "legal_claim"})
    refused = await house.stagepost("erase", family.case_id, "--reason", "retention_period_over", "--by", "reid")
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert refused.stderr.endswith(f"lift those named here. ({hold['id']} legal_claim)\n")
    assert "missing" not in refused.stderr


async def test_a_day_that_is_none_is_refused_in_words(house: House):
    done = await house.stagepost("retention", "--on", "yesterday")
    assert (done.exit_code, done.stdout) == (2, "")
