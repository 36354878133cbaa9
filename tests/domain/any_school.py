"""What a school may ask of a case: concerns, assessments, supports, reviews, stages, meetings, plans."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from case_api.domain.decisions.assessments import RecordAssessment, RecordViews
from case_api.domain.decisions.concerns import AcknowledgeConcern, CloseConcern, RaiseConcern
from case_api.domain.decisions.meetings import CallMeeting, HoldMeeting, StateAccessNeeds
from case_api.domain.decisions.packs import IssuePack
from case_api.domain.decisions.plans import AgreePlan, ClosePlan
from case_api.domain.decisions.postcards import ReplyPostcard, SendPostcard
from case_api.domain.decisions.reviews import HoldReview
from case_api.domain.decisions.stages import ChangeStage
from case_api.domain.decisions.supports import AdjustSupport, ApplySupport, EndSupport, ObserveEffect
from case_api.domain.decisions.targeted_supports import StartTargetedSupport
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.concerns import RaisedBy
from case_api.domain.facts.meetings import Attendee, Seating
from case_api.domain.facts.plans import PlannedNeed, PlanParty
from case_api.domain.words import ViewsMissing
from tests.domain.any_case import STRANGER, AnyCase, anyone, one_of_them, pick, usually, whens
from tests.domain.running import POLICY


class AnySchool(AnyCase):
    """A school at work."""

    @rule(who=anyone, kind=st.sampled_from(["carer", "staff"]))
    def concern(self, who: int, kind: Any) -> None:
        self.ask(RaiseConcern(raised_by=RaisedBy(kind=kind, person=self.person(who)), description="Hm."))

    @rule(which=one_of_them, close=st.booleans(), moment=whens)
    def answer_concern(self, which: int, *, close: bool, moment: str | None) -> None:
        about = pick(list(self.running.case.concerns.by_id), which)
        happened = self.when(moment)
        if close:
            self.ask(CloseConcern(outcome="supported", reason="Done.", occurred_at=happened), about)
        else:
            by_when = date(2026, 1, 1)
            self.ask(
                AcknowledgeConcern(summary="Heard.", next_step="See.", by_when=by_when, occurred_at=happened), about
            )

    @rule(need=st.sampled_from(["language", "organisation"]))
    def assessment(self, need: str) -> None:
        self.ask(RecordAssessment(tool="cps", needs=(Need(code=need),)))

    @rule(who=anyone)
    def views(self, who: int) -> None:
        self.ask(RecordViews(party=self.person(who), how_gathered="talk", views="Pictures."))

    @rule(need=st.sampled_from([(), ("language",)]), moment=whens)
    def support(self, need: tuple[str, ...], moment: str | None) -> None:
        self.ask(ApplySupport(strategy_code="quiet_space", need_refs=need, occurred_at=self.when(moment)))

    @rule(code=st.sampled_from(["small_class", "agency_input"]), urgent=st.booleans(), moment=whens)
    def targeted_support(self, code: str, moment: str | None, *, urgent: bool) -> None:
        service, why = ("slt" if code == "agency_input" else None), ("A place is free." if urgent else None)
        self.ask(
            StartTargetedSupport(
                strategy_code=code, service=service, exception_reason=why, occurred_at=self.when(moment)
            )
        )

    @rule(which=one_of_them, what=st.sampled_from(["watch", "adjust", "end"]))
    def go_on(self, which: int, what: str) -> None:
        about = pick(list(self.running.case.supports.by_id), which)
        seen, ended = ObserveEffect(score=1, evidence="Seen."), EndSupport(reason="replaced")
        self.ask({"watch": seen, "adjust": AdjustSupport(change="Less.", reason="Tired."), "end": ended}[what], about)

    @rule(heard=anyone, excused=usually)
    def review(self, heard: int, *, excused: bool) -> None:
        of = tuple(self.running.case.supports.by_id)[-2:] or (STRANGER,)
        refs, missing = self._views(heard, excused=excused)
        self.ask(HoldReview(of_refs=of, decision="adjust", views_refs=refs, views_missing=missing))

    @rule(steps=st.sampled_from([1, 1, 1, -1, 2, 0]), heard=anyone, excused=usually, moment=whens)
    def stage(self, steps: int, heard: int, *, excused: bool, moment: str | None) -> None:
        ladder, last = [one.code for one in POLICY.ladder], self.running.case.stages.last
        stage = [*ladder, "stage_9"][((ladder.index(last.stage) if last else 0) + steps) % (len(ladder) + 1)]
        refs, missing = self._views(heard, excused=excused)
        rationale, happened = "Less does not suffice.", self.when(moment)
        self.ask(
            ChangeStage(
                to_stage=stage, rationale=rationale, views_refs=refs, views_missing=missing, occurred_at=happened
            )
        )

    @rule(who=anyone, direction=st.sampled_from(["try_at_home", "tried_at_home"]), about=usually)
    def postcard(self, who: int, direction: Any, *, about: bool) -> None:
        kind = "strategy" if about else "meeting"
        self.ask(SendPostcard(about=kind, direction=direction, carer=self.person(who), text="Try.", language="en"))

    @rule(which=one_of_them, who=st.none() | anyone)
    def answer_postcard(self, which: int, who: int | None) -> None:
        about = pick(list(self.running.case.postcards.threads), which)
        carer = None if who is None else self.person(who)
        self.ask(ReplyPostcard(carer=carer, text="It works.", language="en"), about)

    @rule(kind=st.sampled_from(["planning", "planning", "review", "party"]), days=st.sampled_from([-1, 0, 10]))
    def call(self, kind: str, days: int) -> None:
        self.ask(CallMeeting(kind=kind, at=self.running.now + timedelta(days=days), purpose="What next."))

    @rule(which=one_of_them, who=anyone, whole=usually, late=usually)
    def prepare(self, which: int, who: int, *, whole: bool, late: bool) -> None:
        meeting, person = pick(list(self.running.case.meetings.by_id), which), self.person(who)
        command = IssuePack(
            to=(person,),
            agenda=("What next",) if whole else (),
            attendees=(Attendee(name="Hay", role="pupil_support", organisation="Burnside"),),
            companion_told=True,
            access_needs_asked=True,
            seating=Seating(seated_first=True),
            late_reason="Short notice." if late else None,
        )
        self.ask(command, meeting)
        self.ask(StateAccessNeeds(party=person), meeting)

    @rule(which=one_of_them, explained=usually, moment=whens)
    def meet(self, which: int, *, explained: bool, moment: str | None) -> None:
        why = "A slip." if explained else None
        meeting = pick(list(self.running.case.meetings.by_id), which)
        self.ask(HoldMeeting(present=("Hay",), pack_exception_reason=why, occurred_at=self.when(moment)), meeting)

    @rule(which=one_of_them, again=st.booleans(), heard=anyone, excused=usually, close=st.booleans())
    def plan(self, which: int, *, again: bool, heard: int, excused: bool, close: bool) -> None:
        known = pick(list(self.running.case.plans.by_id), which)
        need = PlannedNeed(
            need="language", action="Group", outcome="More", responsible="hay", by_when=self.running.now.date()
        )
        refs, missing = self._views(heard, excused=excused)
        command = AgreePlan(
            plan_id=known if again else None,
            needs=(need,),
            parties=(PlanParty(role="carer", person=self.person(heard)),),
            views_refs=refs,
            views_missing=missing,
        )
        self.ask(command)
        if close:
            self.ask(ClosePlan(reason="Done."), known)

    def _views(self, heard: int, *, excused: bool) -> tuple[tuple[UUID, ...], tuple[ViewsMissing, ...]]:
        refs = tuple(self.running.case.assessments.views)[:heard]
        return refs, tuple(ViewsMissing(party=one, reason="ill") for one in self.people[:heard] if excused)
