"""The demo as a person meets it: started, read, stopped, started again on the same records."""

import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.ports import Ports, PortsUnusable
from demo.processes import ChildFailed, Household, Program
from demo.script import Row, read_staff, read_story
from tests import canaries
from tests.house.test_documents import commands
from tests.journeys.api import ROOT, free_port
from tests.journeys.demo_process import PATIENCE, Demo, is_open, running

ROLES = {
    "teacher", "pupil_support", "guidance", "support_assistant", "school_leader", "external", "agency_slt",
    "agency_camhs", "agency_harbour", "child_protection", "mis", "authority_admin", "auditor", "notifier", "carer",
    "learner",
}  # fmt: skip
PERSONAL = (
    "Maja Nowak-Reid", "Callum Fraser", "Isla Boyd", "Anna Nowak", "Eilidh Fraser", "Grant Fraser", "Kirsty Boyd",
    "Dean Boyd", "220511906", "220930714", "220214118", "tom.reid@home.example", "grant.fraser@away.example",
    "hay@burnside-primary.example", "+447700900311", "Pictures show me what to do",
    "My father need not hear the details", "He wants to know first", "Low in spirits for some weeks",
    "Understood two-step instructions", "Cztery obrazki przed snem", "no detail of it to reach his father",
    "What Isla said after the break", "would have put Isla at risk", "A joint investigation", "callum.fraser@pupils",
)  # fmt: skip

BY_THE_CLERK = ("Watch", "ConsentExpired", "InvolvementPaused")
"""What the clerk records when it comes round, in the demo perhaps on a later day of the story."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A first run, with everything delivered."""
    with running(tmp_path_factory.mktemp("demo")) as demo:
        demo.wait_until_told()
        demo.wait_until_settled()
        yield demo


def test_it_prints_where_everything_is(demo: Demo):
    assert all(demo.written[name] in demo.said for name in ("case_api", "notifier", "mail"))
    assert all(token in demo.said for token in demo.written["tokens"].values())


def test_a_script_finds_addresses_tokens_and_cases_in_a_private_file(demo: Demo):
    assert set(demo.written) == {"case_api", "notifier", "mail", "tokens", "cases"}
    assert set(demo.written["cases"]) == {"maja", "callum", "isla"}
    assert stat.S_IMODE((demo.var / "demo.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_token_is_accepted(demo: Demo, role: str):
    assert set(demo.written["tokens"]) == ROLES
    assert demo.get("/v1/directory", role).status_code == 200


REQUESTS = [command for command in commands(ROOT / "README.md") if command.startswith("curl")]
"""The story in five requests, as the README teaches it."""


def asked(demo: Demo, command: str) -> dict[str, Any]:
    """What a terminal shows that read `demo.env` first."""
    said = subprocess.run(
        ["sh", "-c", f'. "{demo.var}/demo.env"; {command}'], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def test_the_readme_tells_the_story_in_five_requests(demo: Demo):
    timeline, refused, agreements, stage, told = (asked(demo, command) for command in REQUESTS)
    assert {"ConcernRaised.v1", "UniversalSupportApplied.v1", "ConsentGranted.v1", "ReviewHeld.v1"} <= {
        entry["type"] for entry in timeline["items"]
    }
    assert (refused["status"], refused["rule_id"]) == (409, "I1")
    assert {"I2", "I10", "purpose-needs"} <= {missing["rule_id"] for missing in refused["missing"]}
    assert agreements["items"][0]["together"]["status"] == "satisfied"
    assert stage["code"] == "universal"
    assert {"sent", "unreachable"} <= {line["delivery"] for line in told["items"]}


def test_each_message_went_out_on_the_day_of_what_it_tells(demo: Demo):
    happened = {one["event_id"]: one["recorded_at"][:10] for one in _whole_timeline(demo, "maja")}
    told = demo.seen(f"{demo.case('maja')}/told")["items"]
    by_programs = [line for line in told if "by_hand" not in line and not line["about_type"].startswith(BY_THE_CLERK)]
    assert len(by_programs) > 50
    assert [line for line in by_programs if line["at"][:10] != happened[line["about"]]] == []


def test_a_service_sees_its_own_request_and_no_other(demo: Demo):
    desk = demo.seen("/v1/agency-involvement", "agency_slt")["items"]
    assert [item["case_id"] for item in desk] == [demo.written["cases"]["maja"]]


def test_maja_is_back_at_the_second_stage_at_the_end_of_the_year(demo: Demo):
    stage = demo.seen(f"{demo.case('maja')}/stage")
    assert (stage["code"], stage["since"]) == ("universal_augmented", "2026-05-19")


def test_in_november_she_had_been_at_the_first(demo: Demo):
    assert demo.seen(f"{demo.case('maja')}/stage?valid_at=2025-11-03")["code"] == "universal"


def test_what_the_rules_forbid_was_refused(demo: Demo):
    to_be_refused = [f"{row.row} ({row.rule_id})" for row in read_story() if row.rule_id]
    assert f"Refused by the rules: {', '.join(to_be_refused)}\n" in demo.said


def test_of_callums_agencies_one_declined_one_is_on_hold_and_one_he_asked_himself(demo: Demo):
    agencies = demo.seen(f"{demo.case('callum')}/agencies", "guidance")["items"]
    states = {item["service"]: item["state"] for item in agencies}
    assert states == {"camhs": "declined", "harbour": "on_hold", "young_carers_hub": "requested"}


def test_each_service_was_told_of_its_request_by_a_signed_webhook(demo: Demo):
    hooks = [one for one in demo.delivered() if one["kind"] == "webhook" and one["subject"] == "AssistanceRequested.v1"]
    asked = ("slt", "eps", "camhs", "harbour", "young_carers_hub")
    assert {hook["to"] for hook in hooks} == {f"service:{code}" for code in asked}
    assert all(hook["verified"] for hook in hooks)


def test_tom_heard_by_mail_that_the_stage_changed(demo: Demo):
    letters = {one["subject"] for one in demo.delivered() if one["to"] == "tom.reid@home.example"}
    assert any("stage" in subject.lower() or "support" in subject.lower() for subject in letters)
    assert len(letters) > 3


def test_postcards_went_both_ways_and_each_was_answered(demo: Demo):
    cards = demo.seen(f"{demo.case('maja')}/postcards")["items"]
    assert [(card["direction"], card["replies"][0]["by"]) for card in cards] == [
        ("try_at_home", "home"),
        ("tried_at_home", "school"),
    ]
    assert demo.seen("/v1/postcards-awaiting-reply")["items"] == []
    letters = {one["subject"] for one in demo.delivered() if one["to"] == "okafor@burnside-primary.example"}
    assert {"An answer to a postcard", "A postcard from home"} <= letters


def test_whom_no_channel_reaches_stands_on_the_list_for_staff(demo: Demo):
    case = demo.seen(f"/v1/cases/{demo.written['cases']['maja']}")
    anna = next(carer["person_id"] for carer in case["carers"] if carer["name"] == "Anna Nowak")
    assert anna in {task["recipient"] for task in _all(demo, "/v1/contact-tasks?limit=100")}


def test_the_clock_runs_on_from_the_end_of_the_story(demo: Demo):
    now = httpx.get(demo.written["case_api"] + "/clock").json()["now"]
    assert now.startswith(f"{read_story()[-1].at:%Y-%m-%d}T")


def test_stopped_and_started_again_it_tells_nothing_twice(demo: Demo, tmp_path: Path):
    cases, events, tasks = demo.written["cases"], demo.events(), len(_all(demo, "/v1/contact-tasks?limit=100"))
    assert demo.end(signal.SIGINT) == 0
    assert demo.said.endswith("Stopped.\n")
    assert not any(is_open(port) for port in astuple(demo.ports))
    assert canaries.found(demo.var, PERSONAL) == []

    with running(tmp_path, ports=demo.ports, var=demo.var) as again:
        again.wait_until_told()
        again.wait_until_settled()
        assert "0 commands recorded" in again.said
        assert (again.written["cases"], again.events()) == (cases, events)
        assert len(_all(again, "/v1/contact-tasks?limit=100")) == tasks
        assert again.delivered() == []
        assert again.end(signal.SIGTERM) == 0


def stagepost(var: Path, *command: str) -> int:
    """The exit code of a command of the operator's on the demo's records."""
    told = {"PATH": os.environ["PATH"], "STAGEPOST_MODE": "demo", "STAGEPOST_AUTHORITIES": "strathlorne"}
    done = subprocess.run(
        [ROOT / "stagepost", *command],
        env={**told, "STAGEPOST_VAR": str(var)},
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    return done.returncode


def test_after_an_operators_commands_it_goes_on_with_the_same_records_and_tells_the_services_where(
    demo: Demo, tmp_path: Path
):
    if demo.process.poll() is None:
        demo.end()
    callum = demo.written["cases"]["callum"]
    for command in (
        ("keys", "new", "slt-desk", "--organisation", "nhs", "--role", "agency", "--service", "slt"),
        ("sign-out", "mr.dar", "--reason", "precaution"),
        ("erase", callum, "--reason", "request_upheld", "--by", "directorate", "--yes"),
    ):
        assert stagepost(demo.var, *command) == 0

    with running(tmp_path, var=demo.var) as elsewhere:
        elsewhere.wait_until_told()
        listed = elsewhere.seen("/v1/directory")["services"]
        assert elsewhere.get(elsewhere.case("callum")).status_code == 404
        assert elsewhere.get(elsewhere.case("maja")).status_code == 200
        [ended] = elsewhere.seen("/v1/events?limit=500&types=SignInsEnded", "auditor")["items"]
        assert ended["recordedtime"] < "2026-07", "commands go by the story's clock"
        assert {one["webhook_url"].split("/hooks")[0] for one in listed if one.get("webhook_url")} == {
            elsewhere.written["mail"]
        }


def test_once_means_to_end_when_all_is_delivered(demo: Demo, tmp_path: Path):
    with running(tmp_path, "--once") as once:
        assert once.process.wait(PATIENCE) == 0, once.said
    assert set(once.written["cases"]) == {"maja", "callum", "isla"}
    assert not any(is_open(port) for port in astuple(once.ports))


def test_a_port_that_is_taken_is_named_in_one_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, ports=Ports(free_port(), port, free_port(), free_port())) as demo:
            assert demo.process.wait(30) == 1
    assert demo.said == f"demo: Port {port} cannot be used; try: STAGEPOST_DEMO_PORTS=18080 make run\n"


def test_four_ports_are_chosen_by_the_first_of_them_or_one_by_one(monkeypatch):
    for chosen, expected in (("18080", Ports(18080, 18081, 18082, 18083)), ("9,8,7,6", Ports(9, 8, 7, 6))):
        monkeypatch.setenv("STAGEPOST_DEMO_PORTS", chosen)
        assert Ports.chosen() == expected
    for chosen in ("", "http", "8080,8081"):
        monkeypatch.setenv("STAGEPOST_DEMO_PORTS", chosen)
        with pytest.raises(PortsUnusable, match="should be a number, or four"):
            Ports.chosen()


def test_a_program_that_ends_early_leaves_its_last_words(tmp_path: Path):
    broken = Program("capture", ("demo.capture",), {"STAGEPOST_CAPTURE_PORT": "none"}, ("http://127.0.0.1:1/",))
    ended = pytest.raises(ChildFailed, match=r"capture ended early, with exit code 1(.|\n)*ValueError")
    with Household(tmp_path) as household, ended:
        household.start(broken)


def test_a_program_that_dies_later_is_noticed_and_the_others_are_stopped(tmp_path: Path):
    with Household(tmp_path) as household:
        household.start(_letter_box("first"), _letter_box("second"))
        first, second = household.children
        first.process.kill()
        first.process.wait()
        with pytest.raises(ChildFailed, match="first ended early"):
            household.require_alive()
    assert second.process.poll() is not None


def test_a_program_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("demo.processes.GRACE", 0.2)
    with Household(tmp_path) as household:
        household.start(_letter_box("deaf"))
        [deaf] = household.children
        deaf.process.send_signal(signal.SIGSTOP)
    assert deaf.process.poll() == -signal.SIGKILL


def test_every_row_has_a_speaker_and_a_number_of_its_own():
    rows, staff = read_story(), read_staff()
    assert len({row.row for row in rows}) == len(rows)
    assert {row.speaker for row in rows} <= set(staff)
    assert rows == sorted(rows, key=lambda row: row.at)


def test_of_two_rows_at_one_time_the_lower_number_comes_first(monkeypatch: pytest.MonkeyPatch):
    at = read_story()[0].at
    late, early = (Row.model_validate({"row": name, "at": at, "as": "mis", "path": "/"}) for name in ("E10.2", "E9.11"))
    monkeypatch.setattr("demo.script._rows", lambda path: [late, early] if path.name == "maja.toml" else [])
    assert read_story() == [early, late]


def _letter_box(name: str) -> Program:
    http, smtp = free_port(), free_port()
    ports = {"STAGEPOST_CAPTURE_PORT": str(http), "STAGEPOST_NOTIFIER_SMTP_PORT": str(smtp)}
    return Program(name, ("demo.capture",), ports, (f"http://127.0.0.1:{http}/livez",))


def _whole_timeline(demo: Demo, name: str) -> list[dict[str, Any]]:
    path = f"{demo.case(name)}/timeline?limit=100"
    page = demo.seen(path)
    items: list[dict[str, Any]] = page["items"]
    while "next" in page:
        page = demo.seen(f"{path}&after={page['next']}")
        items += page["items"]
    return items


def _all(demo: Demo, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = demo.seen(path)["items"]
    return found
