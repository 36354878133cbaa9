"""A case through the eyes of one person of the family: what they see whole, and what in outline (I14, I25, I30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from case_api.domain.case import Case, corrected, forward
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.told import Told
from case_api.domain.policy import Policy
from case_api.domain.questions.family_sight import Sight, sight_of
from case_api.domain.words import PersonId, day_of
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
    told: Told
    about: dict[UUID, Recorded]
    """What they see whole, by event id."""
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
    sights: dict[UUID, Sight] = {event.event_id: sight_of(case, now, person, event) for event in known}
    whole = [event for event in known if sights[event.event_id] == "whole"]
    outline = [event for event in known if sights[event.event_id] != "none"]
    return Seen(
        person=person,
        language=_language(case, person),
        whole=forward(Case(case.id), whole),
        outline=forward(Case(case.id), outline),
        told=then.as_at(as_of.valid_at, policy.tz),
        about={event.event_id: event for event in whole},
        at=as_of.valid_at,
        policy=policy,
        authority=authority,
    )


def _language(case: Case, person: PersonId) -> str:
    preference, learner = case.people.preferences.get(person), case.people.learner
    if preference:
        return preference.language
    return learner.languages[0] if learner and learner.languages and case.people.is_learner(person) else "en"
