"""The case of one learner: the slices together, the fold, and what corrections do to it (D6, D7)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from case_api.domain.event import SEALED, Recorded, Unreadable
from case_api.domain.facts.agreements import Agreements
from case_api.domain.facts.assessments import Assessments
from case_api.domain.facts.concerns import Concerns
from case_api.domain.facts.coordination import Coordination
from case_api.domain.facts.entitlements import Entitlements
from case_api.domain.facts.erasure import Erasure, PersonalDataKeyDestroyed
from case_api.domain.facts.evaluations import Evaluations
from case_api.domain.facts.involvement import Involvements
from case_api.domain.facts.meetings import Meetings
from case_api.domain.facts.people import People
from case_api.domain.facts.placements import Placements
from case_api.domain.facts.plans import Plans
from case_api.domain.facts.postcards import Postcards
from case_api.domain.facts.recommendations import Recommendations
from case_api.domain.facts.records import RecordCorrected, Records
from case_api.domain.facts.requests import Requests
from case_api.domain.facts.retention import Retention
from case_api.domain.facts.reviews import Reviews
from case_api.domain.facts.sharing import Sharing
from case_api.domain.facts.stages import Stages
from case_api.domain.facts.subject_access import SubjectAccess
from case_api.domain.facts.supports import Supports
from case_api.domain.facts.transfers import Transfers
from case_api.domain.facts.watches import Watches
from case_api.domain.slices import evolvers
from case_api.domain.words import EventId


class Case(Struct, frozen=True, gc=False):
    """What is true of one learner's support after some number of events. Immutable; version 0 is no case yet.

    What is empty in many cases is one and the same in all of them.
    """

    id: UUID
    version: int = 0
    recorded_at: datetime | None = None
    people: People = People()
    placements: Placements = Placements()
    coordination: Coordination = Coordination()
    concerns: Concerns = Concerns()
    assessments: Assessments = Assessments()
    supports: Supports = Supports()
    stages: Stages = Stages()
    reviews: Reviews = Reviews()
    meetings: Meetings = Meetings()
    plans: Plans = Plans()
    agreements: Agreements = Agreements()
    requests: Requests = Requests()
    involvement: Involvements = Involvements()
    recommendations: Recommendations = Recommendations()
    postcards: Postcards = Postcards()
    evaluations: Evaluations = Evaluations()
    sharing: Sharing = Sharing()
    entitlements: Entitlements = Entitlements()
    watches: Watches = Watches()
    records: Records = Records()
    transfers: Transfers = Transfers()
    retention: Retention = Retention()
    subject_access: SubjectAccess = SubjectAccess()
    erasure: Erasure = Erasure()

    @property
    def exists(self) -> bool:
        return self.version > 0

    def setting_on(self, day: date) -> str | None:
        """The setting in which the learner is placed on *day*; the one of registration before any placement (D24)."""
        placed, learner = self.placements.on(day), self.people.learner
        return placed.setting if placed else learner.setting if learner else None


EVOLVE: Final = evolvers(Case)


def evolve(case: Case, at: Recorded) -> Case:
    """Take one event into account. Decides nothing, so it can never fail."""
    return forward(case, (at,))


def forward(case: Case, events: Iterable[Recorded]) -> Case:
    """The case after further events, none of which corrects an earlier one; it is made once, at the end.

    Of what was erased nothing is left in it, whether its keys can be destroyed at once or a moment later (D10).
    """
    moved: dict[str, Any] = {}
    at = None
    for at in events:
        fact = at.fact
        if type(fact) is PersonalDataKeyDestroyed:
            case, moved = Case(case.id), {}
        owner = fact.owner
        if owner in EVOLVE and at.name != SEALED:  # a matter's facts are of the same classes, and of no case (I30)
            slice_before = moved[owner] if owner in moved else getattr(case, owner)
            moved[owner] = EVOLVE[owner](slice_before, fact, at)
    return replace(case, version=at.version, recorded_at=at.recorded_at, **moved) if at else case


def corrects(events: Iterable[Recorded]) -> bool:
    """Whether any of the events corrects an earlier one, so that the fold must start anew."""
    return any(type(event.fact) is RecordCorrected for event in events)


def fold(case_id: UUID, events: Sequence[Recorded]) -> Case:
    """The case after all *events* of its stream, in version order: a superseded fact gives way in its own place."""
    return forward(Case(case_id), corrected(events))


def corrected(events: Sequence[Recorded]) -> list[Recorded]:
    """The events with each superseded one replaced, or emptied where the correction has no replacement."""
    last = {event.fact.supersedes: event for event in events if type(event.fact) is RecordCorrected}
    return [_as_corrected(event, last) for event in events] if last else list(events)


def _as_corrected(event: Recorded, last: Mapping[EventId, Recorded]) -> Recorded:
    correction = last.get(event.event_id)
    if correction is None or not isinstance(correction.fact, RecordCorrected) or isinstance(event.fact, Unreadable):
        return event
    content = correction.fact.replacement
    if content is None:
        return event.but(fact=Unreadable(why="superseded", stored_name=event.name))
    return event.but(fact=type(event.fact).model_validate(content))
