"""The search for personal text finds it in any shape."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests import sinks
from tests.canaries import CARER, SOWN, found


@pytest.fixture(autouse=True)
def _planted_here(tmp_path: Path) -> None:
    sinks.SPARED.add(tmp_path)


@pytest.mark.parametrize("text", SOWN)
@pytest.mark.parametrize(
    "shape",
    [
        lambda text: text.encode(),
        lambda text: text.upper().encode(),
        lambda text: text.encode("utf-16-le"),
        lambda text: json.dumps({"name": text}).encode(),
        lambda text: f"GET /v1/cases?q={quote(text)}".encode(),
        lambda text: base64.b64encode(b"x" + text.encode() + b"yz"),
        lambda text: base64.urlsafe_b64encode(b"xy" + text.encode()),
        lambda text: text.encode().hex().encode(),
    ],
    ids=["plain", "capitals", "utf-16", "json", "url", "base64", "base64-url", "hex"],
)
def test_personal_text_is_found_in_any_shape(tmp_path: Path, shape: Callable[[str], bytes], text: str):
    leak = tmp_path / "deep" / "down.log"
    leak.parent.mkdir()
    leak.write_bytes(b"\x00\xff before " + shape(text) + b" after")
    assert found(tmp_path, [text]) == [(leak, text)]


def test_personal_text_is_found_in_the_name_of_a_file(tmp_path: Path):
    leak = tmp_path / f"{CARER}.json"
    leak.touch()
    assert found(tmp_path) == [(leak, CARER)]


def test_nothing_is_found_where_nothing_was_sown(tmp_path: Path):
    (tmp_path / "events.sqlite").write_bytes(bytes(range(256)) * 16)
    assert found(tmp_path) == []
