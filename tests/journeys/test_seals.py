"""An auditor holds the authority to what it once signed, through HTTP, on both databases."""

import os
import subprocess
import sys
from base64 import b64decode
from uuid import uuid4

import pytest

from case_api.seals.verifier import included, read_checkpoint, read_key
from tests import sinks
from tests.journeys.api import ROOT
from tests.journeys.commands import stagepost
from tests.journeys.family import CONCERN, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio


async def signed(town: Town, at=None):
    """The checkpoint that an auditor gets, opened."""
    body = await town.door("auditor", at=at).seen("/v1/audit/checkpoint")
    size, root = read_checkpoint(body["checkpoint"], read_key(body["key"]))
    assert (body["size"], b64decode(body["root"])) == (size, root)
    return size, root


async def newest_event(town: Town) -> str:
    page = await town.door("auditor").seen("/v1/events", params={"limit": 500})
    return str(page["items"][-1]["id"])


async def test_what_was_just_recorded_is_in_the_next_checkpoint_of_either_process(town: Town):
    family = await register(town.school)
    size, _ = await signed(town)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    assert (await signed(town, at=town.other))[0] > size
    assert await signed(town) == await signed(town, at=town.other)


async def test_a_fact_is_proved_to_be_in_the_log(town: Town):
    family = await register(town.school)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    size, root = await signed(town)
    proof = await town.door("auditor").seen(
        "/v1/audit/proofs/inclusion", params={"event_id": await newest_event(town), "size": size}
    )
    leaf, path = b64decode(proof["leaf_hash"]), [b64decode(one) for one in proof["proof"]]
    assert included(leaf, proof["number"], size, path) == root


async def test_the_log_is_proved_to_have_been_added_to(town: Town):
    earlier, _ = await signed(town)
    await register(town.school)
    later, _ = await signed(town)
    found = await town.door("auditor").seen("/v1/audit/proofs/consistency", params={"from": earlier, "to": later})
    assert (found["earlier"], found["later"]) == (earlier, later)
    assert found["proof"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("inclusion", {"event_id": str(uuid4())}),
        ("consistency", {"from": 1, "to": 2**40}),
        ("consistency", {"from": 2, "to": 1}),
    ],
)
async def test_what_no_checkpoint_reaches_is_not_proved(path, params, town: Town):
    await register(town.school)
    answer = await town.door("auditor").get(f"/v1/audit/proofs/{path}", params=params)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.owasp("API5")
@pytest.mark.parametrize("role", ["pupil_support", "authority_admin", "notifier", "mis", "agency", "child_protection"])
async def test_how_many_facts_there_are_is_for_auditors_alone(role, town: Town):
    answer = await town.door(role, services=["slt"]).get("/v1/audit/checkpoint")
    assert answer.status_code == 403


async def test_an_empty_log_has_no_checkpoint(town: Town):
    neighbour = town.door("auditor", authority="auchterlee")
    assert (await neighbour.get("/v1/audit/checkpoint")).status_code == 404


def witness(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A process of its own, as a timer starts it."""
    told = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "services")}
    command = [sys.executable, "-m", "witness", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False, timeout=120)


async def test_a_case_is_exported_and_checked_and_the_whole_store_too(town: Town, tmp_path):
    sinks.SPARED.add(tmp_path)
    family = await register(town.school)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    key = (await town.door("auditor").seen("/v1/audit/checkpoint"))["key"]
    file, checkpoint = tmp_path / "case.json", tmp_path / "checkpoint"
    kept = (await town.door("auditor").seen("/v1/audit/checkpoint"))["checkpoint"]
    checkpoint.write_text(f"{kept}\n\n")  # as a shell may save it

    exported = await stagepost(town, "export", family.uuid, "--output", file)
    assert (exported.exit_code, exported.stderr) == (0, "")
    again = await stagepost(town, "export", family.uuid, "--output", file)
    assert (again.exit_code, again.stderr) == (2, "stagepost: the file is there already; nothing is written over it\n")
    nowhere = await stagepost(town, "export", family.uuid, "--output", tmp_path / "nowhere" / "case.json")
    assert (nowhere.exit_code, nowhere.stderr) == (2, "stagepost: the file cannot be written\n")
    checked = await stagepost(town, "verify", file, "--key", key, "--history")
    assert checked.exit_code == 0
    assert "concern raised, by pupil_support" in checked.stdout
    scrubbed = await stagepost(town, "verify", "--log", "--checkpoint", checkpoint)
    assert (scrubbed.exit_code, scrubbed.stderr) == (0, "")
    assert "auchterlee: 0 facts" in scrubbed.stdout

    file.write_text(file.read_text().replace("pupil_support", "somebody_else", 1))
    refused = await stagepost(town, "verify", file, "--key", key)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("stagepost: ALTERED: ")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("export", uuid4()), 4), (("verify", "nowhere.json"), 2), (("verify", "x", "--log"), 2)],
)
async def test_a_command_that_cannot_be_done_says_why_in_one_line(arguments, code, town: Town):
    done = await stagepost(town, *arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.startswith("stagepost: ")
    assert done.stderr.count("\n") == 1


async def test_a_witness_cosigns_a_log_that_grows_and_its_note_holds_the_store_to_it(town: Town, tmp_path):
    key = (await town.door("auditor").seen("/v1/audit/checkpoint"))["key"]
    (tmp_path / "key").write_text("5a" * 32)
    (tmp_path / "token").write_text(town.api.token("auditor"))
    asked = ["--name", "audit.example", "--log-key", key, "--url", town.api.base_urls[0], "--state", tmp_path / "last"]
    asked += ["--key", tmp_path / "key", "--token-file", tmp_path / "token"]

    first = witness(*asked)
    await register(town.school)
    second = witness(*asked)
    assert (first.returncode, second.returncode, first.stderr + second.stderr) == (0, 0, "")
    sizes = [read_checkpoint(one.stdout, read_key(key))[0] for one in (first, second)]
    assert sizes[0] < sizes[1]
    assert "— audit.example " in second.stdout
    assert (await stagepost(town, "verify", "--log", "--checkpoint", tmp_path / "last")).exit_code == 0


@pytest.mark.parametrize("command", [("verify", "--log"), ("retention",), ("backup", "copy"), ("keys", "list")])
async def test_a_command_that_looks_in_the_wrong_folder_makes_no_store_and_says_so(command, tmp_path):
    told = {"MODE": "test", "VAR": tmp_path / "nowhere", "AUTHORITIES": "moray"}
    lost = await stagepost({f"STAGEPOST_{name}": str(value) for name, value in told.items()}, *command)
    assert (lost.exit_code, lost.stdout) == (2, "")
    assert lost.stderr.startswith("stagepost: there is no ")
    assert lost.stderr.count("\n") == 1
    assert not (tmp_path / "nowhere").exists()
