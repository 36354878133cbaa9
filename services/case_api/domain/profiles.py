"""The parts of a policy pack that say who, how many and how long: one profile for each capability (D17)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from case_api.domain.words import Code, Label, Value


class AgreementProfile(Value):
    """Who must agree, to what, and for how long."""

    categories: Annotated[tuple[Code, ...], Field(min_length=1)]
    learner_decides_from_age: Annotated[int, Field(ge=0, le=25)]
    young_person_decides_from_age: Annotated[int, Field(ge=0, le=25)] = 16
    """From this age on a young person decides alone, and carers are not asked (I3)."""
    default_months: Annotated[int, Field(ge=1, le=60)]
    every_contactable_holder_is_asked: bool
    pause_acknowledged_within_working_days: Annotated[int, Field(ge=1)]


class RequestProfile(Value):
    contributors_of_different_roles: Annotated[int, Field(ge=1)]


class MeetingProfile(Value):
    """Which meetings there are, which of them plan support (I17), and when a pack is on time (I22)."""

    kinds: Annotated[tuple[Code, ...], Field(min_length=1)] = ("planning",)
    planning_kinds: tuple[Code, ...] = ("planning",)
    pack_school_days_ahead: Annotated[int, Field(ge=0, le=30)] = 5


class WatchProfile(Value):
    """After how long it stands out that something was not done (I21, I28), and goes further up."""

    unsupported_concern_school_days: Annotated[int, Field(ge=1, le=100)] = 10
    postcard_calendar_days: Annotated[int, Field(ge=1, le=100)] = 10
    clock_calendar_days_ahead: Annotated[int, Field(ge=1, le=100)] = 14
    escalated_after_school_days: Annotated[int, Field(ge=1, le=100)] = 5


class ProtectionProfile(Value):
    """Child protection: on what grounds consent is overridden (I7), and who meets and decides in a matter."""

    grounds: Annotated[tuple[Code, ...], Field(min_length=1)] = ("child_protection",)
    reasons_within_hours: Annotated[int, Field(ge=1, le=168)] = 24
    forums: Annotated[tuple[Code, ...], Field(min_length=1)] = ("ird", "cppm", "core_group", "review_cppm")
    meeting_kinds: Annotated[tuple[Code, ...], Field(min_length=1)] = ("cppm", "core_group", "review_cppm")


class TimeLimit(Value):
    """How long something may take by law or guidance; the first day is not counted, the last is."""

    length: Annotated[int, Field(ge=1, le=1000)]
    unit: Literal["weeks", "calendar_days", "working_days", "school_days"]


class WithholdingProfile(Value):
    """On what a withholding stands (I25): who may authorise it, on whose wish, and for how long without a review."""

    authorised_by: Annotated[tuple[Code, ...], Field(min_length=1)] = ("pupil_support_team", "school_leader")
    learner_wish_from_age: Annotated[int, Field(ge=0, le=25)] = 12
    reviewed_within_days: Annotated[int, Field(ge=1, le=730)] = 280


class NoteProfile(Value):
    """Within how many school days a note on a support reaches the carers, where notes wait for a digest (I24)."""

    digest_school_days: Annotated[int, Field(ge=1, le=60)] = 10


class RetentionRule(Value):
    """How long one class of record is kept, counted from a day in the learner's life or in the record's."""

    record: Literal["case", "matter", "looks"]
    """A learner's case with its ledger; a child-protection matter, which has a key of its own; or who looked."""
    counts_from: Literal["birth", "leaving", "last_involvement", "last_fact", "looking"]
    years: Annotated[int, Field(ge=1, le=150)]
    source: Label
    """On what the period stands: a schedule, a regulation."""


def _each_day_once(rules: tuple[RetentionRule, ...]) -> tuple[RetentionRule, ...]:
    if len({(rule.record, rule.counts_from) for rule in rules}) != len(rules):
        raise ValueError("two rules count from the same day for the same record")
    if any((rule.record == "looks") != (rule.counts_from == "looking") for rule in rules):
        raise ValueError("who looked is kept from looking on, and nothing else is")
    return rules


RetentionSchedule = Annotated[tuple[RetentionRule, ...], AfterValidator(_each_day_once)]
"""Every rule for a record counts: it is kept as long as one of them says. No rule at all keeps it for ever."""
