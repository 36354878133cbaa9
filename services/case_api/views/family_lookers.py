"""Who looked at a case, in plain words, for one person of its family.

It tells that somebody looked, on which day; never what they found. So nothing here tells of what is kept from this
person: no part of the case by a name that would tell what is in it, no service that they do not see asked, no school
that they do not see the learner in, nobody who protects children, no message on its way, nobody of the family.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import Field

from case_api.domain.case import fold
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.questions.family_sight import takes_part
from case_api.domain.words import PersonId, day_of
from case_api.store.access import Glance
from case_api.views.answer import Answer, AsOf, NothingKnown, times
from case_api.views.family_parts import Said
from case_api.views.family_seen import Seen, seen_by

WHO: Final[Mapping[str, str]] = {
    "teacher": "A teacher",
    "support_assistant": "A support assistant",
    "pupil_support": "Somebody of the Pupil Support Team",
    "school_leader": "A school leader",
    "mis": "The school's information system",
    "auditor": "An auditor of the authority",
    "operator": "Somebody who runs the record for the authority",
}
"""By role; nobody of any other is told of, but a service that this person sees asked."""
THE_RECORD: Final = "The record."
SUPPORT: Final = "How support is planned and given."
MESSAGES: Final = "What was written to families."
A_LIST: Final = "A list on which the learner stands."
WHAT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("stage", "plan", "supports"), SUPPORT),
    **dict.fromkeys(("told", "postcards"), MESSAGES),
    **dict.fromkeys(
        (
            "cases",
            "case-searches",
            "watches",
            "reviews-due",
            "unsupported-concerns",
            "contact-tasks",
            "agency-involvement",
            "postcards-awaiting-reply",
            "partners",
            "retention",
        ),
        A_LIST,
    ),
}
"""By what was asked for; all else is the record, since its name would tell what is in it."""


class LookedSaid(Said):
    """That somebody looked, on a day: once for a day, however often."""

    who: str = Field(description="In which role.")
    organisation: str | None = Field(default=None, description="Absent where it would tell more than that.")


class LookersView(Answer):
    """Who looked at a case, in plain words, the newest day first."""

    case_id: UUID
    person_id: UUID
    language: str = Field(description="Of the sentences.")
    since: date
    until: date
    looked: tuple[LookedSaid, ...]


def family_lookers(  # noqa: PLR0913, PLR0917 - what a family's view stands on
    events: Sequence[Recorded],
    ledger: Sequence[Recorded],
    as_of: AsOf,
    policy: Policy,
    authority: Authority,
    person: PersonId,
    period: tuple[date, date],
    glances: Sequence[Glance],
) -> LookersView:
    """What *person* hears of it. Raises NothingKnown, also where they take no part (R79)."""
    case = fold(events[0].stream, events) if events else None
    if case is None or not takes_part(case, person):
        raise NothingKnown
    seen = seen_by(case, events, ledger, as_of, policy, authority, person)
    said = dict.fromkeys(_said(seen, sorted(glances, key=lambda one: one.at, reverse=True)))
    since, until = period
    return LookersView(
        case_id=case.id,
        person_id=person,
        language="en",
        since=since,
        until=until,
        looked=tuple(said),
        **times(as_of),
    )


def _said(seen: Seen, glances: Sequence[Glance]) -> Iterator[LookedSaid]:
    for glance in glances:
        day = day_of(glance.at, seen.policy.tz)
        who, where = _service(seen, glance) if glance.role == "agency" else _staff(seen, glance, day)
        if who and "child_protection" not in glance.roles and glance.seen != "accesses":
            yield LookedSaid(on=day, who=who, organisation=where, text=WHAT.get(glance.seen, THE_RECORD))


def _staff(seen: Seen, glance: Glance, day: date) -> tuple[str | None, str | None]:
    """Their role, and the school where the learner is that day, if it is theirs."""
    here = glance.organisation == seen.whole.setting_on(day)
    return WHO.get(glance.role), seen.authority.title_of(glance.organisation) if here else None


def _service(seen: Seen, glance: Glance) -> tuple[str | None, str | None]:
    """A service that this person sees asked, and hears of."""
    known = {one.asked.service for id_, one in seen.whole.requests.by_id.items() if id_ not in seen.kept_requests}
    asked = sorted(known.intersection(glance.behalf))
    return ("Somebody of a service that was asked", seen.service(asked[0])) if asked else (None, None)
