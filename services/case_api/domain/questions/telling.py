"""Who may be told of an event by hand: those of the case, and nobody from whom it is kept (R92; I2, I25)."""

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.event import Recorded
from case_api.domain.questions.inviting import they_may_be_contacted
from case_api.domain.questions.ledger import Ledger
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.references import ReferenceUnknown
from case_api.domain.questions.shielding import StillWithheld
from case_api.domain.questions.withheld import extent_of, withheld_from
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import PersonId, staff_recipient

AT = "/recipient"


class NotTheirsToTell(Refusal):
    slug = "not-theirs-to-tell"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "Whether this person is told of this is for those to say who lead support in the school."
    advice = "Ask the learner's named person or somebody who leads support in the school, before you tell them."


def they_may_be_told_of(ledger: Ledger, recipient: str, event: Recorded, at: Situation) -> tuple[Refusal | None, ...]:
    """I2, I25: a person of the case whom the school may contact, a listed service, staff whom it concerns."""
    person = _person(ledger.case, recipient)
    if person is None:
        return (None if _is_of_the_case(ledger.case, recipient, event, at) else _unknown(),)
    return they_may_be_contacted(ledger.case, AT, (person,)), it_is_not_kept_from(ledger, person, event)


def it_is_not_kept_from(ledger: Ledger, person: PersonId, event: Recorded) -> Refusal | None:
    """I25: what is withheld now is lifted before it is told, and stands so on record, as with a message."""
    held = withheld_from(ledger.told.in_force(), ledger.case, str(person), event)
    if held is None or extent_of(held, event) != "everything":
        return None
    if not ledger.tells_why:
        return NotTheirsToTell(pointer=AT)
    missing = Missing(rule_id="I25", what="withheld", person=person, ref=held.decided.withholding_id)
    return StillWithheld(missing=(missing,), pointer=AT)


def _person(case: Case, recipient: str) -> PersonId | None:
    """Named exactly as `/recipients` does, so that the ledger's lines about one person are found together."""
    learner = (case.people.learner.person_id,) if case.people.learner else ()
    return next((one for one in (*learner, *case.people.carers) if str(one) == recipient), None)


def _is_of_the_case(case: Case, recipient: str, event: Recorded, at: Situation) -> bool:
    """Whether this service is listed; whether these staff are, took part in a concern, or hear of the event anyway."""
    kind, _, name = recipient.partition(":")
    if kind == "service":
        return name in at.authority.services
    hearers = (one.recipient for one in recipients(case, event, at.policy, at.authority, at.today))
    return recipient in {*hearers, *(staff_recipient(one) for one in _staff(case, at))}


def _staff(case: Case, at: Situation) -> set[str]:
    concerns = case.concerns.by_id.values()
    named = {name for one in concerns for name in (one.raised_by.staff, one.received_by) if name is not None}
    return {one.staff for one in at.authority.staff} | named


def _unknown() -> Refusal:
    return ReferenceUnknown(missing=(Missing(rule_id="reference", what="unknown"),), pointer=AT)
