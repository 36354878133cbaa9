"""The running API keeps what its document promises: every operation, every check, a fixed seed (schemathesis)."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.api import ROOT, Api, clients, serving
from tests.journeys.family import CONCERN, REQUEST, SERVICE, Door, Family, agreed
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio
SEED = int(os.environ.get("STAGEPOST_TEST_CONTRACT_SEED", "23"))
EXAMPLES = int(os.environ.get("STAGEPOST_TEST_CONTRACT_EXAMPLES", "3"))
"""For each operation, beside those that cover its schema; more are run by `make test-slow`."""
LONGEST = 600
STAFF = (
    "teacher", "pupil_support", "support_assistant", "school_leader", "external", "mis",
    "authority_admin", "auditor", "notifier", "child_protection",
)  # fmt: skip
PEOPLE = 8
SETTINGS = """
seed = {seed}
workers = 1
max-redirects = 0
request-timeout = 20.0
hooks = "tests.contract.callers"
color = false

[warnings]
fail-on = true

[generation]
max-examples = {examples}
allow-x00 = false
no-shrink = true
database = "none"

[phases]
examples.extra-data-sources.responses = false
coverage.extra-data-sources.responses = false
fuzzing.extra-data-sources.responses = false

[checks.missing_required_header]
expected-statuses = [400, 401, 403, 406, 415, 422, 428]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "404", "409"]

[[operations]]
include-operation-id = [
    "feed", "timeline", "caseload", "agency_desk", "contact_tasks", "postcards_awaiting_reply",
    "matters", "watches", "unsupported_concerns", "reviews_due", "my_learners_partners",
    "family_view", "collaboration_report", "accesses", "alerts", "family_lookers",
]
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", "400", "404", "409"]
"""


async def known(school: Door, slt: Door) -> tuple[dict[str, str], dict[str, str]]:
    """Values that lead somewhere: by name of the parameter of a path, and by that of the field of a body."""
    family = await agreed(school)
    concern = await school.done(f"{family.path}/concerns", CONCERN)
    p5 = {"setting": "burnside-primary", "setting_class": "p5", "from_day": "2025-08-20"}
    await school.done(f"{family.path}/placements", p5)
    support = await school.done(f"{family.path}/supports", {"strategy_code": "visual_timetable"})
    request = await school.done(family.requests, REQUEST)
    card = {"direction": "try_at_home", "carer": family.anna, "text": "Four pictures.", "language": "en"}
    postcard = await school.done(f"{family.path}/postcards", card)
    call = {"kind": "planning", "at": "2099-02-10T14:00:00Z", "place": "The library", "purpose": "What next."}
    meeting = await school.done(f"{family.path}/meetings", call)
    plan = await school.done(f"{family.path}/plans", plan_for(family), headers={"If-Match": "*"})
    transfer = await school.done(f"{family.path}/transfers", await move_to_the_academy(school))
    events = [event["id"] for event in (await school.seen("/v1/events"))["items"] if "subject" in event]
    kept = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    review = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    withholding = await school.done(f"{family.path}/withholdings", {**kept, "review_on": review})
    hold = await school.done(f"{family.path}/retention-holds", {"reason": "legal_claim"})
    in_matter = await a_matter(school, family)
    updates = f"{family.requests}/{request['id']}/updates"
    await slt.done(updates, {"kind": "accept", "input_kind": "consultation", "practitioner": "Ms Rao"})
    cards = await slt.done(updates, {"kind": "recommend", "strategies": ["One step at a time"]})
    in_paths = {
        **in_matter,
        "case_id": family.case_id,
        "agreement_id": family.agreements[family.anna],
        "concern_id": concern["id"],
        "measure_id": support["id"],
        "request_id": request["id"],
        "recommendation_id": cards["id"],
        "thread": postcard["id"],
        "meeting_id": meeting["id"],
        "plan_id": plan["id"],
        "transfer_id": transfer["id"],
        "withholding_id": withholding["id"],
        "hold_id": hold["id"],
        "event_id": events[-1],
        "setting_id": "burnside-primary",
        "slug": "not-found",
    }
    person = {"party": family.anna, "asked_by": family.anna, "person_id": family.anna}
    person |= {"carer": family.anna, "to": family.anna}
    codes = {"service": "slt", "purpose": "speech", "strategy_code": "visual_timetable"}
    codes |= {"setting": "burnside-primary", "setting_class": "p5"}
    return in_paths, {"event_id": events[-1], "supersedes": events[0], **person, **codes}


async def move_to_the_academy(school: Door) -> dict[str, str]:
    """Somebody there can receive the record."""
    there = {"staff": "lennox", "setting": "burnside-academy", "role": "teacher", "from_day": "2025-08-18"}
    await school.done("/v1/directory/staff", there)
    return {"to_setting": "burnside-academy", "to_staff": "lennox", "from_day": "2099-08-18"}


async def a_matter(school: Door, family: Family) -> dict[str, str]:
    """A child-protection matter of whose group everybody is who calls, with an override in it."""
    group = {"coordinator": "person-0", "others": [f"person-{number}" for number in range(1, PEOPLE)]}
    there = {"setting": "burnside-primary", "from_day": "2025-08-01"}
    await school.done("/v1/directory/staff", {"staff": "person-0", "role": "child_protection", **there})
    body = {"case_id": family.case_id, "concern": "What she said.", **group}
    matter_id = (await school.done("/v1/matters", body))["id"]
    override = {"asked_by": "person-1", "emergency": True}
    path = f"/v1/matters/{matter_id}"
    override_id = (await school.done(f"{path}/overrides", override))["id"]
    meeting = {"kind": "cppm", "at": "2099-02-10T14:00:00Z", "purpose": "Plan."}
    meeting_id = (await school.done(f"{path}/meetings", meeting))["id"]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    kept = {"person_id": family.anna, "extent": "detail", "reason": "Risk.", "review_on": tomorrow}
    withholding_id = (await school.done(f"{path}/withholdings", {**kept, "authoriser": "person-0"}))["id"]
    await school.done("/v1/directory/staff", {"staff": "person-2", "role": "teacher", **there})
    gone = {"to_setting": "burnside-primary", "to_staff": "person-2", "from_day": "2025-08-18", "reason": "Moves."}
    transfer_id = (await school.done(f"{path}/transfers", gone))["id"]
    within = {"meeting_id": meeting_id, "withholding_id": withholding_id, "transfer_id": transfer_id}
    named = {f"matters:{name}": value for name, value in within.items()}
    return {"matter_id": matter_id, "override_id": override_id, **named}


def plan_for(family: Family) -> dict[str, Any]:
    need = {"need": "speech_sounds", "action": "Games", "outcome": "Is understood", "responsible": "hay"}
    missing = [{"party": person, "reason": "Asked later."} for person in (family.learner, family.anna, family.piotr)]
    return {
        "needs": [{**need, "by_when": "2099-05-19"}],
        "parties": [{"role": "pupil_support", "name": "hay"}],
        "views_missing": missing,
    }


def run_against(api: Api, folder: Path, things: object) -> "subprocess.CompletedProcess[str]":
    people = [api.token(*STAFF, sub=f"person-{number}") for number in range(PEOPLE)]
    tokens = {
        "STAGEPOST_TEST_PEOPLE": json.dumps(people),
        "STAGEPOST_TEST_AGENCY": api.token("agency", sub="slt", services=["slt"]),
        "STAGEPOST_TEST_KNOWN": json.dumps(things),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "services"), str(ROOT))),
    }
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            f"--config-file={folder / 'schemathesis.toml'}",
            "run",
            f"{api.base_urls[0]}/openapi.json",
            "--checks=all",
        ],
        cwd=folder,
        env={**os.environ, **tokens},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


async def test_the_api_keeps_what_its_document_promises(nursery: Nursery, tmp_path: Path):
    async with serving(nursery, "sqlite", tmp_path) as api, clients(api.base_urls) as [client]:
        staff, slt = Door(client, api.bearer(*STAFF)), Door(client, api.bearer("agency", services=["slt"]))
        await staff.done("/v1/directory/services", SERVICE)
        (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(seed=SEED, examples=EXAMPLES))
        run = run_against(api, tmp_path, await known(staff, slt))
    (tmp_path / "report.txt").write_text(run.stdout + run.stderr)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    unforeseen = [line for line in api.log.read_text().splitlines() if '"incident"' in line]
    assert [line for line in unforeseen if '"event":"alert: ' not in line] == []
