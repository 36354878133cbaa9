"""When something may be kept from a carer or the learner (R92, I25)."""

from datetime import date, timedelta

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.facts.told import Withholding
from case_api.domain.policy import Policy
from case_api.domain.questions.ledger import Ledger
from case_api.domain.questions.offices import roles_of
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import PersonId, Subject


class NotAnAuthoriser(Refusal):
    slug = "not-an-authoriser"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "Whoever is named as authoriser may not decide that something is kept from the family."
    advice = (
        "Name somebody of the pupil support team, or a school leader, whom the directory lists as such: "
        "list them there, or let them record it themselves."
    )


class NotTheirsToDecide(Refusal):
    slug = "not-theirs-to-decide"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "Whether a withholding goes on, or is over, is recorded by somebody who may decide it themselves."
    advice = "Ask somebody of the pupil support team, or a school leader, to record it with their own token."


class WishOfAYoungerChild(Refusal):
    slug = "wish-of-a-younger-child"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "A withholding does not rest on this learner's wish."
    advice = "Below the age that the policy names give the school's own reason, and leave wish_of out."


class ReviewNotInTime(Refusal):
    slug = "review-not-in-time"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "The day of review has to come after today, and not too late."
    advice = "Name a day after today; 'missing' says by when at the latest."


class ReviewNotMoved(Refusal):
    slug = "review-not-moved"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "A renewal names a new day of review."
    advice = "Say when it is looked at next, or lift the withholding."


class AlreadyWithheld(Refusal):
    slug = "already-withheld"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "The same is withheld from this person already."
    advice = "Read who was told, and renew or lift that withholding."


class WithholdingHasEnded(Refusal):
    slug = "withholding-has-ended"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "This withholding was lifted, and what was lifted is not renewed."
    advice = "Decide anew, with a reason of today, if something has to be withheld again."


def the_authoriser_may_decide_it(ledger: Ledger, authoriser: Subject, day: date, at: Situation) -> Refusal | None:
    """I25: in a role that the policy names, by the directory or by their own token; nobody is taken at another's word.

    In a matter its coordinator may decide it, too.
    """
    return None if _may_decide(ledger, authoriser, day, at) else NotAnAuthoriser(pointer="/authoriser")


def who_names_another_may_decide_it(ledger: Ledger, authoriser: Subject, day: date, at: Situation) -> Refusal | None:
    """I25: what is kept from somebody goes on, or ends, by the caller's own authority, whoever they name beside it.

    The information system of a school speaks for whoever it names (A5).
    """
    caller = at.actor.subject
    may = caller == authoriser or at.actor.role == "mis" or _may_decide(ledger, caller, day, at)
    return None if may else NotTheirsToDecide()


def _may_decide(ledger: Ledger, staff: Subject, day: date, at: Situation) -> bool:
    return staff in ledger.deciding or at.policy.may_authorise_withholding(roles_of(staff, day, at))


def it_can_be_the_learners_wish(
    case: Case, person: PersonId, wish_of: str | None, day: date, policy: Policy
) -> Refusal | None:
    """I25: from the age that the policy names the learner's wish is ground enough; it keeps nothing from themselves."""
    if wish_of is None:
        return None
    grown = case.people.learner is not None and case.people.age_on(day) >= policy.withholding.learner_wish_from_age
    return None if grown and not case.people.is_learner(person) else WishOfAYoungerChild(pointer="/wish_of")


def it_is_reviewed_in_time(review_on: date, day: date, at: Situation) -> Refusal | None:
    """I25: after today, and at most so many days after the decision as the policy says."""
    latest = day + timedelta(days=at.policy.withholding.reviewed_within_days)
    if at.today < review_on <= latest:
        return None
    missing = Missing(rule_id="I25", what="reviewed_by", detail=latest.isoformat())
    return ReviewNotInTime(missing=(missing,), pointer="/review_on")


def the_review_moves(held: Withholding, review_on: date) -> Refusal | None:
    """I25: a renewal that leaves the day as it was renews nothing."""
    return ReviewNotMoved(pointer="/review_on") if review_on == held.review_on else None
