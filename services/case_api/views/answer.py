"""What every answer about a case has in common: its two times, and that what is not there is absent (D5, D6)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from case_api.domain.words import PERSONAL


class AsOf(Protocol):
    """The two times of a question about a case."""

    @property
    def known_at(self) -> datetime | None:
        """What was on record at this instant; None means everything that is on record."""

    @property
    def valid_at(self) -> datetime:
        """What was true at this instant."""

    @property
    def settled(self) -> bool:
        """Whether the answer can no longer change."""


class NothingKnown(LookupError):
    """Nothing of the case was on record at that time."""


def _absent_rather_than_null(schema: dict[str, Any]) -> None:
    for name, field in schema.get("properties", {}).items():
        kinds = field.get("anyOf", [])
        left = [kind for kind in kinds if kind != {"type": "null"}]
        if len(left) == len(kinds):
            continue
        rest = {key: value for key, value in field.items() if key not in ("anyOf", "default")}
        schema["properties"][name] = rest | (left[0] if len(left) == 1 else {"anyOf": left})


class Part(BaseModel):
    """A part of an answer. Dump it with `exclude_none`: its schema knows no null. Printed, it shows no text (T10)."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_absent_rather_than_null)

    guarded: ClassVar[Mapping[str, str]] = {}
    """Fields that not every reader sees, each with its class of fields (access/rules.py); each may be None."""

    def without(self, classes: Collection[str]) -> Self:
        """The same without the fields of these classes, here and in every part of it; itself if it has none."""
        if not classes:
            return self
        hidden = {name: None for name, of in self.guarded.items() if of in classes}
        parts = {name: _part_without(value, classes) for name, value in self if name not in hidden}
        return self.model_copy(update={**parts, **hidden})

    def is_all_of(self, classes: Collection[str]) -> bool:
        """Whether the whole of it is of one of these classes, so that it is left out where it is one of several."""
        return False

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, _Unread() if isinstance(value, str) else value


def _part_without(value: object, classes: Collection[str]) -> object:
    if isinstance(value, Part):
        return value.without(classes)
    if isinstance(value, tuple) and any(isinstance(one, Part) for one in value):
        left = (one for one in value if not (isinstance(one, Part) and one.is_all_of(classes)))
        return tuple(_part_without(one, classes) for one in left)
    return value


class _Unread:
    """Stands in print for a text."""

    def __repr__(self) -> str:
        return PERSONAL


class Answer(Part):
    """An answer, with the times that it is for."""

    known_at: datetime | None = Field(default=None, description="What was on record then; absent for all there is.")
    valid_at: datetime = Field(description="What was true then.")
    settled: bool = Field(description="Whether this answer can no longer change.")


def times(as_of: AsOf) -> dict[str, Any]:
    """The fields that every answer has."""
    return {"known_at": as_of.known_at, "valid_at": as_of.valid_at, "settled": as_of.settled}
