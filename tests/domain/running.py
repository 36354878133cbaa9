"""A case, an authority or a ledger under way: commands go in through `decide`, what follows is recorded.

Time stands still until it is set; ids are counted. Nothing here knows a rule.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from case_api.domain import case as cases
from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.decide import decide
from case_api.domain.decisions import (
    agreements,
    agreements_ended,
    assessments,
    authority,
    class_supports,
    concerns,
    coordination,
    entitlements,
    erasure,
    evaluations,
    involvement,
    looks,
    meetings,
    packs,
    partner_keys,
    people,
    placements,
    plans,
    postcards,
    recommendations,
    records,
    requests,
    requests_made,
    retention,
    reviews,
    sharing,
    sign_ins,
    stages,
    subject_access,
    supports,
    targeted_supports,
    told,
    transfers,
    watches,
    withholdings,
)
from case_api.domain.event import Actor, Envelope, Event, Recorded, Source
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.authority import evolve as evolve_authority
from case_api.domain.facts.told import Told
from case_api.domain.facts.told import evolve as evolve_told
from case_api.domain.policy import Policy
from case_api.domain.refusal import Decision
from case_api.packs import Packs

PACKS = Packs(Path(__file__).parents[2] / "policies")
POLICY = PACKS.policy("scotland-generic@1")
CASE = UUID("c0ffee00-0000-4000-8000-000000000001")
NOON = datetime(2025, 11, 14, 12, tzinfo=UTC)
TEAM = frozenset({"pupil_support"})

DECISIONS: dict[type[Command], Callable[..., Decision]] = {
    people.RegisterLearner: people.register_learner,
    people.LinkCarer: people.link_carer,
    people.SetContactPreference: people.set_contact_preference,
    people.AssessCapacity: people.assess_capacity,
    placements.PlaceLearner: placements.place_learner,
    placements.RecordLeaving: placements.record_leaving,
    coordination.AssignNamedPerson: coordination.assign_named_person,
    coordination.AssignLeadProfessional: coordination.assign_lead_professional,
    coordination.EndLeadProfessional: coordination.end_lead_professional,
    concerns.RaiseConcern: concerns.raise_concern,
    concerns.AcknowledgeConcern: concerns.acknowledge_concern,
    concerns.CloseConcern: concerns.close_concern,
    assessments.RecordAssessment: assessments.record_assessment,
    assessments.RecordViews: assessments.record_views,
    supports.ApplySupport: supports.apply_support,
    supports.AdjustSupport: supports.adjust_support,
    targeted_supports.StartTargetedSupport: targeted_supports.start_targeted_support,
    **dict.fromkeys(
        (class_supports.ClassSupport, class_supports.GroupSupport),
        lambda case, joint_id, command, at: class_supports.give_support_together(
            case, "burnside-primary", joint_id, command, at
        ),
    ),
    supports.ObserveEffect: supports.observe_effect,
    supports.EndSupport: supports.end_support,
    stages.ChangeStage: stages.change_stage,
    reviews.HoldReview: reviews.hold_review,
    evaluations.Evaluate: evaluations.evaluate,
    postcards.SendPostcard: postcards.send_postcard,
    postcards.ReplyPostcard: postcards.reply_postcard,
    entitlements.ProvideEntitlementInformation: entitlements.provide_entitlement_information,
    plans.PlanSupport: plans.plan_support,
    plans.AgreePlan: plans.agree_plan,
    plans.ClosePlan: plans.close_plan,
    meetings.CallMeeting: meetings.call_meeting,
    packs.IssuePack: packs.issue_pack,
    meetings.StateAccessNeeds: meetings.state_access_needs,
    meetings.HoldMeeting: meetings.hold_meeting,
    agreements.SeekAgreement: agreements.seek_agreement,
    agreements.GrantAgreement: agreements.answer_agreement,
    agreements.RefuseAgreement: agreements.answer_agreement,
    agreements_ended.WithdrawAgreement: agreements_ended.withdraw_agreement,
    agreements_ended.ExpireAgreement: agreements_ended.expire_agreement,
    requests.SchoolRequest: requests.request_assistance,
    requests.ExternalRequest: requests.request_assistance,
    requests.DirectRequest: requests.request_assistance,
    requests_made.WithdrawRequest: requests_made.withdraw_request,
    sharing.ShareInformation: sharing.share_information,
    requests_made.SupplyInformation: requests_made.supply_information,
    **dict.fromkeys(
        (
            involvement.Acknowledge,
            involvement.AskForInformation,
            involvement.Accept,
            involvement.Decline,
            involvement.RecordInput,
            involvement.Recommend,
            involvement.End,
            involvement.AcknowledgePause,
        ),
        involvement.update_from_partner,
    ),
    recommendations.ShareRecommendation: recommendations.share_recommendation,
    recommendations.AcknowledgeRecommendation: recommendations.acknowledge_recommendation,
    records.CorrectRecord: records.correct_record,
    transfers.TransferRecord: transfers.transfer_record,
    transfers.ReceiveRecord: transfers.receive_record,
    retention.PlaceHold: retention.place_hold,
    retention.LiftHold: retention.lift_hold,
    subject_access.AnswerSubjectAccess: subject_access.answer_subject_access,
    erasure.EraseLearner: erasure.erase_learner,
    authority.PublishPolicy: authority.publish_policy,
    authority.ListService: authority.list_service,
    authority.AssignStaff: authority.assign_staff,
    partner_keys.IssuePartnerKey: partner_keys.issue_partner_key,
    partner_keys.RevokePartnerKey: partner_keys.revoke_partner_key,
    authority.ListSetting: authority.list_setting,
    sign_ins.EndSignIns: sign_ins.end_sign_ins,
    looks.PruneLooks: looks.prune_looks,
    told.RecordDisclosure: told.record_disclosure,
    told.TellByHand: told.tell_by_hand,
    withholdings.WithholdDisclosure: withholdings.withhold_disclosure,
    withholdings.RenewWithholding: withholdings.renew_withholding,
    withholdings.LiftWithholding: withholdings.lift_withholding,
    watches.RaiseWatches: lambda case, asked, at: watches.raise_watches(case, Told(), asked, at),
    watches.EscalateWatches: lambda case, asked, at: watches.escalate_watches(case, Told(), asked, at),
    watches.ClearWatches: lambda case, asked, at: watches.clear_watches(case, Told(), asked, at),
}


def new(number: int) -> UUID:
    """The id that a decision is given when it asks for its first, second, … new one."""
    return UUID(int=(0x0199 << 112) | (7 << 76) | (1 << 63) | number)


def event_id(version: int) -> UUID:
    """The id of the event that stands at *version*."""
    return UUID(int=(0x0198 << 112) | (7 << 76) | (1 << 63) | version)


@dataclass
class Running:
    """One case as it grows, beside the authority that it belongs to."""

    directory: Authority
    now: datetime = NOON
    policy: Policy = POLICY
    history: list[Recorded] = field(default_factory=list)
    case: Case = field(default_factory=lambda: Case(CASE))
    ids: int = 0

    def situation(self, **who: Any) -> Situation:
        """Who asks, and everything else that a decision needs."""
        roles = who.pop("roles", TEAM)
        actor = Actor(subject=who.pop("by", "hay"), role=next(iter(sorted(roles)), "none"), organisation="burnside")
        base = Situation(self.now, actor, roles, self.policy, self.directory, self._new_id, history=tuple(self.history))
        return replace(base, **who)

    def decide(self, command: Command, *about: UUID, state: Any = None, **who: Any) -> Decision:
        """What the command comes to; nothing is recorded."""
        function = DECISIONS[type(command)]
        return decide(
            lambda held, asked, at: function(held, *about, asked, at),
            self.case if state is None else state,
            command,
            self.situation(**who),
        )

    def ask(self, command: Command, *about: UUID, **who: Any) -> Decision:
        """Decide and record."""
        decision = self.decide(command, *about, **who)
        self.record(decision.events, command.occurred_at or self.now, who.get("by", "hay"))
        return decision

    def record(self, facts: Iterable[Event], occurred: date | datetime, by: str = "hay") -> None:
        """Put facts at the end of the history, and take them into account."""
        added = [
            recorded(fact, len(self.history) + place, occurred, self.now, by) for place, fact in enumerate(facts, 1)
        ]
        self.history += added
        self.case = cases.fold(CASE, self.history) if cases.corrects(added) else cases.forward(self.case, added)

    def known_on(self, instant: datetime) -> Case:
        """The case as it was known at an instant."""
        return cases.fold(CASE, [event for event in self.history if event.recorded_at <= instant])

    def _new_id(self) -> UUID:
        self.ids += 1
        return new(self.ids)


def recorded(fact: Event, version: int, occurred: date | datetime, now: datetime, by: str = "hay") -> Recorded:
    """A fact in its place on the case of these tests."""
    envelope = Envelope(
        actor=Actor(subject=by, role="staff", organisation="burnside"),
        occurred_at=occurred,
        source=Source(system="test"),
        correlation_id=CASE,
        policy=POLICY.ref,
    )
    return Recorded(CASE, version, event_id(version), now, fact.topic, CASE, envelope, fact)


def authority_after(facts: Iterable[Event]) -> Authority:
    """The authority once *facts* stand in its own stream."""
    return reduce(lambda held, one: evolve_authority(held, *_in_place(one)), enumerate(facts, 1), Authority())


def told_after(facts: Iterable[Event]) -> Told:
    """The ledger once *facts* stand in it."""
    return reduce(lambda held, one: evolve_told(held, *_in_place(one)), enumerate(facts, 1), Told())


def _in_place(numbered: tuple[int, Event]) -> tuple[Event, Recorded]:
    version, fact = numbered
    return fact, recorded(fact, version, NOON, NOON, "hay")
