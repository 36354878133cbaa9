"""What is kept from whom: asked before each message, and on each day of review (R92, I25)."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from typing import Final

from case_api.domain.case import Case
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.meetings import MeetingPackIssued
from case_api.domain.facts.told import Extent, Told, Withheld, Withholding
from case_api.domain.questions.matrix_roles import concern_of, request_of
from case_api.domain.words import ServiceCode

NOTHING_BUT_DETAIL: Final = frozenset({"PostcardSent", "PostcardReplied", "RecommendationMade"})
"""Events of which nothing is left to tell a family without their detail."""


THEIR_ANSWERS: Final = frozenset({"ConsentGranted", "ConsentRefused", "ConsentWithdrawn"})
"""Events by which a person said what they agree to: nobody's own answer is kept from them."""
PUT_TO_THEM: Final = frozenset({"ConsentSought", "ConsentExpired"})
"""Events by which a person is asked, or has to be asked anew: whoever is asked hears what they are asked."""


def withheld_from(
    withholdings: Iterable[Withholding], case: Case, recipient: str, event: Recorded
) -> Withholding | None:
    """Which of them keeps *event* from this person; the one that keeps most, where there are several.

    Staff and services are no people of the case: nothing is withheld from them. What is put to somebody as a question
    of their own is kept from them whole or not at all, and their own answers not at all.
    """
    if _is_put_to(recipient, event.fact, THEIR_ANSWERS):
        return None
    kept = [one for one in withholdings if str(one.decided.person_id) == recipient and _covers(one, case, event)]
    if _is_put_to(recipient, event.fact, PUT_TO_THEM):
        kept = [one for one in kept if one.decided.extent == "everything"]
    return next((one for one in kept if extent_of(one, event) == "everything"), kept[0] if kept else None)


def extent_of(withholding: Withholding, event: Recorded) -> Extent:
    """How much of *event* is kept: all of it where it is nothing but detail."""
    return "everything" if type(event.fact).__name__ in NOTHING_BUT_DETAIL else withholding.decided.extent


def kept_by(
    told: Told, case: Case, recipient: str, event: Recorded, when: datetime, zone: tzinfo
) -> Withholding | None:
    """The decision that kept *event*, or its detail, from them at *when*; what was lifted since is still named."""
    return withheld_from(told.as_at(when, zone).in_force(), case, recipient, event)


def withholdings_due(told: Told, today: date) -> tuple[Withholding, ...]:
    """Those whose day of review has come, and which nobody has renewed or lifted since."""
    return tuple(one for one in told.in_force() if one.review_on <= today)


def service_of(case: Case, fact: Event) -> ServiceCode | None:
    """The service that a fact is about: of its request, of the agreement, or its own."""
    request = request_of(case, fact)
    scope = getattr(fact, "scope", None) or getattr(fact, "scope_withdrawn", None)
    return request.asked.service if request else getattr(scope, "service", None) or getattr(fact, "service", None)


def _is_put_to(recipient: str, fact: Event, kinds: frozenset[str]) -> bool:
    """Whether *fact* is of these kinds and this person's own; a pack is put to everybody to whom it went."""
    if isinstance(fact, MeetingPackIssued) and kinds is PUT_TO_THEM:
        return any(str(one.person) == recipient for one in fact.to)
    return type(fact).__name__ in kinds and str(getattr(fact, "party", None)) == recipient


def _covers(withholding: Withholding, case: Case, event: Recorded) -> bool:
    about = withholding.decided.about
    return about is None or _is_about(about, case, event)


def _is_about(about: Withheld, case: Case, event: Recorded) -> bool:
    concern = concern_of(case, event.fact)
    named = event.event_id in about.events
    same_service = about.service is not None and service_of(case, event.fact) == about.service
    return named or same_service or (concern is not None and concern.concern_id == about.concern_id)
