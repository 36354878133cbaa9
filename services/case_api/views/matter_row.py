"""A matter in the list of its group: what waits for them, since no message tells them (I7, I25, I30)."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.matter import Matter
from case_api.domain.policy import Policy
from case_api.domain.questions.protection_clocks import clocks_of
from case_api.domain.words import day_of
from case_api.views.answer import NothingKnown, Part
from case_api.views.matter_view import reasons_of


class MatterRow(Part):
    """A matter, with what is due in it and what is overdue."""

    matter_id: UUID
    case_id: UUID
    since: datetime | date
    coordinator: str
    reasons_awaited: int = Field(description="Overrides of an emergency without their reasons.")
    reasons_overdue: int = Field(description="Those of them whose reasons did not follow in time.")
    reviews_due: int = Field(description="Withholdings whose day of review has come.")
    next_due: date | None = Field(default=None, description="When the next of its time limits runs out, if one runs.")
    limits_missed: int = Field(description="Time limits that were not kept.")


def row_of(matter: Matter, at: datetime, policy: Policy) -> MatterRow:
    """The row of a matter as things stand at *at*. Raises NothingKnown without a concern."""
    concern, since = matter.protection.concern, matter.protection.since
    if concern is None or since is None:
        raise NothingKnown
    day = day_of(at, policy.tz)
    reasons = [reasons_of(one, at, policy) for one in matter.protection.overrides.values()]
    limits = [(one.due, one.kept_as_of(day)) for one in clocks_of(matter, policy, day)]
    return MatterRow(
        matter_id=matter.id,
        case_id=concern.case_id,
        since=since,
        coordinator=matter.protection.coordinator or concern.group.coordinator,
        reasons_awaited=sum(one in {"awaited", "overdue"} for one in reasons),
        reasons_overdue=reasons.count("overdue"),
        reviews_due=sum(one.review_on <= day for one in matter.told.in_force()),
        next_due=min((due for due, kept in limits if kept is None), default=None),
        limits_missed=sum(kept is False for _, kept in limits),
    )
