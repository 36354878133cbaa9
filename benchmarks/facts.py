"""The payload: one teacher's concern, the same for us and for every peer. Nothing of it is encoded in advance."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

from uuid_utils.compat import uuid4, uuid7

from case_api.domain.event import Actor, Envelope, Event, Source
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.people import LearnerRegistered
from case_api.store.journal import Fact

TEXT = (
    "long instructions get lost on the way from the carpet to the desk; pictures beside words help, noise does not, "
    "and after break it takes a while until the next task begins"
)
WORDS = TEXT.split()
POLICY = "scotland-generic@1"
SCHOOLS = 200


def description() -> str:
    """A sentence or two that no cache has seen: some 120 characters."""
    return " ".join(random.choices(WORDS, k=22)).capitalize() + "."  # noqa: S311 - not a secret


def concern() -> ConcernRaised:
    """A fact as the decision would make it."""
    return ConcernRaised(
        concern_id=uuid7(),
        raised_by=RaisedBy(kind="staff", staff="teacher-17"),
        received_by="teacher-17",
        wellbeing_indicators=("achieving", "included"),
        barrier_areas=("learning_environment",),
        description=description(),
    )


def posted() -> dict[str, object]:
    """The same as a client posts it."""
    return {
        "raised_by": {"kind": "staff", "staff": "teacher-17"},
        "wellbeing_indicators": ["achieving", "included"],
        "barrier_areas": ["learning_environment"],
        "description": description(),
    }


def school(number: int) -> str:
    """Of the learner, or the member of staff, with this number: they meet those whose numbers end alike."""
    return f"school-{number % SCHOOLS}"


def registered(number: int) -> LearnerRegistered:
    """The first fact of a case."""
    return LearnerRegistered(
        person_id=uuid4(),
        name=f"Learner {number}",
        date_of_birth=date(2016, 1 + number % 12, 1 + number % 28),
        setting=school(number),
    )


def envelope() -> Envelope:
    """What surrounds each fact."""
    return Envelope(
        actor=Actor(subject="teacher-17", role="teacher", organisation="burnside"),
        occurred_at=datetime.now(UTC),
        source=Source(system="school-app", idempotency_key=str(uuid4())),
        correlation_id=uuid4(),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        policy=POLICY,
    )


def placed(stream: UUID, version: int, fact: Event) -> Fact:
    """A fact at its place in a case."""
    return Fact(stream, version, uuid7(), datetime.now(UTC), stream, envelope(), fact)


def story(case_id: UUID, number: int, length: int) -> Iterator[Fact]:
    """A whole case of *length* facts: a learner, then concerns."""
    yield placed(case_id, 1, registered(number))
    for version in range(2, length + 1):
        yield placed(case_id, version, concern())
