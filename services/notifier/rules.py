"""Who hears of what, in which letter, how soon: the first storey of the notifications matrix, as data."""

from dataclasses import dataclass
from typing import Literal

Urgency = Literal["now", "soon"]
URGENCIES: tuple[Urgency, ...] = ("now", "soon")

PEOPLE = ("email",)
SERVICES = ("webhook",)
"""The channel kinds that this notifier can use, for people and for partner services."""

NO_CHANNEL = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """Recipients in these roles get this letter when that happens."""

    event: str
    roles: tuple[str, ...]
    template: str
    channels: tuple[str, ...] = PEOPLE
    urgency: Urgency = "soon"


FAMILY = ("carer", "learner")
STAFF = ("coordinator",)
ASKERS = ("requester", "coordinator")
TEACHERS = ("teacher",)
OWNERS = ("owner",)
"""Staff whom something waits for."""
READERS = ("reader",)
"""Staff with whom something was shared."""
ATTENDEES = ("attendee",)
"""Staff who will be at a meeting."""
DOERS = ("doer",)
"""Staff who took something on, at a meeting or in a plan."""

RULES = (
    Rule("ConcernRaised.v1", ("raiser", "receiver", *STAFF), "concern-received"),
    Rule("ConcernAcknowledged.v1", ("raiser", "carer"), "concern-acknowledged"),
    Rule("ConcernClosed.v1", ("raiser",), "concern-closed"),
    Rule("ViewsRecorded.v1", ("receiver", *STAFF), "views-recorded"),
    Rule("UniversalSupportApplied.v1", FAMILY, "support-started"),
    Rule("TargetedSupportStarted.v1", FAMILY + STAFF, "targeted-support-started"),
    Rule("SupportAdjusted.v1", FAMILY, "support-adjusted"),
    Rule("SupportEnded.v1", FAMILY, "support-ended"),
    Rule("LeadProfessionalAssigned.v1", FAMILY + STAFF, "lead-professional"),
    Rule("StageChanged.v1", FAMILY + STAFF + TEACHERS, "stage-changed"),
    Rule("ReviewHeld.v1", FAMILY + STAFF, "review-held"),
    Rule("PostcardSent.v1", ("carer", "teacher"), "postcard"),
    Rule("PostcardReplied.v1", ("carer", "teacher"), "postcard-reply"),
    Rule("MeetingPackIssued.v1", ("service",), "meeting-pack", SERVICES, "now"),
    Rule("MeetingPackIssued.v1", FAMILY + ATTENDEES, "meeting-pack", urgency="now"),
    Rule("MeetingHeld.v1", FAMILY + DOERS, "meeting-held"),
    Rule("PlanAgreed.v1", FAMILY + DOERS, "plan-agreed"),
    Rule("ConsentSought.v1", FAMILY, "agreement-asked", urgency="now"),
    Rule("ConsentGranted.v1", FAMILY + STAFF, "agreement-receipt"),
    Rule("ConsentRefused.v1", FAMILY + STAFF, "agreement-receipt"),
    Rule("ConsentWithdrawn.v1", FAMILY + STAFF, "agreement-withdrawn", urgency="now"),
    Rule("ConsentExpired.v1", FAMILY + STAFF, "agreement-expired"),
    Rule("AssistanceRequested.v1", ("service",), "assistance-requested", SERVICES, "now"),
    Rule("AssistanceRequested.v1", FAMILY, "assistance-requested"),
    Rule("AssistanceWithdrawn.v1", ("service",), "assistance-withdrawn", SERVICES, "now"),
    Rule("AssistanceWithdrawn.v1", FAMILY + ASKERS, "assistance-withdrawn"),
    Rule("AssistanceAcknowledged.v1", FAMILY + ASKERS, "assistance-acknowledged"),
    Rule("FurtherInformationRequested.v1", FAMILY + ASKERS, "assistance-question", urgency="now"),
    Rule("FurtherInformationSupplied.v1", ("service",), "information-supplied", SERVICES),
    Rule("AssistanceAccepted.v1", FAMILY + ASKERS, "assistance-accepted"),
    Rule("AssistanceDeclined.v1", FAMILY + ASKERS, "assistance-declined"),
    Rule("InvolvementPaused.v1", ("service",), "involvement-paused", SERVICES, "now"),
    Rule("InvolvementPaused.v1", STAFF, "involvement-paused", urgency="now"),
    Rule("InvolvementResumed.v1", ("service",), "involvement-resumed", SERVICES, "now"),
    Rule("InvolvementResumed.v1", STAFF, "involvement-resumed"),
    Rule("InvolvementEnded.v1", FAMILY + ASKERS + TEACHERS, "involvement-ended"),
    Rule("AssistanceInputRecorded.v1", FAMILY + STAFF, "assistance-input"),
    Rule("RecommendationMade.v1", FAMILY + STAFF + TEACHERS, "recommendation-made"),
    Rule("RecommendationShared.v1", READERS, "recommendation-shared"),
    Rule("RecordTransferred.v1", (*FAMILY, "receiver"), "record-transferred"),
    Rule("WatchRaised.v1", (*OWNERS, *READERS), "watch-raised"),
    Rule("WatchEscalated.v1", ("lead",), "watch-escalated"),
)

BY_EVENT_AND_ROLE = {(rule.event, role): rule for rule in RULES for role in rule.roles}
EVENTS = frozenset(rule.event for rule in RULES)
"""The types that matter here; any other, and all of the Told stream, is passed by, so there is no loop."""
