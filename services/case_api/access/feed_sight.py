"""What of the feed a consumer sees: what it may read now, and nothing else (D18, I29, I30)."""

from typing import Final

from case_api.access.principal import Principal
from case_api.domain.event import Recorded

WHOLE_RECORD: Final = frozenset({"notifier", "auditor", "mis", "pupil_support", "authority_admin"})
OWN_STREAM: Final = frozenset({"auditor", "mis", "authority_admin"})
"""Who sees what the authority itself publishes."""
FOR_SERVICES: Final = frozenset(
    {
        "AssistanceRequested",
        "AssistanceWithdrawn",
        "AssistanceAcknowledged",
        "FurtherInformationRequested",
        "FurtherInformationSupplied",
        "AssistanceAccepted",
        "AssistanceDeclined",
        "AssistanceInputRecorded",
        "RecommendationMade",
        "InvolvementPaused",
        "PauseAcknowledged",
        "InvolvementResumed",
        "InvolvementEnded",
    }
)
"""Facts about a request that its service sees."""


def may_see(consumer: Principal, event: Recorded) -> bool:
    """Whether *consumer* sees *event* in the feed."""
    if event.kind == "matter" or _is_kept_from(consumer, event):
        return False
    if event.kind == "authority":
        return not consumer.roles.isdisjoint(OWN_STREAM)
    return not consumer.roles.isdisjoint(WHOLE_RECORD) or is_for_its_service(consumer, event)


def is_for_its_service(consumer: Principal, event: Recorded) -> bool:
    """Whether it is a fact about a request that is addressed to a service of the consumer's."""
    if "agency" not in consumer.roles or type(event.fact).__name__ not in FOR_SERVICES:
        return False
    return getattr(event.fact, "service", None) in consumer.services


def _is_kept_from(consumer: Principal, event: Recorded) -> bool:
    """I30: what is labelled protection reaches no ordinary reader."""
    labelled = event.envelope is not None and event.envelope.sensitivity == "protection"
    return labelled and "auditor" not in consumer.roles
