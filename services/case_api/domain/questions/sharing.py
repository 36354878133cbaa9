"""Whether the school may send a service more, on the strength of what was agreed (I6, I9, I15)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.facts.agreements import ConsentWithdrawn
from case_api.domain.facts.requests import Request
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.asking_refused import RequestNoLongerOpen
from case_api.domain.questions.consequences import agreed_categories
from case_api.domain.questions.footing import relied_on
from case_api.domain.questions.request_state import TERMINAL, progress_at
from case_api.domain.questions.standing import Standing, standing
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import AgreementRef


class AgreementNoLongerHolds(Refusal):
    slug = "agreement-no-longer-holds"
    rule_id = "I9"
    guidance_ref = "R79"
    title = "An agreement on which this request stands was taken back or has ended, so nothing more is sent."
    advice = "Talk with the family; once everybody agrees again the work resumes and information can follow."


class OwnAgreementMissing(Refusal):
    slug = "own-agreement-missing"
    rule_id = "I15"
    guidance_ref = "R81"
    title = "What an outside requester was told by the family does not cover what the school knows."
    advice = "Ask each person named under 'missing' for their agreement that the school shares with this service."


class BeyondTheRequest(Refusal):
    slug = "beyond-the-request"
    rule_id = "I6"
    guidance_ref = "R79"
    title = "This goes beyond what the service was to be sent for this request."
    advice = "Leave out the categories named under 'missing', or ask everybody for them and make a new request."


def the_request_is_open(case: Case, request: Request, when: datetime, at: Situation) -> Refusal | None:
    """R83: it had been made by then, and had not come to an end."""
    progress = progress_at(case, request, when, at.policy.tz)
    return RequestNoLongerOpen() if progress is None or progress.state in TERMINAL else None


def what_is_sent_is_still_agreed(case: Case, request: Request, when: datetime, at: Situation) -> Refusal | None:
    """I9: from the moment of a withdrawal, or of an end (D15), nothing more is sent on the strength of it."""
    progress = progress_at(case, request, when, at.policy.tz)
    if progress is None or progress.state in TERMINAL:
        return None
    agreed = agreed_categories(case, request, case.agreements, when, at)
    if progress.state != "on_hold" and agreed is not None:
        return None
    return AgreementNoLongerHolds(missing=tuple(_unagreed(case, request, request.asked.categories, when, at)))


def the_school_shares_on_a_ground_of_its_own(
    case: Case, request: Request, when: datetime, at: Situation
) -> Refusal | None:
    """I15: agreement that an outside requester asserts carries their request, not what the school holds."""
    asked = request.asked
    if asked.route != "external":
        return None
    parties = agreement_set(case, asked.service, asked.purpose, when, at.policy)
    refused = (Missing(rule_id="I4", what="refused", person=party.party) for party in parties.conflicting)
    missing = (*refused, *parties.ungranted())
    return OwnAgreementMissing(missing=missing) if missing or not parties.effective else None


def each_category_is_agreed(
    case: Case, request: Request, categories: Iterable[str], when: datetime, at: Situation
) -> Refusal | None:
    """I9: each person is named whose agreement did not cover what was sent."""
    missing = tuple(_unagreed(case, request, categories, when, at))
    return AgreementNoLongerHolds(missing=missing, pointer="/categories") if missing else None


def no_more_than_the_request_named(case: Case, request: Request, categories: Iterable[str]) -> Refusal | None:
    """I6: what may be sent is what was asked for, or what the work was resumed with."""
    if request.asked.route == "external":
        return None
    named = case.involvement.of(request.asked.request_id).resumed_with or frozenset(request.asked.categories)
    beyond = sorted(frozenset(categories) - named)
    missing = tuple(Missing(rule_id="I6", what="category_not_requested", detail=one) for one in beyond)
    return BeyondTheRequest(missing=missing, pointer="/categories") if missing else None


def _unagreed(
    case: Case, request: Request, categories: Iterable[str], when: datetime, at: Situation
) -> Iterator[Missing]:
    """Whose agreement did not cover one of the categories at *when*, and what became of it."""
    asked = request.asked
    if asked.route == "direct" and asked.requester.person is not None:
        own = standing(case.agreements, asked.requester.person, asked.service, asked.purpose, when, at.policy.tz)
        yield from _lacking(case, request, own, categories)
        return
    parties = agreement_set(case, asked.service, asked.purpose, when, at.policy)
    absent = {missing.person for missing in parties.ungranted()} | {party.party for party in parties.conflicting}
    if None in absent:
        yield Missing(rule_id="I9", what="no_carer_to_ask")
    for party in parties.parties:
        if party.granted or party.party in absent:
            yield from _lacking(case, request, party, categories)


def _lacking(case: Case, request: Request, party: Standing, categories: Iterable[str]) -> Iterator[Missing]:
    named = {"rule_id": "I9", "person": party.party, "ref": party.agreement_id or party.asked_for}
    if not party.granted:
        yield Missing(what=party.status, **named)
        return
    covered = party.categories if "consent_to_share" in party.kinds else frozenset[str]()
    for one in sorted(frozenset(categories) - covered):
        yield Missing(what="withdrawn" if _took_back(case, request, party, one) else "not_agreed", detail=one, **named)


def _took_back(case: Case, request: Request, party: Standing, category: str) -> bool:
    entries = case.agreements.entries_of(party.party, request.asked.service, request.asked.purpose)
    return any(
        isinstance(entry.fact, ConsentWithdrawn)
        and entry.version > party.granted_at_version
        and category in entry.fact.scope_withdrawn.categories
        for entry in entries
    )


def refs_for_sharing(case: Case, request: Request, when: datetime, at: Situation) -> tuple[AgreementRef, ...]:
    """The agreements on which the school shares: its own for an external request, the asker's for a direct one."""
    asked = request.asked
    if asked.route == "direct":
        return relied_on(case, request, when, at)
    return agreement_set(case, asked.service, asked.purpose, when, at.policy).relied_on()
