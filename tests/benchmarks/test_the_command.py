"""`python -m benchmarks`: what it takes, what it writes, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import ground
from benchmarks.parts import RUNS
from tests import postgres
from tests.journeys.api import ROOT

NOBODY = "postgresql://nobody@127.0.0.1:9/none"
"""A server that whoever needs PostgreSQL would not reach."""
IN_THE_BACKGROUND = ("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh")
"""As a shell starts what it does not wait for: deaf to SIGINT."""
PATIENCE = 60.0
LEFT = [ROOT / "benchmarks" / run.leaves for run in RUNS.values()]


@contextmanager
def begun(var: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    told = {**os.environ, "STAGEPOST_BENCH_VAR": str(var), "STAGEPOST_BENCH_DSN": NOBODY}
    call = [*IN_THE_BACKGROUND, sys.executable, "-m", "benchmarks", *arguments]
    pipe = subprocess.PIPE
    told["PYTHONPATH"] = os.pathsep.join((str(ROOT / "services"), str(ROOT)))
    with subprocess.Popen(call, cwd=ROOT, env=told, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def refused(monkeypatch, capsys, *arguments: str) -> str:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    return str(capsys.readouterr().err)


def test_a_part_without_postgres_starts_none_and_a_partial_run_writes_only_where_it_is_told(tmp_path):
    before = [path.read_bytes() for path in LEFT]
    for there in ([], ["--to", str(tmp_path / "mine.json")]):
        with begun(tmp_path, "--only", "sqlite", "--tiny", *there) as process:
            said, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode in {0, 1}, errors
        assert ("nothing is written" in said) == (not there)
    assert [path.read_bytes() for path in LEFT] == before
    found = json.loads((tmp_path / "mine.json").read_text())
    assert found["sqlite_append_vs_raw_commit"] > 0
    assert {"date", "flush_ms", "machine", "spreads"} <= set(found["details"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_interrupts_it_finds_nothing_left_and_no_traceback(tmp_path, number, code):
    with begun(tmp_path, "--only", "sqlite") as process:
        deadline = time.monotonic() + PATIENCE
        while not list(tmp_path.glob("stagepost-bench-*/*")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (code, "\ninterrupted: nothing is written\n")
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(monkeypatch, capsys):
    assert "growth has no part 'appends'; it has: growth" in refused(monkeypatch, capsys, "growth", "--only", "appends")
    assert "it has: appends, sqlite, http," in refused(monkeypatch, capsys, "--only", "growth")
    assert "--only: expected at least one argument" in refused(monkeypatch, capsys, "--only")


def test_a_folder_that_is_not_there_is_refused(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("STAGEPOST_BENCH_VAR", str(tmp_path / "nowhere"))
    assert "STAGEPOST_BENCH_VAR names no folder" in refused(monkeypatch, capsys, "--only", "sqlite")


def test_the_help_says_what_each_part_is_and_what_a_whole_run_writes(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--help"])
    with pytest.raises(SystemExit):
        command.main()
    said = capsys.readouterr().out
    for run in RUNS.values():
        assert f"benchmarks/{run.leaves}" in said
        assert all(f"  {name:<10}{part.what}" in said for name, part in run.parts.items())


def test_the_paper_names_every_part():
    paper = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    assert [name for run in RUNS.values() for name in run.parts if f"| `{name}` |" not in paper] == []


def test_postgres_lies_below_the_folder_that_is_named(monkeypatch, tmp_path):
    begun_below = []

    def running(*, fsync: bool, below: Path) -> None:
        begun_below.append((fsync, below))
        raise InterruptedError

    monkeypatch.delenv("STAGEPOST_BENCH_DSN", raising=False)
    monkeypatch.setenv("STAGEPOST_BENCH_VAR", str(tmp_path))
    monkeypatch.setattr(postgres, "running", running)
    with pytest.raises(InterruptedError), ground.durable():
        pass
    assert begun_below == [(True, tmp_path)]
