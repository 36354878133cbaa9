"""Keeping something from a carer or the learner for a time: decided, looked at again, lifted (R92)."""

from typing import Literal

from case_api.domain.command import Command, Situation
from case_api.domain.facts.told import (
    DisclosureWithheld,
    Extent,
    Withheld,
    Withholding,
    WithholdingLifted,
    WithholdingRenewed,
)
from case_api.domain.questions.ledger import Ledger
from case_api.domain.questions.references import NotOnThisCase, known, known_people
from case_api.domain.questions.withholding_refused import (
    AlreadyWithheld,
    WithholdingHasEnded,
    it_can_be_the_learners_wish,
    it_is_reviewed_in_time,
    the_authoriser_may_decide_it,
    the_review_moves,
    who_names_another_may_decide_it,
)
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Day, PersonId, Subject, Text, WithholdingId


class WithholdDisclosure(Command):
    """Something is kept from a carer or the learner, for a reason and until a day of review."""

    person_id: PersonId
    """From whom: a carer, or the learner."""
    extent: Extent
    """`detail`: they hear that something happened, and no more. `everything`: they do not hear of it."""
    about: Withheld | None = None
    """What is kept from them; the whole case if absent."""
    reason: Text
    """Why, in words that can be looked at again on the day of review."""
    authoriser: Subject
    """The member of staff who decided it, as their token names them: the caller, in a role that the policy names, or
    one whom the directory lists in such a role."""
    wish_of: Literal["learner"] | None = None
    """`learner`: it rests on the learner's own wish."""
    review_on: Day
    """The day on which somebody asks whether it is still right."""

    examples = ({
        "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b12",
        "extent": "detail",
        "reason": "Callum wants help, and does not want his father to hear more than that.",
        "authoriser": "lennox",
        "wish_of": "learner",
        "review_on": "2025-11-05",
    },)  # fmt: skip


class RenewWithholding(Command):
    """It was looked at again and goes on, until another day of review."""

    reason: Text
    """Why it is still right."""
    authoriser: Subject | None = None
    """Who decided that it goes on; the caller, if absent."""
    review_on: Day
    """The next day of review."""

    examples = ({"reason": "Asked again, Callum still wishes it.", "review_on": "2026-06-16"},)  # fmt: skip


class LiftWithholding(Command):
    """It is over: what comes after is told again."""

    reason: Text
    authoriser: Subject | None = None
    """Who decided that it is over; the caller, if absent."""

    examples = ({"reason": "Callum has told his father himself."},)  # fmt: skip


def withhold_disclosure(ledger: Ledger, command: WithholdDisclosure, at: Situation) -> Decision:
    """Messages to this person that are still to be sent stop, or go out without detail (I25)."""
    withholding_id = at.new_id()
    again = _like(ledger, command)
    if again and _said(again.decided) == _said(command) and not again.renewals:
        return decided()
    day = at.day_of(command)
    return decided(
        known_people("/person_id", (command.person_id,), ledger.case),
        _what_it_is_about_is_there(ledger, command.about, at),
        the_authoriser_may_decide_it(ledger, command.authoriser, day, at),
        it_can_be_the_learners_wish(ledger.case, command.person_id, command.wish_of, day, at.policy),
        it_is_reviewed_in_time(command.review_on, day, at),
        AlreadyWithheld() if again else None,
        then=DisclosureWithheld(withholding_id=withholding_id, **command.said(without={"occurred_at"})),
        created=withholding_id,
    )


def renew_withholding(
    ledger: Ledger, withholding_id: WithholdingId, command: RenewWithholding, at: Situation
) -> Decision:
    """A review that finds it still right; a withholding that nobody renews goes on, and is listed as overdue."""
    held = ledger.told.withholdings.get(withholding_id)
    if held is None:
        return decided(NotOnThisCase())
    authoriser, day = command.authoriser or at.actor.subject, at.day_of(command)
    renewed = WithholdingRenewed(
        withholding_id=withholding_id, reason=command.reason, authoriser=authoriser, review_on=command.review_on
    )
    if not held.lifted and held.renewals[-1:] == (renewed,):
        return decided()
    return decided(
        WithholdingHasEnded() if held.lifted else None,
        the_authoriser_may_decide_it(ledger, authoriser, day, at),
        who_names_another_may_decide_it(ledger, authoriser, day, at),
        it_is_reviewed_in_time(command.review_on, day, at),
        the_review_moves(held, command.review_on),
        then=renewed,
    )


def lift_withholding(
    ledger: Ledger, withholding_id: WithholdingId, command: LiftWithholding, at: Situation
) -> Decision:
    """Releases what is told from now on; a message that was stopped stays unsent."""
    held = ledger.told.withholdings.get(withholding_id)
    if held is None:
        return decided(NotOnThisCase())
    if held.lifted:
        return decided()
    authoriser, day = command.authoriser or at.actor.subject, at.day_of(command)
    return decided(
        the_authoriser_may_decide_it(ledger, authoriser, day, at),
        who_names_another_may_decide_it(ledger, authoriser, day, at),
        then=WithholdingLifted(withholding_id=withholding_id, reason=command.reason, authoriser=authoriser),
    )


def _like(ledger: Ledger, command: WithholdDisclosure) -> Withholding | None:
    """What is withheld already from the same person, as far and about the same."""
    wanted = (command.person_id, command.extent, command.about)
    alike = (one for one in ledger.told.in_force() if _scope(one.decided) == wanted)
    return next(alike, None)


def _scope(fact: DisclosureWithheld) -> tuple[PersonId, Extent, Withheld | None]:
    return fact.person_id, fact.extent, fact.about


def _said(by: DisclosureWithheld | WithholdDisclosure) -> dict[str, object]:
    return by.model_dump(exclude={"withholding_id", "occurred_at"})


def _what_it_is_about_is_there(ledger: Ledger, about: Withheld | None, at: Situation) -> Refusal | None:
    """The events and the concern are of this case, the service is in the directory."""
    if about is None:
        return None
    services = (about.service,) if about.service else ()
    concerns = (about.concern_id,) if about.concern_id else ()
    return (
        known("/about/events", about.events, ledger.named)
        or known("/about/service", services, at.authority.services)
        or known("/about/concern_id", concerns, ledger.case.concerns.by_id)
    )
