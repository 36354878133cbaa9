"""One plain line for each type of event, made of codes and labels: no name and no free text."""

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any, Final

from case_api.domain.event import Event, Unreadable
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.views.stage_view import label_of

LINES: Final[Mapping[str, str]] = {
    "LearnerRegistered": "The learner came onto the record.",
    "CarerLinked": "A carer was linked to the learner: {fact.relationship}.",
    "ContactPreferenceSet": "How a person wants to be reached was set; their language is {fact.language}.",
    "CapacityAssessed": "Capacity to decide about {fact.matter} was assessed: {fact.outcome}.",
    "NamedPersonAssigned": "The named person from {fact.from_day} on was assigned.",
    "LearnerPlaced": "From {fact.from_day} on the learner is in {setting}{in_class}.",
    "LearnerLeft": "The learner left the authority's schools on {fact.left_on}: {fact.reason}.",
    "LeadProfessionalAssigned": "A lead professional of {fact.organisation} was assigned from {fact.from_day} on.",
    "LeadProfessionalEnded": "From {fact.from_day} on there was no lead professional.",
    "DisclosureMade": "Somebody was told, by {fact.channel}: {fact.delivery}.",
    "DisclosureWithheld": "Something is kept from a person until it is reviewed on {fact.review_on}.",
    "WithholdingRenewed": "A withholding goes on until it is reviewed on {fact.review_on}.",
    "WithholdingLifted": "A withholding was lifted.",
    "ProtectionConcernRecorded": "A child-protection concern was recorded.",
    "GroupJoined": "Somebody joined the named group.",
    "GroupLeft": "Somebody left the named group.",
    "ConsentOverridden": "It was decided that consent is not waited for: {fact.ground}.",
    "OverrideReasonsRecorded": "The reasons of an override were recorded.",
    "EmergencyAccessTaken": "{fact.staff}, not of the group, may read the matter until {fact.until:%d %B, %H:%M} UTC.",
    "ProtectionDecisionRecorded": "The protecting agencies decided: {fact.forum}.",
    "ConcernRaised": "A concern was raised by: {fact.raised_by.kind}.",
    "ConcernAcknowledged": "Whoever raised the concern heard what happens next, by {fact.by_when}.",
    "ConcernClosed": "The concern was closed: {fact.outcome}.",
    "NeedsAssessed": "Needs were assessed with {fact.tool}.",
    "ViewsRecorded": "Views were recorded, gathered by: {fact.how_gathered}.",
    "UniversalSupportApplied": "From {fact.started_on} on: {strategy}, for the {fact.scope}.",
    "TargetedSupportStarted": "Targeted support from {fact.started_on} on: {strategy}{by_service}.",
    "SupportAdjusted": "A support goes on in another way from {fact.on} on.",
    "SupportEffectObserved": "The effect of a support was seen at {fact.place}: {fact.score}.",
    "SupportEnded": "A support ended on {fact.on}: {fact.reason}.",
    "StageChanged": "The stage went {fact.direction} on {fact.on}, from {from_stage} to {to_stage}.",
    "ReviewHeld": "Progress was reviewed on {fact.held_on}: {fact.decision}.",
    "EvaluationRecorded": "The support from {fact.period.from_day} to {fact.period.until} was evaluated.",
    "EntitlementInformationProvided": "A person was informed of the help that is theirs to have: {topics}.",
    "PostcardSent": "A postcard was sent: {fact.direction}.",
    "PostcardReplied": "A postcard was answered.",
    "SupportPlanned": "Support was planned, to be looked at again on {fact.review_on}.",
    "PlanAgreed": "Version {fact.version} of a plan was agreed on {fact.agreed_on}.",
    "PlanClosed": "The plan was closed on {fact.on}.",
    "MeetingCalled": "A meeting was called: {fact.kind}.",
    "MeetingPackIssued": "A meeting pack went out, {fact.school_days_ahead} school days ahead.",
    "AccessNeedsStated": "Somebody said what they need for a meeting.",
    "MeetingHeld": "A meeting was held on {fact.held_on}.",
    "ConsentSought": "Agreement was sought for {service}: {fact.scope.purpose}.",
    "ConsentGranted": "Agreement was given for {service}: {fact.scope.purpose}, until {fact.until}.",
    "ConsentRefused": "Agreement was refused for {service}: {fact.scope.purpose}.",
    "ConsentWithdrawn": "Agreement was withdrawn for {service}: {fact.scope_withdrawn.purpose}.",
    "ConsentExpired": "An agreement for {service} ended on {fact.on}.",
    "AssistanceRequested": "{service} was asked for assistance: {fact.purpose}.",
    "AssistanceWithdrawn": "The request to {service} was withdrawn.",
    "AssistanceAcknowledged": "{service} received the request.",
    "FurtherInformationRequested": "{service} asked for more information.",
    "FurtherInformationSupplied": "{service} was given more information.",
    "AssistanceAccepted": "{service} accepted the request, for: {fact.input_kind}.",
    "AssistanceDeclined": "{service} declined the request: {fact.reason_code}.",
    "AssistanceInputRecorded": "{service} worked with the learner on {fact.on}: {fact.kind}.",
    "RecommendationMade": "{service} made recommendations.",
    "RecommendationShared": "What {service} recommends was shared with staff.",
    "RecommendationAcknowledged": "A member of staff has what {service} recommends.",
    "InformationShared": "Information went to {service}.",
    "InvolvementPaused": "The work of {service} was paused.",
    "PauseAcknowledged": "{service} confirmed the pause.",
    "InvolvementResumed": "The work of {service} was resumed.",
    "InvolvementEnded": "The work of {service} ended: {fact.outcome}.",
    "WatchRaised": "It stood out, since {fact.since}: {fact.watch}.",
    "WatchEscalated": "Nobody had settled it, so those who lead support were told: {fact.watch}.",
    "WatchCleared": "It stands out no longer: {fact.watch}.",
    "RecordTransferred": "The record was sent on to {fact.to_setting}.",
    "RecordReceived": "The record arrived where it was sent, complete.",
    "RetentionHoldPlaced": "The record is to be kept, whatever its schedule says: {fact.reason}.",
    "RetentionHoldLifted": "A reason to keep the record has ended: {fact.reason}.",
    "SubjectAccessAnswered": "A person was given what is held about them.",
    "RecordCorrected": "An earlier entry was corrected.",
    "PersonalDataKeyDestroyed": "What was recorded until now was erased: {fact.facts} entries. {fact.reason}.",
}
"""By the event's name without its version."""

UNREADABLE: Final = {
    "erased": "This entry was erased.",
    "unknown": "This entry was recorded by a newer version of the service.",
    "superseded": "This entry no longer counts.",
}


class _Plain(Formatter):
    """Writes codes as words."""

    def format_field(self, value: object, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        return text.replace("_", " ")


_PLAIN: Final = _Plain()


def summary_of(fact: Event, policy: Policy, authority: Authority) -> str:
    """The line for *fact*; one that has none of its own is named by its type."""
    if isinstance(fact, Unreadable):
        return UNREADABLE[fact.why]
    name = type(fact).__name__
    return _PLAIN.vformat(LINES.get(name, f"{name}."), (), _Said(fact, policy, authority))


class _Said(dict[str, Any]):
    """What a line can name: the fact, and labels, each of which is looked up where a line names it."""

    def __init__(self, fact: Event, policy: Policy, authority: Authority) -> None:
        super().__init__(fact=fact)
        self._ground = fact, policy, authority

    def __missing__(self, name: str) -> str:
        return LABELS[name](*self._ground)


def _setting(fact: Any, _: Policy, authority: Authority) -> str:
    return authority.title_of(fact.setting)


def _in_class(fact: Any, _policy: Policy, _authority: Authority) -> str:
    return f", class {fact.setting_class}" if fact.setting_class else ""


def _service(fact: Any, _: Policy, authority: Authority) -> str:
    code = _code_of_service(fact)
    listed = authority.services.get(code)
    return listed.title if listed else code


def _by_service(fact: Any, _: Policy, authority: Authority) -> str:
    listed = authority.services.get(_code_of_service(fact))
    return f", by {listed.title}" if listed else ""


def _code_of_service(fact: Any) -> str:
    scope = getattr(fact, "scope", None) or getattr(fact, "scope_withdrawn", None)
    return str(getattr(fact, "service", None) or getattr(scope, "service", ""))


def _strategy(fact: Any, policy: Policy, _: Authority) -> str:
    code: str = fact.strategy_code
    strategy = policy.strategy(code) or policy.targeted_strategy(code)
    return strategy.label.get("en", code) if strategy else code


LABELS: Final[Mapping[str, Callable[[Any, Policy, Authority], str]]] = {
    "setting": _setting,
    "in_class": _in_class,
    "service": _service,
    "by_service": _by_service,
    "strategy": _strategy,
    "from_stage": lambda fact, policy, _: label_of(fact.from_stage, policy),
    "to_stage": lambda fact, policy, _: label_of(fact.to_stage, policy),
    "topics": lambda fact, _policy, _authority: ", ".join(one.topic for one in fact.topics),
}
"""What a line can name beside the fact, each by what it is made of."""
