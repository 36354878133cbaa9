"""A policy pack: the local part of the rules as a value (D17). The domain opens no file."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, PlainSerializer, field_validator

from case_api.domain.calendar import SchoolCalendar, Session
from case_api.domain.profiles import (
    AgreementProfile,
    MeetingProfile,
    NoteProfile,
    ProtectionProfile,
    RequestProfile,
    RetentionSchedule,
    TimeLimit,
    WatchProfile,
    WithholdingProfile,
)
from case_api.domain.words import Code, Label, LawfulBasis, Value

COORDINATORS: Final = ("child_protection", "child_protection_coordinator")
"""One office by two names, of access tokens and of directories: who may override consent unless a pack differs (I7)."""
TOLD_TO_CARERS = ("StageChanged", "ReviewHeld", "PlanAgreed", "MeetingHeld")
"""What carers hear of in every authority (R40)."""


Evidence = Literal[
    "need_assessed", "looked_at_together", "learner_heard", "carer_heard", "planned_together", "plan_agreed"
]
S = TypeVar("S", "Strategy", "TargetedStrategy")


class Stage(Value):
    """One step of the ladder of staged intervention; the rank says how intrusive it is."""

    code: Code
    rank: Annotated[int, Field(ge=0)]
    label: dict[str, Label]
    targeted: bool = False
    """Whether specialist people or places come in, so that somebody coordinates (R37, R39)."""
    entry_evidence: tuple[Evidence, ...] = ()
    """What a step up to this stage rests on (I16, I17)."""
    replaces: tuple[Code, ...] = ()
    """Codes of an earlier ladder in whose place this stage stands: learners who were there are here now."""
    decided_by: tuple[Code, ...] = ()
    """Roles that may take a learner to this stage, or aliases of them; none named leaves it to every practitioner."""
    review_within_weeks: Annotated[int, Field(ge=1, le=260)] | None = None
    """How long a learner may stay there without a review that justifies it anew (I21)."""


class Strategy(Value):
    """One entry of the catalogue of supports."""

    code: Code
    area: Literal["physical", "curriculum", "planning"]
    levels: tuple[Literal["universal", "augmented"], ...] = ("universal", "augmented")
    label: dict[str, Label]


class TargetedStrategy(Value):
    """One entry of the catalogue of targeted support: a place to learn in, or people who come in (R41, R42)."""

    code: Code
    kind: Literal["place", "people"]
    by_service: bool = False
    """Whether a partner service gives it, which is then named."""
    label: dict[str, Label]


class Entitlement(Value):
    """A topic on which families are informed, and where that is published (R9)."""

    code: Code
    label: dict[str, Label]
    source: Label


Duty = Literal["A", "B", "F", "N"]
"""On what footing somebody hears: A an agreement, B a lawful basis, F the duty to the family, N none is needed."""
PUBLIC_TASK = LawfulBasis(art6="public_task")
BASES: dict[Duty, LawfulBasis] = {
    "A": LawfulBasis(art6="consent"),
    "B": PUBLIC_TASK,
    "F": PUBLIC_TASK,
    "N": PUBLIC_TASK,
}


class Recipient(Value):
    """Who hears of one event: a role, and on what footing."""

    role: Code
    duty: Duty


class Policy(Value):
    """One version of a policy pack, parsed and checked."""

    name: Code
    version: Label
    zone: Label
    holidays: Annotated[frozenset[date], PlainSerializer(sorted, return_type=list[date])] = frozenset()
    ladder: Annotated[tuple[Stage, ...], Field(min_length=2)]
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)]
    targeted_strategies: tuple[TargetedStrategy, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    agreements: AgreementProfile
    requests: RequestProfile
    meetings: MeetingProfile = MeetingProfile()
    withholding: WithholdingProfile = WithholdingProfile()
    watches: WatchProfile = WatchProfile()
    notes: NoteProfile = NoteProfile()
    protection: ProtectionProfile = ProtectionProfile()
    retention: RetentionSchedule = ()
    sessions: tuple[Session, ...] = ()
    clocks: dict[Code, TimeLimit] = Field(default_factory=dict)
    roles: dict[Code, tuple[Code, ...]]
    recipients: dict[str, tuple[Recipient, ...]]
    lawful_bases: dict[Duty, LawfulBasis] = Field(default_factory=lambda: dict(BASES))

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, OSError):
            raise ValueError("there is no such time zone") from None
        return zone

    @field_validator("ladder")
    @classmethod
    def _is_climbed_in_order(cls, ladder: tuple[Stage, ...]) -> tuple[Stage, ...]:
        if [stage.rank for stage in ladder] != list(range(len(ladder))):
            raise ValueError("the stages stand in order of rank, 0, 1, 2, …")
        if len({stage.code for stage in ladder}) != len(ladder):
            raise ValueError("a code stands twice")
        return ladder

    @field_validator("strategies", "targeted_strategies")
    @classmethod
    def _has_each_strategy_once(cls, strategies: tuple[S, ...]) -> tuple[S, ...]:
        if len({strategy.code for strategy in strategies}) != len(strategies):
            raise ValueError("a code stands twice")
        return strategies

    @field_validator("lawful_bases")
    @classmethod
    def _says_it_for_every_footing(cls, bases: dict[Duty, LawfulBasis]) -> dict[Duty, LawfulBasis]:
        if bases.keys() != BASES.keys():
            raise ValueError("one of A, B, F and N is not there")
        return bases

    @field_validator("roles")
    @classmethod
    def _has_a_team(cls, roles: dict[Code, tuple[Code, ...]]) -> dict[Code, tuple[Code, ...]]:
        if "pupil_support_team" not in roles:
            raise ValueError("pupil_support_team is not there")
        return roles

    @field_validator("recipients")
    @classmethod
    def _tells_carers_of_every_stage(
        cls, recipients: dict[str, tuple[Recipient, ...]]
    ) -> dict[str, tuple[Recipient, ...]]:
        """I20: parents are involved in every stage of support, whatever else is local."""
        for event in TOLD_TO_CARERS:
            if "carers" not in {one.role for one in recipients.get(event, ())}:
                raise ValueError(f"carers are not told of {event}")
        return recipients

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
        """The stage of that code, or the one that takes the place of a stage which an earlier ladder called so."""
        named = next((stage for stage in self.ladder if stage.code == code), None)
        return named or next((stage for stage in self.ladder if code in stage.replaces), None)

    def strategy(self, code: str) -> Strategy | None:
        return next((strategy for strategy in self.strategies if strategy.code == code), None)

    def decides_on(self, stage: Stage, roles: frozenset[str]) -> bool:
        """Whether somebody in these roles may take a learner to a stage."""
        named = {role for one in stage.decided_by for role in self.roles.get(one, (one,))}
        return not named or not roles.isdisjoint(named)

    def targeted_strategy(self, code: str) -> TargetedStrategy | None:
        return next((strategy for strategy in self.targeted_strategies if strategy.code == code), None)

    def in_pupil_support_team(self, roles: frozenset[str]) -> bool:
        return not roles.isdisjoint(self.roles["pupil_support_team"])

    def may_authorise_withholding(self, roles: Iterable[str]) -> bool:
        """Whether one of the *roles* is among those that the pack names, or an alias of one of them (I25)."""
        named = self.withholding.authorised_by
        meant = {alias for name in named for alias in (name, *self.roles.get(name, ()))}
        return not meant.isdisjoint(roles)

    def may_override(self, roles: frozenset[str]) -> bool:
        """Whether one of the *roles* may decide that something does not wait for consent (I7)."""
        return not roles.isdisjoint(self.override_authorisers)

    @property
    def override_authorisers(self) -> tuple[Code, ...]:
        """The roles of those who may override consent (I7)."""
        named = self.roles.get("override_authorisers", COORDINATORS)
        return named if set(named).isdisjoint(COORDINATORS) else tuple(dict.fromkeys((*named, *COORDINATORS)))

    @cached_property
    def calendar(self) -> SchoolCalendar:
        return SchoolCalendar(self.sessions, self.holidays)

    def after_working_days(self, day: date, count: int) -> date:
        """The day *count* working days after *day*: the first is not counted, the last is."""
        return self.calendar.after(day, count, self.calendar.is_working_day)

    def after_school_days(self, day: date, count: int) -> date:
        """The day *count* school days after *day*: the first is not counted, the last is."""
        return self.calendar.after_school_days(day, count)

    def due(self, clock: str, begins: date) -> date | None:
        """The last day of a time limit that begins on a day; None where the pack sets no such limit."""
        limit = self.clocks.get(clock)
        return self._after(begins, limit) if limit else None

    def _after(self, begins: date, limit: TimeLimit) -> date:
        match limit.unit:
            case "weeks":
                return begins + timedelta(weeks=limit.length)
            case "calendar_days":
                return begins + timedelta(days=limit.length)
            case "working_days":
                return self.after_working_days(begins, limit.length)
            case "school_days":
                return self.after_school_days(begins, limit.length)
