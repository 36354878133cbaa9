"""The oracle: the policy in Cedar, asked about plain attributes that are worked out here from the raw facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import cedarpy

from case_api.domain.event import Event
from case_api.domain.facts.agreements import ConsentSought
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.coordination import LeadProfessionalAssigned, LeadProfessionalEnded, NamedPersonAssigned
from case_api.domain.facts.people import CarerLinked, LearnerRegistered
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.recommendations import RecommendationShared
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.facts.transfers import RecordReceived, RecordTransferred
from tests.access.worlds import World

SOURCE = (Path(__file__).parent / "policy.cedar").read_text()
POLICY = cedarpy.PolicySet.from_str(SOURCE)
NUMBERS = [line.removeprefix("// ") for line in SOURCE.splitlines() if line.startswith("// A")]
"""The number of the rule that each statement says, in order."""
CHUNK = 500


@dataclass(frozen=True)
class Answer:
    """What the oracle says: whether, by which rules, and whether it would say no if there were no directory."""

    permitted: bool
    rules: frozenset[str]
    by_directory: bool = False


def answers(worlds: Sequence[World]) -> list[Answer]:
    """In the order of the questions."""
    found = list(_asked(worlds))
    places = [place for place, one in enumerate(found) if one.permitted]
    without = _asked([replace(worlds[place], directory=()) for place in places])
    for place, one in zip(places, without, strict=True):
        found[place] = replace(found[place], by_directory=not one.permitted)
    return found


def _asked(worlds: Sequence[World]) -> Iterator[Answer]:
    for begin in range(0, len(worlds), CHUNK):
        some = worlds[begin : begin + CHUNK]
        entities = [entity for number, world in enumerate(some) for entity in _entities(number, world)]
        asked = [_request(number, world) for number, world in enumerate(some)]
        yield from map(_answer, cedarpy.is_authorized_batch(asked, POLICY, entities))


def _answer(found: cedarpy.AuthzResult) -> Answer:
    assert not found.diagnostics.errors, found.diagnostics.errors
    rules = frozenset(NUMBERS[int(one.removeprefix("policy"))] for one in found.diagnostics.reasons)
    return Answer(found.allowed, rules)


def _speakers(world: World) -> list[UUID]:
    """Who speaks: whom an agreement was sought from, or who is named in the command."""
    if world.agreement is not None:
        asked = [fact for fact in world.facts if isinstance(fact, ConsentSought)]
        return [fact.party for fact in asked if fact.agreement_id == world.agreement]
    return [world.speaks_as] if world.speaks_as else []


def _request(number: int, world: World) -> dict[str, Any]:
    return {
        "principal": {"type": "Person", "id": str(number)},
        "action": {"type": "Action", "id": "ask"},
        "resource": {"type": "Case", "id": str(number)},
        "context": {
            "does": world.action,
            "is_there": any(isinstance(fact, LearnerRegistered) for fact in world.facts),
            "speaks_as": [str(one) for one in _speakers(world)],
        },
    }


def _entities(number: int, world: World) -> list[dict[str, Any]]:
    who = world.who
    mine = [one for one in _holding(world.directory, world.day) if one.staff == who.subject]
    person = {
        "roles": sorted(who.roles),
        "organisation": who.organisation,
        "authority": who.authority,
        "subject": who.subject,
        "services": sorted(who.services),
        "works_in": sorted({one.setting for one in mine}),
        "leads_in": sorted({one.setting for one in mine if _leads(one)}),
        "has_left": _has_left([one for one in world.directory if one.staff == who.subject], world.day),
        "teaches": sorted(set(_keys(mine))),
        "person": [str(who.person)] if who.person else [],
        "case": str(who.case),
    }
    facts = () if world.action == "register" else world.facts
    case = {"case": str(world.case_id), **_case(facts, world.day)}
    if world.action == "register":  # nobody's case yet: all that is there is the setting
        case |= {"at": [world.setting], "taught_in": [world.setting]}
    return [
        {"uid": {"type": "Person", "id": str(number)}, "attrs": person, "parents": []},
        {"uid": {"type": "Case", "id": str(number)}, "attrs": case, "parents": []},
    ]


def _holding(directory: Sequence[StaffAssigned], day: date) -> list[StaffAssigned]:
    """Of assignments recorded twice the later one; of these, the ones whose days are not past or still to come."""
    kept: list[StaffAssigned] = []
    for one in directory:
        same = (one.staff, one.setting, one.setting_class, one.role, one.from_day)
        kept = [two for two in kept if (two.staff, two.setting, two.setting_class, two.role, two.from_day) != same]
        kept.append(one)
    return [one for one in kept if one.from_day <= day <= (one.until or date.max)]


def _leads(one: StaffAssigned) -> bool:
    return one.setting_class is None and one.role not in {"teacher", "support_assistant"}


def _has_left(theirs: Sequence[StaffAssigned], day: date) -> bool:
    """Somebody whom the directory knew, with every assignment in the past; of one recorded twice the later counts."""
    last = {(one.setting, one.setting_class, one.role, one.from_day): one for one in theirs}
    return bool(last) and all(one.from_day <= day and (one.until or date.max) < day for one in last.values())


def _keys(mine: Sequence[StaffAssigned]) -> Iterator[str]:
    for one in mine:
        if one.setting_class is not None:
            yield f"{one.setting}/{one.setting_class}"
        elif one.role in {"teacher", "support_assistant"}:
            yield one.setting


def _case(facts: Sequence[Event], day: date) -> dict[str, list[str]]:
    learner = next((fact for fact in facts if isinstance(fact, LearnerRegistered)), None)
    there, in_class = _place(facts, learner, day)
    named = _last(facts, (NamedPersonAssigned,), day)
    lead = _last(facts, (LeadProfessionalAssigned, LeadProfessionalEnded), day)
    coordinated_by = [
        one.staff
        for one in (named, lead)
        if isinstance(one, NamedPersonAssigned | LeadProfessionalAssigned)
        and one.staff
        and _place(facts, learner, one.from_day)[0] == there
    ]
    sent = [fact for fact in facts if isinstance(fact, RecordTransferred)]
    received = {fact.transfer_id for fact in facts if isinstance(fact, RecordReceived)}
    waits = [one.to_staff for one in sent[-1:] if one.transfer_id not in received or day < one.from_day]
    return {
        "at": [there] if there else [],
        "taught_in": [key for key in (there, f"{there}/{in_class}" if in_class else None) if key],
        "coordinated_by": sorted(set(coordinated_by)),
        "sent_to": waits,
        "recommended_to": sorted(
            {one for fact in facts if isinstance(fact, RecommendationShared) for one in fact.staff}
        ),
        "asked": sorted({fact.service for fact in facts if isinstance(fact, AssistanceRequested)}),
        "family": [str(learner.person_id), *_carers(facts)] if learner else [],
    }


def _place(facts: Sequence[Event], learner: LearnerRegistered | None, day: date) -> tuple[str | None, str | None]:
    placed = _last(facts, (LearnerPlaced,), day)
    if isinstance(placed, LearnerPlaced):
        return placed.setting, placed.setting_class
    return (learner.setting if learner else None), None


def _last(facts: Sequence[Event], kinds: tuple[type[Event], ...], day: date) -> Event | None:
    """The one that began last by the day; of two that began on one day, the later on record."""
    begun: list[Any] = [fact for fact in facts if isinstance(fact, kinds)]
    begun = [fact for fact in begun if fact.from_day <= day]
    days = [fact.from_day for fact in begun]
    return next((fact for fact in reversed(begun) if fact.from_day == max(days)), None)


def _carers(facts: Sequence[Event]) -> Iterator[str]:
    linked = {fact.person_id: fact for fact in facts if isinstance(fact, CarerLinked)}
    for person, fact in linked.items():
        if fact.parental_responsibilities_and_rights.held and fact.may_contact:
            yield str(person)
