"""What was released once never changes (D21): golden events, published schemas, policy packs (I32).

A release adds lines to `tests/golden/released.json`, from path to SHA-256. Nothing takes one away.
"""

import hashlib
import json
import re

from tests.house.repository import ROOT

RELEASED: dict[str, str] = json.loads((ROOT / "tests" / "golden" / "released.json").read_text())


def digest(path: str) -> str | None:
    file = ROOT / path
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else None


def test_released_files_are_as_they_were_released():
    assert {path: digest(path) for path in RELEASED} == RELEASED


def test_only_files_that_may_never_change_are_listed():
    lasting = re.compile(r"(tests/golden|schemas)/\w+\.v\d+\.json|policies/[\w-]+/\d+/[\w-]+\.toml")
    assert [path for path in RELEASED if not lasting.fullmatch(path)] == []
