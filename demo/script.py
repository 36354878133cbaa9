"""A story of a school year as data: its rows, in order of time, and the people who speak in it."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from demo.processes import ROOT

YEAR = ROOT / "tests" / "acceptance" / "year"
"""The acceptance year, which the demo tells."""
STAFF = "staff.toml"


class Staff(BaseModel):
    """The claims of one person's or system's token; a carer or learner names the case and the person by saved names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[str, ...]
    org: str
    services: tuple[str, ...] = ()
    case: str | None = None
    person: str | None = None


class Among(BaseModel):
    """How many entries of a list have certain values, by JSON Pointer within the entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    has: dict[str, Any]
    never: tuple[str, ...] = ()
    """Words that stand nowhere in such an entry."""
    times: Annotated[int, Field(ge=0)] | None = None
    """So many; at least one if absent."""


class Row(BaseModel):
    """One request of the story; `{names}` in path, body and expectations stand for ids that earlier rows saved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: str
    at: AwareDatetime
    speaker: str = Field(alias="as")
    method: Literal["POST", "GET", "PUT"] = "POST"
    """PUT only for what is the demo's own: an endpoint of a service in or out of order, under `{mail}`."""
    path: str
    body: dict[str, Any] | None = None
    save: str | None = None
    """Under which name the receipt's id is kept."""
    take: dict[str, str] = Field(default_factory=dict)
    """Names for values of the answer, each by JSON Pointer."""
    if_match: str | None = None
    """The case, by its name, that the speaker has just seen."""
    expect: int = 201
    rule_id: str | None = None
    """The rule that refuses it, where it is to be refused."""
    missing: tuple[str, ...] = ()
    """The people, by name, whom that refusal says are missing: these and no others."""
    attempts: str = "/v1/audit/attempts?limit=500"
    """Where it stands that the refused command was tried."""
    seen_by: str = "auditor"
    """Who may see that."""
    want: dict[str, Any] = Field(default_factory=dict)
    """What the answer says, by JSON Pointer; a text that ends with `*` is only how it begins."""
    present: tuple[str, ...] = ()
    """JSON Pointers that lead to something, whatever it is."""
    absent: tuple[str, ...] = ()
    """JSON Pointers that lead nowhere in the answer."""
    among: tuple[Among, ...] = ()
    never: tuple[str, ...] = ()
    """Words that stand nowhere in the answer."""
    hashed: dict[str, str] = Field(default_factory=dict)
    """Texts of the answer, and where it says their SHA-256, by JSON Pointers."""
    in_time: bool = False
    """Whether it may take the clerk or the notifier a few seconds until the answer is as expected."""

    @property
    def is_question(self) -> bool:
        """Whether it only looks, and the story goes on without it, and without waiting."""
        return self.method == "GET" and not self.take and not self.in_time


def read_story(folder: Path = YEAR) -> list[Row]:
    """Every row, in order of recorded time, ties in the order of their numbers."""
    found = [row for path in sorted(folder.glob("*.toml")) if path.name != STAFF for row in _rows(path)]
    return sorted(found, key=lambda row: (row.at, _number(row.row)))


def read_staff(folder: Path = YEAR) -> Mapping[str, Staff]:
    """The people of the story, by the subject of their token."""
    content = tomllib.loads((folder / STAFF).read_text("utf-8"))
    return TypeAdapter(dict[str, Staff]).validate_python(content)


def _rows(path: Path) -> list[Row]:
    return TypeAdapter(list[Row]).validate_python(tomllib.loads(path.read_text("utf-8"))["rows"])


def _number(row: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", row))
