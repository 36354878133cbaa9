"""How somebody stands to a learner: by their place of work, by the directory, and by what the case itself says (D24).

Relations are facts, worked out anew for each question; what follows from them is in rules.py alone.
"""

from datetime import date
from typing import Final, Literal

from case_api.access.principal import Principal
from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.domain.facts.transfers import Transfer
from case_api.domain.questions.coordination import begun_elsewhere
from case_api.domain.questions.teaching import TEACHING, assignments_of, class_on, teaches

Relation = Literal[
    "central",
    "workplace",
    "assigned",
    "school_wide",
    "teaching",
    "named_person",
    "lead_professional",
    "receiver",
    "holder",
    "asked_service",
    "of_the_family",
    "speaker",
    "kept_apart",
]
"""
central: their organisation is the authority itself.
workplace: their organisation, by their token, is the learner's setting.
assigned: the directory has them in the learner's setting today.
school_wide: and that neither to teach nor for one class alone.
teaching: the directory has them teach or assist the learner's class, or the whole setting, today.
named_person, lead_professional: they coordinate for the learner today (R39), began to where the learner is now, and
have not left.
receiver: the record is on its way to them, or they have it and the learner is still to come (R29); they have not left.
holder: a recommendation was shared with them (R72).
asked_service: a request on the case is addressed to a service of theirs (I29, R110).
of_the_family: it is their own case, as the learner or as a carer.
speaker: what they say is said in their own name.
kept_apart: of the family, but without rights, or the school may not contact them (R79).
"""
BY_DIRECTORY: Final[frozenset[Relation]] = frozenset({"assigned", "school_wide", "teaching"})
"""Relations that the authority's own stream says, not the case or the token."""


def relations_of(who: Principal, case: Case, authority: Authority, day: date) -> frozenset[Relation]:
    """Every relation in which a member of staff, a system or a partner service stands to the learner on *day*."""
    found = _of_work(who, case.setting_on(day), class_on(case, day), authority, day)
    if not has_left(who.subject, authority, day):
        _by_name(found, who.subject, case, day)
    if any(who.subject in one.holders for one in case.recommendations.by_id.values()):
        found.add("holder")
    if who.services and any(one.asked.service in who.services for one in case.requests.by_id.values()):
        found.add("asked_service")
    return frozenset(found)


def relations_to(who: Principal, setting: str, authority: Authority, day: date) -> frozenset[Relation]:
    """Those in which somebody stands to a setting, whoever learns there."""
    return frozenset(_of_work(who, setting, None, authority, day))


def _of_work(
    who: Principal, setting: str | None, in_class: str | None, authority: Authority, day: date
) -> set[Relation]:
    found: set[Relation] = set()
    if who.organisation == who.authority:
        found.add("central")
    if who.organisation == setting:
        found.add("workplace")
    for one in assignments_of(who.subject, authority, day):
        if one.setting == setting:
            found.add("assigned")
            if is_school_wide(one):
                found.add("school_wide")
        if teaches(one, setting, in_class):
            found.add("teaching")
    return found


def _by_name(found: set[Relation], subject: str, case: Case, day: date) -> None:
    named, lead = case.coordination.named_on(day), case.coordination.lead_professional_on(day)
    transfer = case.transfers.last
    if named is not None and named.staff == subject and not begun_elsewhere(case, named, day):
        found.add("named_person")
    if lead is not None and lead.staff == subject and not begun_elsewhere(case, lead, day):
        found.add("lead_professional")
    if transfer is not None and transfer.sent.to_staff == subject and _is_on_its_way(transfer, day):
        found.add("receiver")


def _is_on_its_way(transfer: Transfer, day: date) -> bool:
    return transfer.received is None or day < transfer.sent.from_day


def is_school_wide(one: StaffAssigned) -> bool:
    """Whether an assignment is to the school as a whole, and for something else than to teach."""
    return one.setting_class is None and one.role not in TEACHING


def has_left(staff: str, authority: Authority, day: date) -> bool:
    """Whether the directory knew somebody, and every assignment of theirs has ended by *day*."""
    known = authority.assigned.get(staff, ())
    return bool(known) and not assignments_of(staff, authority, day) and all(one.from_day <= day for one in known)
