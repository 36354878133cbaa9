"""What the documents tell people to do can be done."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_api.cli.app import app
from tests.house.repository import ROOT, files, told

DOCUMENTS = sorted([*ROOT.glob("*.md"), *files("docs", suffixes=(".md",))])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?://|#|mailto:)([^)#\s]+)")


def commands(document: Path) -> list[str]:
    """The commands in the document's ```sh blocks, continuation lines joined, comments left out."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", document.read_text(), re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").strip() for line in lines if line.strip() and not line.startswith("#")]


TAUGHT = sorted({(told(document), command) for document in DOCUMENTS for command in commands(document)})
MADE = sorted({command for _, command in TAUGHT if command.startswith("make")})
MODULES = sorted(
    {
        found
        for _, command in TAUGHT
        for found in re.findall(r"python3? -m ((?:case_api|notifier|witness|demo)\S*)", command)
    }
)


def words(command: str) -> list[str]:
    return shlex.split(command, comments=True)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def run(*command: str, at: Path = ROOT) -> str:
    environment = {"PYTHONPATH": "services:.", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_alone_lists_every_target():
    assert targets() == set(re.findall(r"^  make ([a-z-]+) ", run("make"), re.MULTILINE))


@pytest.mark.parametrize("command", MADE)
def test_every_make_command_taught_has_its_target(command: str):
    asked = [word for word in words(command)[1:] if "=" not in word and not word.startswith("-")]
    assert set(asked) <= targets()


@pytest.mark.parametrize("module", MODULES)
def test_every_module_taught_can_be_run(module: str):
    assert "usage" in run(sys.executable, "-m", module, "--help").lower()


def test_stagepost_can_be_run_from_anywhere(tmp_path: Path):
    assert "usage" in run(str(ROOT / "stagepost"), "--help", at=tmp_path).lower()


def test_before_the_first_make_stagepost_says_what_to_run(tmp_path: Path):
    copy = tmp_path / "stagepost"
    copy.write_bytes((ROOT / "stagepost").read_bytes())
    done = subprocess.run(["/bin/sh", copy, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "stagepost: run `make run` or `make check` first: they build .venv\n"


@pytest.mark.parametrize("command", sorted({words(each)[1] for _, each in TAUGHT if each.startswith("./stagepost ")}))
def test_every_command_of_stagepost_taught_explains_itself(command: str):
    said = CliRunner().invoke(app, [command, "--help"])
    assert (said.exit_code, "usage" in said.stdout.lower()) == (0, True)


@pytest.mark.parametrize(("document", "command"), TAUGHT)
def test_every_command_taught_is_one_of_a_few_well_known(document: str, command: str):
    programs = {
        ".",  # reads a file that the demo wrote
        "make",
        "./stagepost",
        "python",
        "python3",
        "curl",
        "git",
        "cd",
        "docker",
        "export",
        "set",
        "umask",
        "mkdir",
        "openssl",  # makes keys
        ".ci/run",
        ".venv/bin/python",
    }
    first = next(word for word in words(command) if not re.match(r"[A-Z_]+=", word))
    assert first in programs, f"{document}: {command}"


def test_every_person_whom_a_command_taught_names_is_at_work_in_the_demo():
    year = tomllib.loads((ROOT / "tests" / "acceptance" / "year" / "authority.toml").read_text())["rows"]
    staff = {row["body"]["staff"] for row in year if row.get("path") == "/v1/directory/staff"}
    named = {name for _, one in TAUGHT for name in re.findall(r"(?:--by|--as|sign-out) ([a-z.]+)", one)}
    assert named
    assert named <= staff


@pytest.mark.parametrize("document", DOCUMENTS, ids=told)
def test_every_link_within_the_repository_leads_somewhere(document: Path):
    assert [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("record", sorted(files("docs/adr", suffixes=(".md",))), ids=lambda path: path.stem[:4])
def test_every_decision_record_has_its_three_parts_on_one_page(record: Path):
    text = record.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert text.startswith(f"# {int(record.stem[:4])}. ")
    assert len(text.splitlines()) <= 60


def quoted(document: Path) -> list[str]:
    """The ```python blocks of a document."""
    return re.findall(r"^ *```python\n(.*?)^ *```", document.read_text(), re.MULTILINE | re.DOTALL)


def flush(text: str) -> str:
    """Every line without its indentation."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


@pytest.mark.parametrize("code", quoted(ROOT / "CONTRIBUTING.md"), ids=lambda code: code.split("\n")[0].strip())
def test_the_worked_example_is_the_code_itself(code: str):
    assert any(
        flush(code) in flush(path.read_text())
        for path in files("services/case_api/domain", "tests/domain", suffixes=(".py",))
    )
