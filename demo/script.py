"""The story of a school year as data: its rows, in order of time, and the people who speak in it."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

STORY = Path(__file__).parent / "story"
FILES = ("authority", "maja", "callum")


class Staff(BaseModel):
    """The claims of one person's or system's token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[str, ...]
    org: str
    services: tuple[str, ...] = ()


class Row(BaseModel):
    """One request of the story; `{names}` in path and body stand for ids that earlier rows saved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: str
    at: AwareDatetime
    speaker: str = Field(alias="as")
    method: Literal["POST", "GET"] = "POST"
    path: str
    body: dict[str, Any] | None = None
    save: str | None = None
    """Under which name the receipt's id is kept."""
    take: dict[str, str] = Field(default_factory=dict)
    """Names for values of a GET's answer, each by JSON Pointer."""
    if_match: str | None = None
    """The case, by its name, that the speaker has just seen."""
    expect: int = 201
    rule_id: str | None = None
    """The rule that refuses it, where it is to be refused."""


def read_story() -> list[Row]:
    """Every row, in order of recorded time, ties in the order of their numbers."""
    found = [row for name in FILES for row in _rows(STORY / f"{name}.toml")]
    return sorted(found, key=lambda row: (row.at, _number(row.row)))


def read_staff() -> Mapping[str, Staff]:
    """The people of the story, by the subject of their token."""
    content = tomllib.loads((STORY / "staff.toml").read_text("utf-8"))
    return TypeAdapter(dict[str, Staff]).validate_python(content)


def _rows(path: Path) -> list[Row]:
    return TypeAdapter(list[Row]).validate_python(tomllib.loads(path.read_text("utf-8"))["rows"])


def _number(row: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", row))
