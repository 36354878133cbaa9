"""The notifier's log takes ids and codes; no text, of ours or of anybody's, gets through it (T10)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.processors import JSONRenderer

from notifier import logs
from tests.noise import CANARY, heard

ROOT = Path(__file__).resolve().parents[2]
BREAKS = ["\n", "\r\n", "\u2028", "\u0085", "\x1b[2J", "\u202e", "\u2066", "\x00", '"}\n{"event":"']
HOSTILE = st.lists(st.sampled_from(BREAKS) | st.text(max_size=20), max_size=6).map("".join)


def rendered(**entry: object) -> str:
    said = JSONRenderer()(None, "info", logs.only_known_keys(None, "info", entry))
    return said if isinstance(said, str) else said.decode()


@given(event=HOSTILE, key=st.sampled_from(sorted(logs.KEYS - {"event"})) | HOSTILE, value=HOSTILE)
def test_no_text_breaks_out_of_its_line(event: str, key: str, value: str):
    line = rendered(**{key: value, "event": event})
    assert all(" " <= sign <= "~" for sign in line)
    assert set(json.loads(line)) <= logs.KEYS


@pytest.mark.parametrize(
    "value", ["Wilhelmina Quillfeather", "w@canary.example\n", ["x"], {"to": "x"}, b"x", ValueError("x")]
)
def test_what_is_no_plain_word_is_left_out(value: object):
    assert json.loads(rendered(event="settled", reason=value)) == {"event": "settled"}


def test_ids_codes_and_counts_are_kept():
    entry = {"event": "settled", "reason": "smtp_451", "attempts": 3, "code": None}
    assert json.loads(rendered(**entry)) == entry


def test_a_running_process_says_nothing_but_its_own_lines(tmp_path: Path):
    program = (
        "import asyncio; import notifier.__main__ as main; from tests.noise import Noisy\n"
        "async def trouble(settings): await asyncio.to_thread(Noisy().run)\n"
        "main._serve = trouble\n"
        "main.cli(['serve'])"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("STAGEPOST_", "PYTHON"))},
        "STAGEPOST_MODE": "test",
        "STAGEPOST_VAR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)]),
    }
    ended = subprocess.run(  # noqa: PLW1510 - how it ends is looked at below
        [sys.executable, "-W", "always", "-c", program], env=environment, cwd=tmp_path, capture_output=True, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stderr == b""
    said = [json.loads(line) for line in ended.stdout.decode().splitlines()]
    assert heard(said) == {"py.warnings", "uvicorn.error", "asyncio", "some.library", "nobody_caught_this"}
    assert all(set(line) <= logs.KEYS for line in said)
    assert CANARY.encode() not in ended.stdout
