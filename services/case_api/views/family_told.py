"""What a message was about, in a plain sentence for the family: no codes, no names but of services and supports."""

from collections.abc import Mapping
from typing import Final

from case_api.domain.event import Event, Recorded
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import TargetedSupportStarted, UniversalSupportApplied
from case_api.domain.questions.withheld import service_of
from case_api.views import family_lines as lines
from case_api.views.family_lines import label
from case_api.views.family_seen import Seen

SOMETHING: Final = "There was news about support at school."
SENTENCES: Final[Mapping[str, str]] = {
    "LearnerRegistered": "The school began its record.",
    "LearnerPlaced": "It was settled where the learner is taught.",
    "LearnerLeft": "It was noted when the learner leaves school.",
    "NamedPersonAssigned": "It was settled whom you can turn to first.",
    "LeadProfessionalAssigned": "Somebody now coordinates the help of several services.",
    "LeadProfessionalEnded": "Whoever coordinated the help of several services does so no longer.",
    "RecordTransferred": "The record was sent on to another school.",
    "RecordReceived": "The record arrived at the other school, complete.",
    "InformationShared": "Information was sent to {service}.",
    "UniversalSupportApplied": lines.SUPPORT_ALONE,
    "TargetedSupportStarted": lines.SUPPORT_ALONE,
    "SupportAdjusted": "A support at school goes on in another way.",
    "SupportEnded": lines.SUPPORT_OVER_ALONE,
    "StageChanged": lines.STAGE_ALONE,
    "ReviewHeld": lines.REVIEW_ALONE,
    "PlanAgreed": "A plan was agreed.",
    "PlanClosed": "The plan has come to its end.",
    "AssistanceRequested": "{service} was asked for help.",
    "AssistanceWithdrawn": "The request to {service} was taken back.",
    "AssistanceAcknowledged": "{service} has received the request.",
    "FurtherInformationRequested": "{service} asked the school for more information.",
    "FurtherInformationSupplied": "{service} was given more information.",
    "AssistanceAccepted": "{service} said that it will help.",
    "AssistanceDeclined": "{service} said that it cannot help here.",
    "AssistanceInputRecorded": "{service} worked with the learner.",
    "RecommendationMade": "{service} gave advice.",
    "InvolvementPaused": "The help of {service} was paused.",
    "InvolvementResumed": "The help of {service} went on again.",
    "InvolvementEnded": "The help of {service} came to its end.",
    "ConsentSought": "You were asked to agree to the help of {service}.",
    "ConsentGranted": "You said yes to the help of {service}.",
    "ConsentRefused": "You said no to the help of {service}.",
    "ConsentWithdrawn": "You took back your yes to the help of {service}.",
    "ConsentExpired": "Your yes to the help of {service} came to its end.",
    "ContactPreferenceSet": "It was noted how you want to be reached.",
    "EntitlementInformationProvided": "You were told of help that is yours to have.",
    "ConcernRaised": lines.CONCERN[False],
    "ConcernAcknowledged": lines.CONCERN[True],
    "ConcernClosed": lines.CONCERN_CLOSED,
    "PostcardSent": "A postcard was written.",
    "PostcardReplied": "A postcard was answered.",
    "MeetingCalled": lines.CALLED,
    "MeetingPackIssued": "You were sent what is good to know before a meeting.",
    "MeetingHeld": lines.HELD,
}
"""By the event's name without its version; of anything else there was news."""


def sentence(seen: Seen, event: Recorded) -> str:
    """The sentence for *event*, without detail where this person does not see it whole."""
    whole = event.event_id in seen.clear
    code = service_of(seen.truth, event.fact) if whole else None
    said = (_with_detail(seen, event.fact) if whole else None) or SENTENCES.get(type(event.fact).__name__, SOMETHING)
    text = said.format(service=seen.service(code) if code else "a service")
    return text[:1].upper() + text[1:]


def _with_detail(seen: Seen, fact: Event) -> str | None:
    match fact:
        case UniversalSupportApplied() | TargetedSupportStarted():
            return lines.SUPPORT.format(label=strategy(seen, fact.strategy_code).replace("{", "{{").replace("}", "}}"))
        case ReviewHeld():
            return lines.REVIEWS[fact.decision]
        case _:
            return None


def strategy(seen: Seen, code: str) -> str:
    """A strategy by its label in the reader's language."""
    found = seen.policy.strategy(code) or seen.policy.targeted_strategy(code)
    return label(found.label if found else {}, seen.language, code)
