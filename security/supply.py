"""What is known of the packages that the services are made of: faults, a bill of materials, licences (RS34, T16)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==([^\s;\\]+)", re.MULTILINE)


class Unfit(Exception):
    """What a tool wrote does not say what it should; the text says in one line what is amiss."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit came to."""

    faults: tuple[str, ...]
    """One line for each known fault of a pinned package."""
    unasked: tuple[str, ...]
    """Packages about which nothing could be learnt."""


def pins(requirements: Path) -> dict[str, str]:
    """Version by name of every package that is pinned in this file."""
    return {plain(name): version for name, version in PIN.findall(requirements.read_text("utf-8"))}


def plain(name: str) -> str:
    """A package's name in its one form (PyPA, names and normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def judge(report: Mapping[str, Any], pinned: Mapping[str, str]) -> Verdict:
    """Read pip-audit's JSON. A package that it passed over, or says nothing of, is one nobody knows about."""
    asked = {plain(one["name"]): one for one in report["dependencies"]}
    faults = tuple(
        f"{name} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for name, one in sorted(asked.items())
        for fault in one.get("vulns", ())
    )
    unasked = tuple(sorted(name for name in pinned if "version" not in asked.get(name, {})))
    return Verdict(faults, unasked)


def check_bill(bill: Mapping[str, Any], pinned: Mapping[str, str]) -> int:
    """How many packages a CycloneDX bill names. Raises Unfit where they are not those that are pinned."""
    if bill.get("bomFormat") != "CycloneDX":
        raise Unfit("the bill of materials is not CycloneDX")
    named = {plain(one["name"]): one.get("version") for one in bill.get("components", ())}
    if named != pinned:
        wrong = sorted(name for name in named.keys() | pinned.keys() if named.get(name) != pinned.get(name))
        raise Unfit(f"the bill of materials does not agree with the pins: {', '.join(wrong)}")
    return len(named)
