"""What is wrong with a command or its settings is said in one line, in our words, and never in a library's."""

import pytest
from typer.testing import CliRunner

from case_api.cli.app import app
from notifier.__main__ import cli as notifier

CASE = "7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa"
LIBRARIES = ("Input should", "Value error", "validation error", "Usage:", "Field required", "pydantic", "Traceback")
NEW = ("keys", "new", "x", "--organisation", "o", "--role", "mis")


def ended(*arguments: str, **settings: str) -> str:
    """The one line with which a command ends that cannot begin."""
    told = {f"STAGEPOST_{name}": value for name, value in {"AUTHORITIES": "burgh", **settings}.items()}
    done = CliRunner().invoke(app, arguments, env=told)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not any(words in done.stderr for words in LIBRARIES)
    return done.stderr.removeprefix("stagepost: ").rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frob",), "No such command 'frob'."),
        (("export", "nobody"), "'case': This must be an id as the API gave it."),
        (
            ("export", CASE, "--mask", "Nonsense"),
            "--mask, number 1: there is no such type of fact; docs/events.md lists",
        ),
        (("export", CASE, "--mask", "LearnerRegistered.v1", "--mask", "LearnerRegistered.v9"), "--mask, number 2: "),
        (("export", CASE, "--mask", "LearnerRegistered."), "--mask, number 1: "),
        (("erase", CASE, "--reason", "spite", "--by", "x"), "is not one of 'retention_period_over'"),
        (("erase", CASE), "Missing option '--reason'. Choose from: retention_period_over, "),
        ((*NEW, "--days", "900"), "This number is too large. The most is 366."),
        ((*NEW, "--days", "many"), "This must be a whole number."),
        (("retention", "--sealed"), "say with --as who looks"),
        (("retention", "--on", "yesterday"), "'--on': "),
    ],
)
def test_what_cannot_be_read_of_a_command_is_said_in_one_line(arguments: tuple[str, ...], said: str):
    assert said in ended(*arguments)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"MODE": "debug"}, "STAGEPOST_MODE: This is not one of the allowed values. They are 'production', 'demo' or"),
        ({"PORT": "x"}, "STAGEPOST_PORT: This must be a whole number."),
        (
            {"BACKGROUND": "off"},
            "STAGEPOST_BACKGROUND: This is not one of the allowed values. They are 'inside' or 'beside'.",
        ),
        ({"ZONE": "Mars"}, "STAGEPOST_ZONE: no such time zone"),
        ({"ISSUERS": "[{}]"}, "STAGEPOST_ISSUERS.0.ISSUER: This is required."),
        ({"DATABASE_URL": "mysql://x"}, "STAGEPOST_DATABASE_URL: This must be sqlite, or a URL that begins with"),
        ({"DEFAULT_POLICY": "x"}, "STAGEPOST_DEFAULT_POLICY: This must be a policy pack with its version"),
        ({"CLOCK_STARTS_AT": "noon"}, "STAGEPOST_CLOCK_STARTS_AT: This must be an instant such as"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_our_words(settings: dict[str, str], said: str):
    assert ended("retention", **settings).startswith(said)


@pytest.mark.parametrize("mode", ["demo", "test"])
def test_nobody_works_in_the_background_where_one_process_has_the_clock(mode: str):
    assert ended("background", MODE=mode).startswith(f"in {mode} mode the process that serves has the clock")


def test_nobody_works_in_the_background_of_a_store_that_is_not_there(tmp_path):
    assert ended("background", VAR=str(tmp_path)).endswith("does STAGEPOST_VAR name the folder of the service?")


def test_without_a_command_or_when_asked_the_product_is_taught():
    for arguments, code in ((), 2), (("--help",), 0), (("keys", "--help"), 0), (("erase", "--help"), 0):
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code
        assert "Usage: " in done.output


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"MODE": "debug"}, "STAGEPOST_NOTIFIER_MODE: it is none of the allowed words"),
        ({"PORT": "x"}, "port: it must be a whole number"),
        ({"FEED_WAIT": "99"}, "feed_wait: it is too large"),
        ({"MODE": "demo", "HOST": "0.0.0.0"}, "demo and test mode listen on a loopback address only"),
    ],
)
def test_the_notifier_says_it_in_one_line_too(settings: dict[str, str], said: str, tmp_path):
    told = {f"STAGEPOST_NOTIFIER_{name}": value for name, value in {"VAR": str(tmp_path), **settings}.items()}
    done = CliRunner().invoke(notifier, ["serve"], env=told)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"notifier: {said}\n"
