"""What section 6.3 asks, read a second time and written down from the facts alone.

This file knows nothing of `questions/` and `decisions/`. Where two people could read the hour of an answer
differently, because only its day was written down later, it gives the benefit of the doubt: what it calls not agreed
is not agreed on any reading.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from case_api.domain.event import Event, Recorded
from case_api.domain.facts.agreements import ConsentGranted, ConsentRefused, ConsentSought, ConsentWithdrawn, Scope
from case_api.domain.facts.assessments import NeedsAssessed, ViewsRecorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.involvement import InvolvementEnded, InvolvementPaused, InvolvementResumed
from case_api.domain.facts.people import CapacityAssessed, CarerLinked, LearnerRegistered
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.requests import (
    AssistanceAccepted,
    AssistanceDeclined,
    AssistanceRequested,
    AssistanceWithdrawn,
)
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import SupportEffectObserved, UniversalSupportApplied

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Said:
    """One answer: its place in the record, its day, and its instant if that is known."""

    place: int
    day: date
    instant: datetime | None
    fact: Event

    def surely_after(self, other: "Said") -> bool:
        if self.instant and other.instant:
            return self.instant > other.instant
        return self.day > other.day


class Oracle:
    """What can be said of the family's agreement at the end of a history, on a day."""

    def __init__(self, history: Sequence[Recorded], directory: Authority, now: datetime) -> None:
        self.history, self.directory, self.now = history, directory, now
        self.today = now.astimezone(LONDON).date()
        self.facts = list(_as_corrected(history))

    # Who
    @property
    def learner(self) -> LearnerRegistered:
        return next(fact for fact in self.facts if isinstance(fact, LearnerRegistered))

    @property
    def parents(self) -> set[UUID]:
        """Those who hold rights and may be contacted."""
        linked = {fact.person_id: fact for fact in self.facts if isinstance(fact, CarerLinked)}
        return {
            one
            for one, carer in linked.items()
            if carer.parental_responsibilities_and_rights.held and carer.may_contact
        }

    @property
    def deciding_parents(self) -> set[UUID]:
        """None beside a young person of sixteen, unless they were found unable to decide."""
        return set() if self.young_person_decides else self.parents

    @property
    def young_person_decides(self) -> bool:
        return self.is_aged(16, self.today) and not self.lacks_capacity

    def is_aged(self, years: int, day: date) -> bool:
        born = self.learner.date_of_birth
        return (day.year - years, day.month, day.day) >= (born.year, born.month, born.day)

    @property
    def lacks_capacity(self) -> bool:
        found = [fact for fact in self.facts if isinstance(fact, CapacityAssessed) and self.today < fact.valid_until]
        return bool(found) and found[-1].outcome == "lacks"

    @property
    def learner_is_heard_instead(self) -> bool:
        """Found unable to decide, and their views are on record."""
        heard = any(isinstance(fact, ViewsRecorded) and fact.party == self.learner.person_id for fact in self.facts)
        return self.lacks_capacity and heard

    # What they said
    def was_asked(self, person: UUID, about: Scope) -> bool:
        return any(isinstance(said.fact, ConsentSought) for said in self._said(person, about))

    def has_answered(self, person: UUID, about: Scope) -> bool:
        return any(not isinstance(said.fact, ConsentSought) for said in self._said(person, about))

    def standing_grants(self, person: UUID, about: Scope) -> dict[UUID, tuple[ConsentGranted, set[str]]]:
        """Grants that may be said to hold today, each with what is left of it."""
        said = self._said(person, about)
        found = {}
        for one in said:
            grant = one.fact
            if not isinstance(grant, ConsentGranted) or any(_undoes(other, one) for other in said):
                continue
            left = set(grant.scope.categories) - _taken_back(one, said)
            if left and grant.holds_from <= self.today < grant.until:
                found[UUID(int=one.place)] = (grant, left)
        return found

    def agrees(self, person: UUID, about: Scope) -> bool:
        return any("agreement_to_request" in grant.kinds for grant, _ in self.standing_grants(person, about).values())

    def left_to_share(self, person: UUID, about: Scope) -> set[str]:
        """The most that this person can be said to share."""
        grants = self.standing_grants(person, about).values()
        return {one for grant, left in grants if "consent_to_share" in grant.kinds for one in left}

    # What follows
    def why_not_to_ask(self, asked: AssistanceRequested) -> list[str]:
        """Why the school must not make this request, as far as it can be told for certain."""
        about, learner = (
            Scope(service=asked.service, purpose=asked.purpose, categories=asked.categories),
            self.learner.person_id,
        )
        found = self.why_not_to_go_on(about)
        found += [f"{parent} was not asked" for parent in self.deciding_parents if not self.was_asked(parent, about)]
        if self.is_aged(12, self.today) and not self.learner_is_heard_instead:
            grants = [grant for grant, _ in self.standing_grants(learner, about).values()]
            own = [grant for grant in grants if grant.given_as == "learner"]
            found += [] if own else ["the learner is twelve and did not agree themselves"]
            old = self.young_person_decides and not any(self.is_aged(16, grant.holds_from) for grant in own)
            found += ["the learner is sixteen and has not agreed since"] if old else []
        for person in {*self.deciding_parents, learner}:
            if self.agrees(person, about) and not set(asked.categories) <= self.left_to_share(person, about):
                found.append(f"{person} did not agree to all of it")
        found += [f"nothing was tried for {need}" for need in asked.need_refs if not self._tried(asked, need)]
        found += [] if asked.need_refs else ["no need is named"]
        roles = {one.role for one in asked.contributors}
        return found if len(roles) >= 2 else [*found, "one role alone contributed"]

    def why_not_to_go_on(self, about: Scope) -> list[str]:
        """Why work for this purpose must not go on."""
        learner = self.learner.person_id
        parents = self.deciding_parents
        agreed = self.young_person_decides or any(self.agrees(parent, about) for parent in parents)
        found = [] if agreed else ["no parent agrees"]
        found += [
            f"{parent} said no, took it back, or their agreement ended"
            for parent in parents
            if self.has_answered(parent, about) and not self.standing_grants(parent, about)
        ]
        if not self.learner_is_heard_instead and not self.agrees(learner, about):
            found.append("the learner does not agree")
        return found if self._suffices(about) else [*found, "what everybody shares is not enough for the purpose"]

    def open_school_requests(self) -> Iterator[tuple[AssistanceRequested, bool]]:
        """School requests that are not over and not on hold; with whether they were accepted."""
        for event in self.history:
            asked = event.fact
            if isinstance(asked, AssistanceRequested) and asked.route == "school":
                after = [one.fact for one in self.history if getattr(one.fact, "request_id", None) == asked.request_id]
                over = any(
                    isinstance(one, AssistanceWithdrawn | AssistanceDeclined | InvolvementEnded) for one in after
                )
                pauses = [one for one in after if isinstance(one, InvolvementPaused | InvolvementResumed)]
                held = bool(pauses) and isinstance(pauses[-1], InvolvementPaused)
                if not over and not held:
                    yield asked, any(isinstance(one, AssistanceAccepted) for one in after)

    def _suffices(self, about: Scope) -> bool:
        shares = [
            self.left_to_share(person, about)
            for person in {*self.deciding_parents, self.learner.person_id}
            if self.agrees(person, about)
        ]
        common = set.intersection(*shares) if shares else set()
        listed = self.directory.services[about.service].purposes
        needs = next(one.needs for one in listed if one.code == about.purpose)
        return bool(common) and all(common & set(group) for group in needs)

    def _tried(self, asked: AssistanceRequested, need: str) -> bool:
        assessed = any(
            isinstance(fact, NeedsAssessed) and need in {one.code for one in fact.needs} for fact in self.facts
        )
        applied = {fact.measure_id for fact in self.facts if isinstance(fact, UniversalSupportApplied)}
        seen = {fact.measure_id for fact in self.facts if isinstance(fact, SupportEffectObserved)}
        seen |= {ref for fact in self.facts if isinstance(fact, ReviewHeld) for ref in fact.of_refs}
        paired = {one.measure_id for one in asked.measures_tried if one.need_ref == need}
        return assessed and bool(paired & applied & seen or asked.exception_reason)

    def _said(self, person: UUID, about: Scope) -> list[Said]:
        return [
            Said(event.version, _day(event), _instant(event), event.fact)
            for event in self.history
            if (scope := _scope(event.fact)) and getattr(event.fact, "party", None) == person
            if (scope.service, scope.purpose) == (about.service, about.purpose)
        ]


def _as_corrected(history: Sequence[Recorded]) -> Iterator[Event]:
    corrections = {event.fact.supersedes: event.fact for event in history if isinstance(event.fact, RecordCorrected)}
    for event in history:
        correction = corrections.get(event.event_id)
        if correction is None:
            yield event.fact
        elif correction.replacement is not None:
            yield type(event.fact).model_validate(correction.replacement)


def _scope(fact: Event) -> Scope | None:
    if isinstance(fact, ConsentSought | ConsentGranted | ConsentRefused):
        return fact.scope
    return fact.scope_withdrawn if isinstance(fact, ConsentWithdrawn) else None


def _day(event: Recorded) -> date:
    moment = event.fact.effective_at if isinstance(event.fact, ConsentWithdrawn) else event.occurred_at
    return moment.astimezone(LONDON).date() if isinstance(moment, datetime) else moment


def _instant(event: Recorded) -> datetime | None:
    """Of a day that was written down on that day no more is known than that it was said by then."""
    if isinstance(event.fact, ConsentWithdrawn):
        return event.fact.effective_at
    if isinstance(event.occurred_at, datetime):
        return event.occurred_at
    return event.recorded_at if event.recorded_at.astimezone(LONDON).date() == event.occurred_at else None


def _undoes(other: Said, grant: Said) -> bool:
    """A refusal written down later undoes it unless the grant came surely after; another grant takes its place."""
    if isinstance(other.fact, ConsentRefused):
        return not grant.surely_after(other) if other.place > grant.place else other.surely_after(grant)
    if isinstance(other.fact, ConsentGranted) and other is not grant:
        same_time = bool(other.instant) and other.instant == grant.instant
        return other.surely_after(grant) or (same_time and other.place > grant.place)
    return False


def _taken_back(grant: Said, said: Sequence[Said]) -> set[str]:
    return {
        category
        for one in said
        if isinstance(one.fact, ConsentWithdrawn) and (one.place > grant.place or one.surely_after(grant))
        for category in one.fact.scope_withdrawn.categories
    }
