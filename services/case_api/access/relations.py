"""How somebody stands to a learner: by their place of work, by the directory, and by what the case itself says (D24).

Relations are facts, worked out anew for each question; what follows from them is in rules.py alone.
"""

from datetime import date
from typing import Final, Literal

from case_api.access.principal import Principal
from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.questions.teaching import assignments_of, class_on, teaches

Relation = Literal[
    "central",
    "workplace",
    "assigned",
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
teaching: the directory has them teach or assist the learner's class, or the whole setting, today.
named_person, lead_professional: they coordinate for the learner today (R39).
receiver: the record is on its way to them (R29).
holder: a recommendation was shared with them (R72).
asked_service: a request on the case is addressed to a service of theirs (I29, R110).
of_the_family: it is their own case, as the learner or as a carer.
speaker: what they say is said in their own name.
kept_apart: of the family, but without rights, or the school may not contact them (R79).
"""
BY_DIRECTORY: Final[frozenset[Relation]] = frozenset({"assigned", "teaching"})
"""Relations that the authority's own stream says, not the case or the token."""


def relations_of(who: Principal, case: Case, authority: Authority, day: date) -> frozenset[Relation]:
    """Every relation in which a member of staff, a system or a partner service stands to the learner on *day*."""
    found: set[Relation] = set()
    _of_work(found, who, case, authority, day)
    _by_name(found, who.subject, case, day)
    if who.services and any(one.asked.service in who.services for one in case.requests.by_id.values()):
        found.add("asked_service")
    return frozenset(found)


def _of_work(found: set[Relation], who: Principal, case: Case, authority: Authority, day: date) -> None:
    if who.organisation == who.authority:
        found.add("central")
    setting = case.setting_on(day)
    if who.organisation == setting:
        found.add("workplace")
    for one in assignments_of(who.subject, authority, day):
        if one.setting == setting:
            found.add("assigned")
        if teaches(one, setting, class_on(case, day)):
            found.add("teaching")


def _by_name(found: set[Relation], subject: str, case: Case, day: date) -> None:
    lead, transfer = case.coordination.lead_professional_on(day), case.transfers.last
    if case.coordination.named_person_on(day) == subject:
        found.add("named_person")
    if lead is not None and lead.staff == subject:
        found.add("lead_professional")
    if transfer is not None and transfer.sent.to_staff == subject:
        found.add("receiver")
    if any(subject in one.holders for one in case.recommendations.by_id.values()):
        found.add("holder")
