"""A case told fact by fact, as the log would hold it: for tests of what is read from it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from case_api.domain.event import Actor, Envelope, Event, Recorded, Source
from case_api.domain.facts.agreements import ConsentGranted, ConsentSought, Explained, Scope
from case_api.domain.facts.authority import Authority, Purpose, ServiceListed
from case_api.domain.facts.people import CarerLinked, Identifier, LearnerRegistered, Rights
from case_api.domain.facts.requests import AssistanceRequested, Requester
from case_api.packs import Packs
from tests import canaries

PACKS = Path(__file__).parent.parent / "policies"
POLICY = Packs(PACKS).policy("scotland-generic@1")
AUTHORITY = Authority(
    services={
        "slt": ServiceListed(
            service="slt",
            title="Speech and Language Therapy",
            agency="Health board",
            sector="health",
            role="therapist",
            purposes=(Purpose(code="speech", needs=(("learning_profile",),)),),
        )
    }
)


@dataclass(frozen=True)
class At:
    """The two times of a question."""

    valid_at: datetime
    known_at: datetime | None = None
    settled: bool = False


def evening(day: str) -> datetime:
    """The end of a day."""
    return datetime.combine(date.fromisoformat(day), time(22), UTC)


def at(valid: str, known: str | None = None) -> At:
    return At(evening(valid), evening(known) if known else None)


@dataclass
class Story:
    """Facts in version order, each with its day, recorded at noon of that day unless said otherwise."""

    case_id: UUID = field(default_factory=uuid4)
    events: list[Recorded] = field(default_factory=list)
    learner: UUID = field(default_factory=uuid4)
    anna: UUID = field(default_factory=uuid4)
    stream: UUID | None = None

    def then(self, day: str, fact: Event, *, recorded: str | None = None, by: str = "hay") -> Recorded:
        last = self.events[-1].recorded_at if self.events else datetime.min.replace(tzinfo=UTC)
        noon = datetime.combine(date.fromisoformat(recorded or day), time(12), UTC)
        version = len(self.events) + 1
        event = Recorded(
            stream=self.stream or self.case_id,
            version=version,
            event_id=uuid5(self.case_id, f"{self.stream}{version}"),
            recorded_at=max(last, noon),
            name=fact.topic,
            key_id=getattr(fact, fact.sealed_for or "", None) or self.case_id,
            envelope=Envelope(
                actor=Actor(subject=by, role="pupil_support", organisation="burnside"),
                occurred_at=date.fromisoformat(day),
                source=Source(system="test"),
                correlation_id=self.case_id,
                policy=POLICY.ref,
            ),
            fact=fact,
        )
        self.events.append(event)
        return event

    def registered(self, day: str = "2025-08-19", setting: str = "burnside-primary") -> "Story":
        self.then(
            day,
            LearnerRegistered(
                person_id=self.learner,
                identifiers=(Identifier(system="scn", value=canaries.PUPIL_NUMBER),),
                name=canaries.LEARNER,
                date_of_birth=date(2016, 5, 11),
                setting=setting,
            ),
        )
        self.then(
            day,
            CarerLinked(
                person_id=self.anna,
                name=canaries.CARER,
                relationship="mother",
                parental_responsibilities_and_rights=Rights(held=True),
            ),
        )
        return self

    def agreed(self, day: str, *categories: str, months: int = 12) -> dict[UUID, UUID]:
        """The learner and their mother are asked and agree; by person their agreement."""
        scope = Scope(service="slt", purpose="speech", categories=categories or ("learning_profile", "views"))
        ids = {person: uuid4() for person in (self.learner, self.anna)}
        explained = Explained(how="talked about", language="en")
        for person, agreement in ids.items():
            self.then(
                day,
                ConsentSought(
                    agreement_id=agreement,
                    party=person,
                    scope=scope,
                    explained=explained,
                    alternatives_explained=True,
                ),
            )
            self.then(day, grant(agreement, person, scope, date.fromisoformat(day), months))
        return ids

    def asked(self, day: str, **more: object) -> UUID:
        """The school asks the service for help."""
        request_id = uuid4()
        self.then(
            day,
            AssistanceRequested(
                request_id=request_id,
                route="school",
                requester=Requester(kind="staff", role="pupil_support", name="hay"),
                service="slt",
                purpose="speech",
                input_sought=("assessment",),
                categories=("learning_profile", "views"),
            ).model_copy(update=more),
        )
        return request_id


def grant(agreement: UUID, person: UUID, scope: Scope, day: date, months: int = 12) -> ConsentGranted:
    return ConsentGranted(
        agreement_id=agreement,
        party=person,
        given_as="carer",
        kinds=("agreement_to_request", "consent_to_share"),
        scope=scope,
        holds_from=day,
        until=day + timedelta(days=30 * months),
        route="paper",
    )
