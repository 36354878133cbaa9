"""Whatever is logged, and by whomever, comes out as lines of JSON in which nobody's words stand (T10)."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from case_api import logs
from case_api.domain.words import Personal
from tests.noise import CANARY, heard
from tests.notifier.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
BREAKS = ["\n", "\r\n", "\u2028", "\u0085", "\x1b[2J", "\x1b]0;title\x07", "\u202e", "\u2066", "\x00", '"}\n{"event":"']
HOSTILE = st.lists(st.sampled_from(BREAKS) | st.text(max_size=20), max_size=6).map("".join)


def logged(write: Callable[[Any], None]) -> str:
    lines = io.StringIO()
    logs.configure(lines)
    try:
        write(structlog.get_logger())
    finally:
        structlog.reset_defaults()
    return lines.getvalue()


def is_one_plain_line(text: str) -> bool:
    """One object of JSON in printable ASCII, and its end."""
    assert text.endswith("\n")
    assert all(" " <= sign <= "~" for sign in text[:-1]), text
    assert set(json.loads(text)) <= logs.ALLOWED
    return True


@pytest.mark.owasp("API8")
@given(event=HOSTILE, field=st.sampled_from(sorted(logs.ALLOWED - {"event"})) | HOSTILE, value=HOSTILE)
def test_no_text_breaks_out_of_its_line(event: str, field: str, value: str):
    assert is_one_plain_line(
        logged(lambda log: log.info(event, **{field: value}) if field != "event" else log.info(""))
    )
    assert is_one_plain_line(logged(lambda log: log.info("request", checks=[value, "x"])))


@given(name=HOSTILE, text=HOSTILE)
def test_no_library_breaks_out_of_its_line(name: str, text: str):
    record = logging.LogRecord(
        name, logging.ERROR, __file__, 1, text + "%s", (text,), (ValueError, ValueError(text), None)
    )
    assert is_one_plain_line(logged(lambda _: logs.Libraries().emit(record)))


@pytest.mark.owasp("API8")
@pytest.mark.anyio
async def test_no_request_breaks_out_of_its_line(client: httpx.AsyncClient):
    lines = io.StringIO()
    logs.configure(lines)
    for sign in BREAKS:
        await client.get(f"/v1/{quote(sign)}?q={quote(sign)}", headers={"X-Anything": quote(sign)})
    said = lines.getvalue().splitlines(keepends=True)
    assert len(said) == len(BREAKS)
    assert all(is_one_plain_line(line) for line in said)


def test_what_is_personal_is_left_out_even_under_a_known_field():
    line = json.loads(logged(lambda log: log.info("request", authority=Personal("Wilhelmina"), route="/v1/cases")))
    assert "authority" not in line
    assert line["route"] == "/v1/cases"


def test_an_error_is_told_by_type_and_place():
    def write(_: Any) -> None:
        try:
            int(CANARY)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("could not read %s", CANARY)

    line = json.loads(logged(write))
    assert (line["logger"], line["error"]) == ("uvicorn.error", "ValueError")
    assert line["frames"][-1].startswith(f"{__name__}:write:")
    assert CANARY not in str(line)


def test_a_running_process_says_nothing_but_its_own_lines(tmp_path: Path):
    """Warnings, loggers, threads, forgotten tasks, finalisers, and what nobody caught: all of it holds the canary."""
    program = (
        "import case_api.cli.serve as serving; from case_api.cli.app import app; from tests.noise import Noisy\n"
        "serving.DrainingServer = Noisy\n"
        "app(['serve'])"
    )
    given_ = {"MODE": "test", "VAR": str(tmp_path), "AUTHORITIES": "strathlorne", "PORT": str(free_port())}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("STAGEPOST_", "PYTHON"))},
        **{f"STAGEPOST_{name}": value for name, value in given_.items()},
        "PYTHONPATH": os.pathsep.join([str(ROOT / "services"), str(ROOT)]),
    }
    ended = subprocess.run(  # noqa: PLW1510 - how it ends is looked at below
        [sys.executable, "-W", "always", "-c", program], env=environment, cwd=ROOT, capture_output=True, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stdout == b""
    said = [json.loads(line) for line in ended.stderr.decode().splitlines()]
    assert heard(said) == {"py.warnings", "uvicorn.error", "asyncio", "some.library", "nobody caught this"}
    assert [line["error"] for line in said if line["event"] == "nobody caught this"] == ["KeyError"] * 3
    assert all(set(line) <= logs.ALLOWED for line in said)
    assert CANARY.encode() not in ended.stderr
