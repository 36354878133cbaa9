"""Raising, acknowledging and closing a concern."""

from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.concerns import ConcernAcknowledged, ConcernClosed, ConcernRaised, RaisedBy
from case_api.domain.questions.references import NotOnThisCase, known_people
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Code, ConcernId, Day, Subject, Text


class RaiseConcern(Command):
    """Someone who knows the learner brings a concern to the school's notice."""

    raised_by: RaisedBy
    """Who brought it: `person` for a learner or carer of the case, `staff` for a colleague."""
    received_by: Subject | None = None
    """Who of the staff heard it; the caller if absent."""
    wellbeing_indicators: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    """Codes of wellbeing indicators, as the school uses them, such as `included`; any code is taken."""
    barrier_areas: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    """Codes of the areas in which there are barriers to learning, such as `family_circumstances`; any code is taken."""
    description: Text
    wants_reply: bool = True
    """Whether whoever raised it wants to hear what comes of it."""

    examples = ({
        "raised_by": {"kind": "carer", "person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"},
        "wellbeing_indicators": ["achieving", "included"],
        "description": "Long instructions get lost on the way.",
    },)  # fmt: skip


class AcknowledgeConcern(Command):
    """Whoever raised the concern is told that it was heard, and what happens next."""

    summary: Text
    """What was understood, for whoever raised it."""
    next_step: Text
    """What happens next."""
    by_when: Day
    """The day by which it happens."""

    examples = ({
        "summary": "You told us that long instructions get lost.",
        "next_step": "Ms Okafor tries a visual timetable.",
        "by_when": "2025-10-03",
    },)  # fmt: skip


class CloseConcern(Command):
    """The concern is dealt with."""

    outcome: Literal["supported", "no_action", "merged", "passed_on"]
    """What became of it."""
    reason: Text
    """Why it can be closed."""

    examples = ({"outcome": "supported", "reason": "The visual timetable helps."},)  # fmt: skip


class RaiserNotNamed(Refusal):
    slug = "raiser-not-named"
    rule_id = "R5"
    guidance_ref = "R5"
    title = "A learner or carer who raises a concern is named by their person."
    advice = "Give raised_by.person; the case lists the people around the learner."


class ConcernAlreadyClosed(Refusal):
    slug = "concern-already-closed"
    rule_id = "R20"
    guidance_ref = "R20"
    title = "This concern is closed."
    advice = "Raise a new concern if there is more to say."


def a_learner_or_carer_is_named(command: RaiseConcern) -> Refusal | None:
    """R5, R50: who is to be answered must be known."""
    unnamed = command.raised_by.kind in ("learner", "carer") and command.raised_by.person is None
    return RaiserNotNamed(pointer="/raised_by/person") if unnamed else None


def it_is_still_open(case: Case, concern_id: ConcernId) -> Refusal | None:
    concern = case.concerns.by_id.get(concern_id)
    if concern is None:
        return NotOnThisCase()
    return ConcernAlreadyClosed() if concern.closed else None


def raise_concern(case: Case, command: RaiseConcern, at: Situation) -> Decision:
    concern_id = at.new_id()
    raiser = (command.raised_by.person,) if command.raised_by.person else ()
    return decided(
        a_learner_or_carer_is_named(command),
        known_people("/raised_by/person", raiser, case),
        then=ConcernRaised(
            concern_id=concern_id,
            received_by=command.received_by or at.actor.subject,
            **command.said(without={"occurred_at", "received_by"}),
        ),
        created=concern_id,
    )


def acknowledge_concern(case: Case, concern_id: ConcernId, command: AcknowledgeConcern, _: Situation) -> Decision:
    concern = case.concerns.open_one(concern_id)
    if concern is None or concern.acknowledged:
        return decided(it_is_still_open(case, concern_id))
    return decided(
        then=ConcernAcknowledged(concern_id=concern_id, to=concern.raised_by, **command.said(without={"occurred_at"}))
    )


def close_concern(case: Case, concern_id: ConcernId, command: CloseConcern, _: Situation) -> Decision:
    concern = case.concerns.open_one(concern_id)
    if concern is None:
        return decided(it_is_still_open(case, concern_id))
    return decided(
        then=ConcernClosed(
            concern_id=concern_id,
            fed_back_to=concern.raised_by,
            **command.said(without={"occurred_at"}),
        )
    )
