"""What must never be found in the repository, and what must be."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.repository import ROOT, files, told

MACHINE_PATH = re.compile(r"(?<![\w.}>~*-])/(?:home|root|Users|work|tmp|opt)/\w")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|--(?:extra-)?index-url\s|--trusted-host", re.IGNORECASE)
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{told(path)}:{number}"
        for path in files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_place_on_somebodys_machine():
    assert lines_with(MACHINE_PATH) == []


def test_no_file_names_a_package_registry():
    assert lines_with(REGISTRY) == []


def test_requirements_are_the_only_lock():
    foreign = {"uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "setup.py", "setup.cfg", ".env"}
    assert [told(path) for path in files() if path.name in foreign] == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_by_version_and_hash(path: Path):
    entries = re.split(r"\n(?=\S)", path.read_text().replace("\\\n", ""))
    pinned = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+.*--hash=sha256:[0-9a-f]{64}", re.DOTALL)
    assert [entry.split()[0] for entry in entries if not pinned.match(entry)] == []


@pytest.mark.parametrize("name", ["runtime", "dev", "bench", "lock", "supply"])
def test_every_requirement_asked_for_is_pinned(name: str):
    asked = {line for line in (ROOT / f"requirements/{name}.in").read_text().splitlines() if line[:1].isalpha()}
    names = {re.split(r"[\[;=<> ]", line, maxsplit=1)[0].lower() for line in asked}
    pinned = set(re.findall(r"^([a-z0-9._-]+)", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
    assert names - pinned == set()


def test_the_benchmarks_measure_what_is_served():
    served, measured = (
        set(re.findall(r"^([a-z0-9._-]+(?:\[[a-z0-9,-]+\])?==\S+)", path.read_text(), re.MULTILINE))
        for path in (ROOT / "requirements/runtime.txt", ROOT / "requirements/bench.txt")
    )
    assert served - measured == set()


def test_the_licence_is_the_one_that_the_project_declares():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()


def test_ci_runs_what_people_run():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text()
    assert re.findall(r"^make (\w+)", script.read_text(), re.MULTILINE) == ["test", "check"]
