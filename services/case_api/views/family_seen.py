"""A case through the eyes of one person of the family: what they see whole, and what in outline (I14, I25, I30).

What is true beside it is compared with, never shown: where something newer is withheld, nothing older is told as if it
held. Where all of a thing is withheld, that is so whether or not anything happened, so that the answer tells nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from case_api.domain.case import Case, corrected, forward
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.facts.told import Told, Withholding
from case_api.domain.policy import Policy
from case_api.domain.questions.family_sight import is_routine, sight_of
from case_api.domain.questions.withheld import withheld_from
from case_api.domain.words import PersonId, RequestId, day_of
from case_api.views.answer import AsOf
from case_api.views.family_lines import words
from case_api.views.known import as_known, ledger_as_known


@dataclass(frozen=True, slots=True)
class Seen:
    """A case through one person's eyes."""

    person: PersonId
    language: str
    whole: Case
    outline: Case
    truth: Case
    told: Told
    about: dict[UUID, Recorded]
    """All that a message to them can have been about, by event id."""
    clear: frozenset[UUID]
    """Ids of the events that they see whole."""
    all_withheld: bool
    """Nothing is told to them of this case."""
    kept_requests: frozenset[RequestId]
    """Their own requests of which nothing that follows is told to them."""
    at: datetime
    policy: Policy
    authority: Authority

    @property
    def day(self) -> date:
        return day_of(self.at, self.policy.tz)

    def service(self, code: str) -> str:
        """The service by its name."""
        listed = self.authority.services.get(code)
        return listed.title if listed else words(code)


def seen_by(
    case: Case,
    events: Sequence[Recorded],
    ledger: Sequence[Recorded],
    as_of: AsOf,
    policy: Policy,
    authority: Authority,
    person: PersonId,
) -> Seen:
    """The two folds. Who may see what goes by the case and the ledger as they stand now, whatever the question."""
    now, then = ledger_as_known(ledger, None), ledger_as_known(ledger, as_of.known_at)
    known = corrected(as_known(events, as_of.known_at))
    sights = [(sight_of(case, now, person, event), event) for event in known]
    whole = [event for sight, event in sights if sight == "whole"]
    outline = [event for sight, event in sights if sight != "none"]
    routine = [event for event in known if is_routine(event)]
    kept = [one for one in now.in_force() if one.decided.person_id == person and one.decided.extent == "everything"]
    return Seen(
        person=person,
        language=_language(case, person),
        whole=forward(Case(case.id), whole),
        outline=forward(Case(case.id), outline),
        truth=forward(Case(case.id), routine),
        told=then.as_at(as_of.valid_at, policy.tz),
        about={event.event_id: event for event in routine},
        clear=frozenset(event.event_id for event in whole),
        all_withheld=any(one.decided.about is None for one in kept),
        kept_requests=frozenset(_kept_requests(case, kept, person, whole)),
        at=as_of.valid_at,
        policy=policy,
        authority=authority,
    )


def _kept_requests(
    case: Case, kept: Sequence[Withholding], person: PersonId, whole: Sequence[Recorded]
) -> Iterator[RequestId]:
    for event in whole:
        covered = withheld_from(kept, case, str(person), event)
        if isinstance(event.fact, AssistanceRequested) and covered:
            yield event.fact.request_id


def _language(case: Case, person: PersonId) -> str:
    preference, learner = case.people.preferences.get(person), case.people.learner
    if preference:
        return preference.language
    return learner.languages[0] if learner and learner.languages and case.people.is_learner(person) else "en"
