"""Correcting what was recorded wrongly: nothing is edited (D7)."""

import json
from datetime import date
from typing import Any, ClassVar, Final

from pydantic import Field, ValidationError

from case_api.domain.case import Case, corrected, forward
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event, Recorded, Unreadable
from case_api.domain.facts.people import CarerLinked, LearnerRegistered
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import TargetedSupportStarted, UniversalSupportApplied
from case_api.domain.questions.consequences import reconsidered
from case_api.domain.questions.references import NotYetHappened, known
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import YEARS, EventId, Text, day_of

EARLIEST: Final = date(YEARS.start, 1, 1)
LATEST: Final = date(YEARS.stop - 1, 12, 31)


class CorrectRecord(Command):
    """An earlier fact was wrong: say which, why, and what should stand in its place, if anything."""

    needs_history: ClassVar[bool] = True
    supersedes: EventId
    """The `event_id` of the timeline entry that was wrong."""
    reason: Text
    """What was wrong, and how it was noticed."""
    replacement: dict[str, Any] | None = Field(default=None, repr=False)
    """The `data` of the timeline entry, whole, with what was wrong put right; absent if nothing stands in its place."""

    examples = ({
        "supersedes": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "reason": "The day of birth was mistyped.",
        "replacement": {
            "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b10",
            "name": "Maja Kowalska",
            "date_of_birth": "2016-05-11",
            "setting": "burnside-primary",
        },
    },)  # fmt: skip


class NotCorrectable(Refusal):
    slug = "not-correctable"
    rule_id = "D7"
    guidance_ref = "R111"
    title = "Agreements, requests with their answers, stage changes, plans, packs and corrections are not corrected."
    advice = "Withdraw the agreement, end the request, decide anew, or correct the original fact once more."


class ReplacementUnfit(Refusal):
    slug = "replacement-unfit"
    rule_id = "D7"
    guidance_ref = "R111"
    title = "The replacement is not a whole fact of the same type about the same thing."
    advice = "Send every field of the fact as its published schema says, with the same ids."


def it_can_be_corrected(event: Recorded, replacement: Event | None) -> Refusal | None:
    """D7; and there is no case without its learner."""
    removed = isinstance(event.fact, LearnerRegistered) and replacement is None
    return None if event.fact.correctable and not removed else NotCorrectable()


def the_replacement_fits(
    event: Recorded, replacement: Event | None, command: CorrectRecord, case: Case, at: Situation
) -> Refusal | None:
    """A whole fact of the same type, about the same people and things."""
    if command.replacement is None:
        return None
    same = replacement is not None and _identity(replacement) == _identity(event.fact)
    return None if same and _could_be(replacement, case, at) else ReplacementUnfit(pointer="/replacement")


def _could_be(replacement: Event | None, case: Case, at: Situation) -> bool:
    """What the first recording would have been refused for is refused here too (I2, I19, I31)."""
    match replacement:
        case UniversalSupportApplied(strategy_code=strategy, need_refs=needs):
            return at.policy.strategy(strategy) is not None and case.assessments.needs.issuperset(needs)
        case TargetedSupportStarted(strategy_code=strategy, need_refs=needs):
            return at.policy.targeted_strategy(strategy) is not None and case.assessments.needs.issuperset(needs)
        case LearnerPlaced(setting=setting):
            return not at.authority.settings or setting in at.authority.settings
        case ReviewHeld(of_refs=measures, next_review_on=following, held_on=held):
            return case.supports.by_id.keys() >= set(measures) and (following is None or held < following <= LATEST)
        case CarerLinked(may_contact=False, restriction_reason=None):
            return False
        case LearnerRegistered(date_of_birth=born):
            return EARLIEST <= born <= at.today
        case _:
            return True


def what_it_says_has_happened(replacement: Event | None, at: Situation) -> Refusal | None:
    """I31 holds for the replacement too; what is planned has a day of its own."""
    if replacement is None or replacement.true_from is None or replacement.planned:
        return None
    begins = getattr(replacement, replacement.true_from)
    return NotYetHappened(pointer="/replacement") if day_of(begins, at.policy.tz) > at.today else None


def _identity(fact: Event) -> dict[str, Any]:
    """The ids that a fact carries: of what it tells, of whose words it holds, and of the service that wrote it.

    The numbers by which other systems know a learner are among them: they were made unique when it was recorded (D9).
    """
    ids = (ref for ref in fact.refs if ref.endswith("_id"))
    return fact.model_dump(include={*ids, "person_id", "party", "service", "identifiers"})


def _parsed(event: Recorded, content: dict[str, Any] | None) -> Event | None:
    try:
        return type(event.fact).model_validate_json(json.dumps(content), strict=True) if content is not None else None
    except ValidationError:
        return None


def _after(case: Case, event: Recorded, replacement: Event | None, at: Situation) -> Case:
    fact = replacement or Unreadable(why="superseded", stored_name=event.name)
    history = (one.but(fact=fact) if one.event_id == event.event_id else one for one in corrected(at.history))
    return forward(Case(case.id), history)


def correct_record(case: Case, command: CorrectRecord, at: Situation) -> Decision:
    """D7: decisions made on the old fact stand; what the family's agreements carry from now on is looked at anew."""
    event = next((one for one in at.history if one.event_id == command.supersedes), None)
    if event is None:
        return decided(known("/supersedes", (command.supersedes,), ()))
    replacement = _parsed(event, command.replacement)
    correction = RecordCorrected(
        supersedes=command.supersedes,
        reason=command.reason,
        person_id=getattr(event.fact, event.fact.sealed_for or "", None),
        replacement=replacement.model_dump(mode="json", exclude_none=True) if replacement else None,
    )
    return decided(
        it_can_be_corrected(event, replacement),
        the_replacement_fits(event, replacement, command, case, at),
        what_it_says_has_happened(replacement, at),
        then=(correction, *reconsidered(_after(case, event, replacement, at), at, "withdrawn")),
    )
