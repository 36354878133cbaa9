"""The parts of a family view: plain sentences, with days and labels beside them (R11, R46)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.views.answer import Answer, Part


class Said(Part):
    """One line in plain words. What is absent is not for this person to see, or not there."""

    text: str
    on: date | None = None


class SupportSaid(Said):
    """A support, from its first day on."""

    what: str | None = Field(default=None, description="The strategy, by its label in the reader's language.")
    until: date | None = None


class NeedSaid(Part):
    """One part of the plan."""

    what: str
    hoped_for: str
    by_when: date


class PlanSaid(Said):
    """The plan that is in force."""

    needs: tuple[NeedSaid, ...] = ()


class ReviewSaid(Said):
    """A review, and when support is looked at next."""

    next_on: date | None = None


class AttendeeSaid(Part):
    """Somebody who will be there, so that nobody meets strangers (R59)."""

    name: str
    role: str
    organisation: str


class MeetingSaid(Said):
    """A meeting to which this person was invited; what it is about and who comes, once a pack went to them."""

    at: datetime
    place: str | None = None
    agenda: tuple[str, ...] = ()
    attendees: tuple[AttendeeSaid, ...] = ()
    decisions: tuple[str, ...] = ()


class SentSaid(Part):
    """What was sent to a service, by kind, on a day."""

    on: date
    kinds: tuple[str, ...]


class ServiceSaid(Said):
    """A partner service that was asked, and how far it has come."""

    service: str | None = None
    state: str | None = None
    shared: tuple[str, ...] = Field(default=(), description="What kinds of information the request names.")
    sent: tuple[SentSaid, ...] = ()


class AdviceSaid(Said):
    """What a service suggests for home."""

    service: str | None = None
    advice: str


class AgreementSaid(Said):
    """This person's own agreement to one service and purpose."""

    service: str
    purpose: str
    status: str
    shared: tuple[str, ...] = ()
    until: date | None = Field(default=None, description="The first day on which it no longer holds.")


class ToldSaid(Said):
    """Who was told of something: this person, or a partner service."""

    to: str
    channel: str


class FamilyView(Answer):
    """What the school holds and has shared, as one person of the family may see it."""

    case_id: UUID
    person_id: UUID
    language: str = Field(description="Of the sentences.")
    readers_language: str = Field(description="The reader's own; labels are in it where the policy has them.")
    learner: str
    school: str
    to_turn_to: str | None = Field(default=None, description="Whom the family turns to first.")
    lead_professional: str | None = Field(default=None, description="Who coordinates where several services work.")
    stage: Said
    supports: tuple[SupportSaid, ...] = ()
    plan: PlanSaid | None = None
    reviews: tuple[ReviewSaid, ...] = ()
    meetings: tuple[MeetingSaid, ...] = ()
    services: tuple[ServiceSaid, ...] = ()
    advice_for_home: tuple[AdviceSaid, ...] = ()
    agreements: tuple[AgreementSaid, ...] = ()
    own_concerns: tuple[Said, ...] = ()
    told: tuple[ToldSaid, ...] = ()
