"""Placing a legal hold on a record, and lifting it (I34)."""

from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.retention import RetentionHoldLifted, RetentionHoldPlaced
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Code, Day


class PlaceHold(Command):
    """The record must be kept, whatever its retention schedule says."""

    reason: Code
    """Why, in a word: `legal_claim`, `complaint`, `inquiry`, `records_request`. Everybody who reads the case reads it,
    so it tells nobody's story."""
    until: Day | None = None
    """The first day on which it no longer holds; until it is lifted, if absent."""

    examples = ({"reason": "legal_claim", "until": "2031-06-30"}, {"reason": "inquiry"})


class LiftHold(Command):
    """The record need not be kept for this reason any more."""

    reason: Code
    """Why, in a word: `claim_settled`, `inquiry_closed`."""

    examples = ({"reason": "claim_settled"},)


class HoldWouldNotStand(Refusal):
    slug = "hold-would-not-stand"
    rule_id = "I34"
    guidance_ref = "R111"
    title = "A hold that ends today or earlier keeps nothing."
    advice = "Name a later first day on which it no longer holds, or leave out 'until' and lift it when it is over."


class HoldIsOver(Refusal):
    slug = "hold-is-over"
    rule_id = "I34"
    guidance_ref = "R111"
    title = "This hold ended by itself, on the day that it named."
    advice = "There is nothing to lift. Place another hold if the record must still be kept."


def it_ends_later(command: PlaceHold, at: Situation) -> Refusal | None:
    """I34: what is placed today keeps the record from today on."""
    over = command.until is not None and command.until <= at.today
    return HoldWouldNotStand(pointer="/until") if over else None


def place_hold(case: Case, command: PlaceHold, at: Situation) -> Decision:
    """From now on nothing of the case is erased. One that stands already for the same reason and time is enough."""
    wanted, hold_id = (command.reason, command.until), at.new_id()
    if wanted in [(one.placed.reason, one.placed.until) for one in case.retention.held_on(at.today)]:
        return decided()
    placed = RetentionHoldPlaced(hold_id=hold_id, reason=command.reason, until=command.until)
    return decided(it_ends_later(command, at), then=placed, created=hold_id)


def lift_hold(case: Case, hold_id: UUID, command: LiftHold, at: Situation) -> Decision:
    """This hold keeps the record no longer; others may."""
    hold = case.retention.holds.get(hold_id)
    if hold is None:
        return decided(NotOnThisCase())
    if hold.lifted:
        return decided()
    over = None if hold.stands_on(at.today) else HoldIsOver()
    return decided(over, then=RetentionHoldLifted(hold_id=hold_id, reason=command.reason))
