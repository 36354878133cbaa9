"""Whether the school may send a service more, on the strength of what was agreed (I9, I15)."""

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.facts.requests import Request
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.consequences import state_now
from case_api.domain.questions.request_state import state_of
from case_api.domain.refusal import Missing, Refusal


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


def what_is_sent_is_still_agreed(case: Case, request: Request, at: Situation) -> Refusal | None:
    """I9: from the moment of a withdrawal, or of an end (D15), nothing more is sent on the strength of it."""
    state = state_of(case, request)
    return AgreementNoLongerHolds() if state == "on_hold" or state != state_now(case, request, at) else None


def the_school_shares_on_a_ground_of_its_own(case: Case, request: Request, at: Situation) -> Refusal | None:
    """I15: agreement that an outside requester asserts carries their request, not what the school holds."""
    asked = request.asked
    if asked.route != "external":
        return None
    parties = agreement_set(case, asked.service, asked.purpose, at.now, at.policy)
    refused = (Missing(rule_id="I4", what="refused", person=party.party) for party in parties.conflicting)
    missing = (*refused, *parties.ungranted())
    return OwnAgreementMissing(missing=missing) if missing or not parties.effective else None
