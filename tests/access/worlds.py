"""Random learners, staff and families: each as raw facts, from which product and oracle work out their own answers."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from random import Random
from typing import Any
from uuid import UUID

from case_api.access.principal import Principal
from case_api.access.rules import Action
from case_api.domain.case import Case, fold
from case_api.domain.command import Command
from case_api.domain.event import Actor, Envelope, Event, Recorded, Source
from case_api.domain.facts.agreements import ConsentSought
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.domain.facts.authority import evolve as evolve_authority
from case_api.domain.facts.coordination import LeadProfessionalAssigned, LeadProfessionalEnded, NamedPersonAssigned
from case_api.domain.facts.people import CarerLinked, LearnerRegistered
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.recommendations import RecommendationMade, RecommendationShared
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.facts.transfers import RecordReceived, RecordTransferred
from case_api.domain.words import PersonId

AUTHORITY = "moray"
SETTINGS = ("elm", "oak", "ash")
CLASSES = ("p1", "p2")
STAFF = ("ada", "ben", "cal", "dot")
SERVICES = ("slt", "eps")
DAY = date(2026, 3, 2)
STAFF_ROLES = (
    "teacher", "support_assistant", "pupil_support", "school_leader", "child_protection", "mis", "auditor",
    "authority_admin", "notifier", "external", "agency",
)  # fmt: skip
PEOPLE = tuple(UUID(int=number) for number in range(1, 4))
"""The learner, and two who may be carers."""
AGREEMENTS = (UUID(int=70), UUID(int=71))
"""Of which one may have been sought."""


class Say(Command):
    """Words of somebody of the family, or of the school about them."""

    party: PersonId


@dataclass(frozen=True)
class World:
    """One learner's facts, the directory's, and somebody who wants something."""

    case_id: UUID
    facts: tuple[Event, ...]
    directory: tuple[StaffAssigned, ...]
    who: Principal
    action: Action
    speaks_as: UUID | None
    """Whose words the command holds, if it is one that holds somebody's."""
    agreement: UUID | None = None
    """The agreement that a command answers instead."""
    day: date = DAY
    setting: str = SETTINGS[0]
    """Whose learner is to be registered, where that is what is wanted."""

    @property
    def case(self) -> Case:
        return fold(self.case_id, [_recorded(self.case_id, number, one) for number, one in enumerate(self.facts, 1)])

    @property
    def authority(self) -> Authority:
        at = _recorded(UUID(int=9), 1, LearnerPlaced(setting="elm", from_day=DAY))
        return reduce(lambda held, one: evolve_authority(held, one, at), self.directory, Authority())


def _recorded(stream: UUID, version: int, fact: Event) -> Recorded:
    then = datetime(2026, 1, 1, tzinfo=UTC)
    who = Actor(subject="ada", role="pupil_support", organisation="elm")
    around = Envelope(who, then, Source("test"), UUID(int=1), "scotland-generic@1")
    return Recorded(stream, version, UUID(int=version), then, fact.topic, stream, around, fact)


def a_world(chance: Random, actions: tuple[Action, ...]) -> World:
    """Somebody near the learner more often than not, since far from one nothing is permitted."""
    case_id = UUID(int=chance.choice((100, 101)))
    facts = [*_of_people(chance), *_of_place(chance), *_of_names(chance), *_of_services(chance)]
    directory = tuple(_assigned(chance) for _ in range(chance.choice((0, 2, 3, 4))))
    who = (
        _family(chance) if chance.random() < 0.15 else _staff(chance, [getattr(one, "setting", None) for one in facts])
    )
    speaks_as = chance.choice((None, *PEOPLE))
    agreement = chance.choice(AGREEMENTS) if chance.random() < 0.3 else None
    wanted = World(case_id, tuple(facts), directory, who, chance.choice(actions), speaks_as, agreement)
    return replace(wanted, setting=chance.choice(SETTINGS))


def _day(chance: Random) -> date:
    """Yesterday, today or tomorrow, where most mistakes would be; or long ago."""
    return DAY + timedelta(days=chance.choice((-200, -1, 0, 0, 1)))


def _made(kind: type[Event], **fields: Any) -> Event:
    return kind.model_validate({**kind.examples[0], **fields})


def _of_people(chance: Random) -> list[Event]:
    if chance.random() < 0.05:
        return []
    facts = [_made(LearnerRegistered, person_id=PEOPLE[0], setting=chance.choice(SETTINGS))]
    for person in PEOPLE[1:]:
        if chance.random() < 0.7:
            rights = {"held": chance.random() < 0.7}
            contact = chance.random() < 0.7
            given: dict[str, Any] = {"person_id": person, "parental_responsibilities_and_rights": rights}
            facts.append(_made(CarerLinked, **given, may_contact=contact))
    if chance.random() < 0.7:
        facts.append(_made(ConsentSought, agreement_id=AGREEMENTS[0], party=chance.choice(PEOPLE)))
    return facts


def _of_place(chance: Random) -> list[Event]:
    return [
        LearnerPlaced(
            setting=chance.choice(SETTINGS), setting_class=chance.choice((None, *CLASSES)), from_day=_day(chance)
        )
        for _ in range(chance.choice((0, 1, 1, 2)))
    ]


def _of_names(chance: Random) -> list[Event]:
    facts: list[Event] = [
        NamedPersonAssigned(staff=chance.choice(STAFF), from_day=_day(chance)) for _ in range(chance.choice((0, 1, 2)))
    ]
    for _ in range(chance.choice((0, 0, 1, 2))):
        if chance.random() < 0.3:
            facts.append(LeadProfessionalEnded(from_day=_day(chance), reason="Over."))
        else:
            lead = {"staff": chance.choice(STAFF)} if chance.random() < 0.8 else {"name": "Ruth"}
            facts.append(LeadProfessionalAssigned(organisation="Work", from_day=_day(chance), reason="Leads.", **lead))
    for number in range(chance.choice((0, 0, 1, 2))):
        sent = {"transfer_id": UUID(int=50 + number), "to_staff": chance.choice(STAFF), "from_day": _day(chance)}
        facts.append(_made(RecordTransferred, **sent))
        if chance.random() < 0.5:
            facts.append(_made(RecordReceived, transfer_id=sent["transfer_id"]))
    return facts


def _of_services(chance: Random) -> list[Event]:
    facts: list[Event] = []
    for number in range(chance.choice((0, 1, 2))):
        asked = {"request_id": UUID(int=20 + number), "service": chance.choice(SERVICES)}
        facts.append(_made(AssistanceRequested, **asked))
        if chance.random() < 0.5:
            known = {**asked, "recommendation_id": UUID(int=30 + number)}
            facts.append(_made(RecommendationMade, **known))
            facts.append(_made(RecommendationShared, **known, staff=[chance.choice(STAFF)]))
    return facts


def _assigned(chance: Random) -> StaffAssigned:
    return StaffAssigned(
        staff=chance.choice(STAFF[:2]),
        setting=chance.choice(SETTINGS),
        setting_class=chance.choice((None, *CLASSES)),
        role=chance.choice(("teacher", "support_assistant", "pupil_support", "child_protection")),
        from_day=_day(chance),
        until=chance.choice((None, None, None, None, DAY - timedelta(days=1), DAY, DAY + timedelta(days=1))),
    )


def _staff(chance: Random, near: list[str | None]) -> Principal:
    """At work in a place of the learner's, past or to come, as often as anywhere."""
    roles = frozenset(chance.sample(STAFF_ROLES, chance.choice((1, 1, 1, 2))))
    services = frozenset(chance.sample(SERVICES, chance.choice((0, 1, 2))))
    return Principal(
        subject=chance.choice((*STAFF, *STAFF[:2], *STAFF[:2])),
        organisation=chance.choice(
            (*SETTINGS, AUTHORITY, "elsewhere", *(one for one in near if one), *(one for one in near if one))
        ),
        authority=AUTHORITY,
        client="app",
        roles=roles,
        services=services,
    )


def _family(chance: Random) -> Principal:
    role = chance.choice(("carer", "learner"))
    return Principal(
        subject="family",
        organisation="family",
        authority=AUTHORITY,
        client="app",
        roles=frozenset({role}),
        person=chance.choice((None, *PEOPLE)),
        case=UUID(int=chance.choice((100, 101))),
    )
