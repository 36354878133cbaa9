"""A policy pack: the local part of the rules as a value (D17). The domain opens no file."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from case_api.domain.words import Code, Line, Value

LabelByLanguage = Mapping[str, str]


class Stage(Value):
    """One step of the ladder of staged intervention; the rank says how intrusive it is."""

    code: Code
    rank: Annotated[int, Field(ge=0)]
    label: dict[str, Line]


class Strategy(Value):
    """One entry of the catalogue of supports."""

    code: Code
    area: Literal["physical", "curriculum", "planning"]
    levels: tuple[Literal["universal", "augmented"], ...] = ("universal", "augmented")
    label: dict[str, Line]


class AgreementProfile(Value):
    """Who must agree, to what, and for how long."""

    categories: Annotated[tuple[Code, ...], Field(min_length=1)]
    learner_decides_from_age: Annotated[int, Field(ge=0, le=25)]
    default_months: Annotated[int, Field(ge=1, le=60)]
    every_contactable_holder_is_asked: bool
    pause_acknowledged_within_working_days: Annotated[int, Field(ge=1)]


class RequestProfile(Value):
    contributors_of_different_roles: Annotated[int, Field(ge=1)]


class Recipient(Value):
    """Who hears of one event: a role, and on what footing (A agreement, B lawful basis, F family duty, N none)."""

    role: Code
    duty: Literal["A", "B", "F", "N"]


class Policy(Value):
    """One version of a policy pack, parsed and checked."""

    name: Code
    version: Line
    zone: Line
    holidays: frozenset[date] = frozenset()
    ladder: Annotated[tuple[Stage, ...], Field(min_length=2)]
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)]
    agreements: AgreementProfile
    requests: RequestProfile
    roles: dict[Code, tuple[Code, ...]]
    recipients: dict[str, tuple[Recipient, ...]]

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError):
            raise ValueError("there is no such time zone") from None
        return zone

    @model_validator(mode="after")
    def _holds_together(self) -> "Policy":
        ranks = [stage.rank for stage in self.ladder]
        if ranks != list(range(len(ranks))):
            raise ValueError("ladder: the stages stand in order of rank, 0, 1, 2, …")
        if len({strategy.code for strategy in self.strategies}) != len(self.strategies):
            raise ValueError("strategies: a code stands twice")
        if "pupil_support_team" not in self.roles:
            raise ValueError("roles: pupil_support_team is not there")
        return self

    @property
    def ref(self) -> str:
        return f"{self.name}@{self.version}"

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def first_stage(self) -> Stage:
        return self.ladder[0]

    def stage(self, code: str) -> Stage | None:
        return next((stage for stage in self.ladder if stage.code == code), None)

    def strategy(self, code: str) -> Strategy | None:
        return next((strategy for strategy in self.strategies if strategy.code == code), None)

    def in_pupil_support_team(self, roles: frozenset[str]) -> bool:
        return not roles.isdisjoint(self.roles["pupil_support_team"])

    def after_working_days(self, day: date, count: int) -> date:
        """The day *count* working days after *day*: the first is not counted, the last is."""
        while count > 0:
            day += timedelta(days=1)
            count -= self._is_working_day(day)
        return day

    def _is_working_day(self, day: date) -> bool:
        return day.weekday() < len(("Mon", "Tue", "Wed", "Thu", "Fri")) and day not in self.holidays
