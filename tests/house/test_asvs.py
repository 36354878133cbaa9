"""Every requirement of OWASP ASVS 5.0 is judged in security/asvs.yaml, and what is named as evidence is there."""

import ast
import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.repository import ROOT, files, told

JUDGED: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "security" / "asvs.yaml").read_text())
FIELDS = {"level", "applies", "reason", "evidence", "gap"}
APPLIES = {True: "yes", False: "no", "deployment": "deployment"}
"""As YAML reads the three words."""
SETTINGS = {"docker-compose.yml", "pyproject.toml", "requirements/runtime.in"}
WEAK = {"md5", "sha1", "DES", "TripleDES", "ARC4", "Blowfish", "ECB", "PKCS1v15", "random", "Random"}
SPREADS_WAITS = {f"services/{path}.py" for path in ("case_api/joint", "case_api/service", "notifier/retries")}
"""Where chance keeps callers from coming all at once; nobody gains by guessing it."""
STARTS = {"subprocess", "os.system", "pickle", "marshal", "shelve", "ctypes"}


def levels() -> dict[str, int]:
    with (ROOT / "security" / "asvs-5.0.0-ids.csv").open() as listed:
        return {row["req_id"]: int(row["level"]) for row in csv.DictReader(listed)}


@cache
def declared_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def is_there(evidence: str) -> bool:
    """A test of ours, by file and name; or a file."""
    place, _, test = evidence.partition("::")
    path = ROOT / place
    return path.is_file() and (not test or (test.startswith("test_") and test in declared_in(path)))


def test_every_requirement_is_judged_at_its_level():
    assert {name: one["level"] for name, one in JUDGED.items()} == levels()
    assert Counter(levels().values()) == {1: 70, 2: 183, 3: 92}


def test_every_judgement_says_whether_it_applies_and_why():
    assert {name for name, one in JUDGED.items() if one["applies"] not in APPLIES} == set()
    assert {name for name, one in JUDGED.items() if set(one) - FIELDS or len(one["reason"]) < 15} == set()
    assert {
        name for name, one in JUDGED.items() if one["applies"] is False and ("gap" in one or "evidence" in one)
    } == set()


def test_what_applies_has_evidence_that_is_there():
    lacking = {
        name: one.get("evidence", [])
        for name, one in JUDGED.items()
        if one["applies"] is True and not one.get("evidence")
    }
    assert lacking == {}
    lost = {each for one in JUDGED.values() for each in one.get("evidence", ()) if not is_there(each)}
    assert lost == set()


def test_at_the_first_two_levels_a_test_or_setting_shows_what_applies():
    """But for what is to be written down, with which each chapter begins, and for what is said to have a gap."""
    bare = {
        name
        for name, one in JUDGED.items()
        if one["applies"] is True
        and one["level"] <= 2
        and "gap" not in one
        and name.split(".")[1] != "1"
        and not any("::" in each or each in SETTINGS for each in one["evidence"])
    }
    assert bare == set()


def test_what_is_not_held_is_said_aloud(capsys: pytest.CaptureFixture[str]):
    gaps = {name: one for name, one in JUDGED.items() if "gap" in one}
    counted = Counter(one["level"] for one in gaps.values())
    applying = sum(one["applies"] is True for one in JUDGED.values())
    with capsys.disabled():
        print(  # noqa: T201 - for whoever runs the tests
            f"\nASVS 5.0: {len(JUDGED)} requirements, {applying} apply, {len(gaps)} with a gap: {dict(counted)}"
        )
        for name, one in gaps.items():
            print(f"  {name} (L{one['level']}) {one['gap']}")  # noqa: T201 - as above
    assert all(one["applies"] is not False for one in gaps.values())


def names(path: Path) -> Iterator[str]:
    """Everything that a source imports, calls or takes from a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr
            yield f"{getattr(node.value, 'id', '')}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{node.func.id}()"


def used(of: set[str]) -> dict[str, set[str]]:
    found = {told(path): of & set(names(path)) for path in files("services", suffixes=(".py",))}
    return {path: what for path, what in found.items() if what}


def test_the_services_start_no_program_and_run_no_text():
    assert used(STARTS | {"eval()", "exec()", "compile()", "__import__()"}) == {}


def test_no_weak_hash_cipher_or_chance_is_used():
    assert used(WEAK - {"random"}) == {}
    assert set(used({"random"})) == SPREADS_WAITS
