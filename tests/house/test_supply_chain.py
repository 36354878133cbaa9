"""What `make supply-chain` says of the packages is what the tools found, and silence is never taken for safety."""

import re
from pathlib import Path
from typing import Any

import pytest

from security.__main__ import ALL, SERVED
from security.supply import Unfit, check_bill, judge, pins
from tests.house.repository import ROOT

PINNED = {"fastapi": "1.0", "uvicorn": "2.0"}


def told(name: str, version: str = "1.0", *faults: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": version, "vulns": list(faults)}


def bill(*components: tuple[str, str]) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "components": [{"name": name, "version": version} for name, version in components],
    }


def test_a_package_of_which_nothing_is_known_is_no_clean_one():
    skipped = {"name": "uvicorn", "skip_reason": "Dependency not found"}
    assert judge({"dependencies": [told("fastapi"), skipped]}, PINNED).unasked == ("uvicorn",)
    assert judge({"dependencies": []}, PINNED).unasked == ("fastapi", "uvicorn")
    assert judge({"dependencies": [told("FastAPI"), told("uvicorn", "2.0")]}, PINNED).unasked == ()


def test_a_known_fault_is_named_with_the_version_that_mends_it():
    fault = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}
    verdict = judge({"dependencies": [told("fastapi", "1.0", fault), told("uvicorn", "2.0")]}, PINNED)
    assert verdict.faults == ("fastapi 1.0: PYSEC-2026-1, mended in 1.1",)


def test_the_bill_of_materials_names_every_package_that_is_served():
    served = pins(SERVED)
    assert len(served) > 40
    assert check_bill(bill(*served.items()), served) == len(served)
    for wrong in (list(served.items())[1:], [*served.items(), ("left-pad", "1")], [*[*served.items()][1:], ("x", "1")]):
        with pytest.raises(Unfit, match="does not agree"):
            check_bill(bill(*wrong), served)
    with pytest.raises(Unfit, match="CycloneDX"):
        check_bill({}, served)


def test_the_target_asks_about_every_package_that_is_served():
    assert SERVED in ALL
    assert set(ROOT.glob("requirements/*.txt")) == set(ALL)
    recipe = re.search(r"^supply-chain:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    assert "-m security" in recipe[1]


def test_a_pin_is_read_with_its_extras_and_markers(tmp_path: Path):
    path = tmp_path / "some.txt"
    path.write_text(
        "psycopg[binary,pool]==3.3 \\\n    --hash=sha256:0\nuvloop==0.2 ; sys_platform != 'win32' \\\n# a==1\n"
    )
    assert pins(path) == {"psycopg": "3.3", "uvloop": "0.2"}
