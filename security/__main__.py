"""`make supply-chain`: a bill of materials and the licences of what is served, and known faults of all that is pinned.

Exit codes: 0 nothing is known against any package; 1 a fault is known, or a tool failed; 3 the index of faults could
not be asked about some of them, so that nothing is known either way.
"""

import json
import subprocess
import sys
from pathlib import Path

from security.supply import Unfit, check_bill, judge, pins

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "var" / "supply" / "bin"
SERVED = ROOT / "requirements" / "runtime.txt"
ALL = tuple(ROOT / "requirements" / f"{name}.txt" for name in ("runtime", "dev", "bench", "lock", "supply"))
BILL, LICENCES = ROOT / "var" / "sbom.json", ROOT / "var" / "licences.txt"


def main() -> int:
    """Write what can be written, then ask; the exit code."""
    try:
        print(f"{_write_bill()} packages in {BILL.relative_to(ROOT)}, their licences in {_write_licences()}")
        return _audit()
    except Unfit as unfit:
        print(f"supply chain: {unfit}", file=sys.stderr)
        return 1


def _write_bill() -> int:
    _run("cyclonedx-py", "requirements", str(SERVED), "--output-reproducible", "--output-file", str(BILL))
    return check_bill(json.loads(BILL.read_text("utf-8")), pins(SERVED))


def _write_licences() -> Path:
    names = sorted(pins(SERVED))
    LICENCES.write_text(_run("pip-licenses", "--python", sys.executable, "--packages", *names), "utf-8")
    return LICENCES.relative_to(ROOT)


def _audit() -> int:
    faults: dict[str, None] = {}
    unasked: dict[str, None] = {}
    for requirements in ALL:
        verdict = judge(_report(requirements), pins(requirements))
        faults |= dict.fromkeys(verdict.faults)
        unasked |= dict.fromkeys(verdict.unasked)
    for fault in faults:
        print(f"KNOWN FAULT  {fault}", file=sys.stderr)
    if unasked:
        print(
            f"NOT ASKED  the index of known faults could not be asked about {len(unasked)} packages"
            f" ({', '.join([*unasked][:5])}, …): it needs a network. Nothing is known for or against them.",
            file=sys.stderr,
        )
    if not faults and not unasked:
        print("no fault is known of any package")
    return 1 if faults else 3 if unasked else 0


def _report(requirements: Path) -> dict[str, list[dict[str, str]]]:
    """What pip-audit says of one file; of nothing, where it could reach nobody."""
    options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    said = _run("pip-audit", "--requirement", str(requirements), *options, fails=True)
    try:
        return dict(json.loads(said))
    except ValueError:
        return {"dependencies": []}


def _run(tool: str, *arguments: str, fails: bool = False) -> str:
    """What a tool of the supply venv writes. Raises Unfit if it fails and may not."""
    ended = subprocess.run([str(TOOLS / tool), *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode and not fails:
        raise Unfit(f"{tool} failed: {ended.stderr.strip().splitlines()[-1:]}")
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main())
