"""What the group of a matter is shown: whom Isla's school told, when and on what basis, and whether time was kept."""

import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest

from case_api.domain.event import Event, Recorded
from case_api.domain.facts.coordination import LeadProfessionalAssigned
from case_api.domain.facts.meetings import Addressee, Attendee, MeetingCalled, MeetingHeld, MeetingPackIssued, Seating
from case_api.domain.facts.protection import (
    ConsentOverridden,
    NamedGroup,
    OverrideReasonsRecorded,
    ProtectionConcernRecorded,
    ProtectionDecisionRecorded,
    ToldByOthers,
)
from case_api.domain.facts.requests import AssistanceRequested, Requester
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, WithholdingLifted
from case_api.domain.matter import fold
from case_api.domain.words import LawfulBasis
from case_api.views.answer import NothingKnown
from case_api.views.matter_row import row_of
from case_api.views.matter_story import matter_clocks, matter_timeline
from case_api.views.matter_told import matter_told
from case_api.views.matter_view import matter_view
from tests.domain.dsl import On
from tests.domain.protecting import MATTER, sealed
from tests.domain.running import CASE
from tests.domain.situations import the
from tests.story import AUTHORITY, POLICY, At, at

KIRSTY, ISLA = the("kirsty"), the("isla")
PUBLIC_TASK = LawfulBasis(art6="public_task", art9="substantial_public_interest")


def instant(day: str) -> datetime:
    return datetime.fromisoformat(f"2025-{day}:00+00:00")


def then(day: str, fact: Event, recorded: str | None = None) -> On:
    return On(instant(day), fact, instant(recorded) if recorded else None)


def moment(day: str) -> At:
    """Everything on record, as it was true at an instant."""
    return At(instant(day))


CONCERN = ProtectionConcernRecorded(
    case_id=CASE, concern="What she said.", group=NamedGroup(recorder="bain", coordinator="sinclair", others=("hay",))
)
OVERRIDE = ConsentOverridden(
    override_id=the("override"), asked_by="bain", request_ref=the("request"), ground="child_protection",
    authoriser="sinclair", emergency=True, reasons_due=datetime(2025, 11, 19, 13, 40, tzinfo=UTC),
)  # fmt: skip
REASONS = OverrideReasonsRecorded(override_ref=the("override"), reasons="There was no time.", by="sinclair")
REQUEST = AssistanceRequested(
    request_id=the("request"), route="school", requester=Requester(kind="staff", role="teacher", name="bain"),
    service="social_work", purpose="child_protection", input_sought=("consultation",), categories=("identity_contact",),
    override_ref=the("override"), parents_told=False,
)  # fmt: skip


def told(to: str, name: str, **more: object) -> DisclosureMade:
    return DisclosureMade.model_validate(
        {
            "message_id": the(name), "about": the("concern"), "to": to, "template": "by_hand", "delivery": "sent",
            "by_hand": "bain", "lawful_basis": PUBLIC_TASK, **more,
        }
    )  # fmt: skip


WITHHELD = DisclosureWithheld(
    withholding_id=the("withholding"), person_id=KIRSTY, extent="everything", reason="May raise the risk.",
    authoriser="sinclair", review_on=date(2025, 11, 19),
)  # fmt: skip
DECIDED = ProtectionDecisionRecorded(
    decision_id=the("ird"), forum="ird", decision="Joint.", decided_by=("Social Work", "Police"),
    told=(ToldByOthers(by="Social Work", person=KIRSTY, at=datetime(2025, 11, 19, 16, tzinfo=UTC)),),
)  # fmt: skip
CPPM = MeetingCalled(
    meeting_id=the("cppm"), kind="cppm", at=datetime(2025, 12, 10, 10, tzinfo=UTC), purpose="Plan.",
    organiser="sinclair", invited=(KIRSTY, ISLA),
)  # fmt: skip
CORE = CPPM.model_copy(update={"meeting_id": the("core"), "kind": "core_group"})
PACK = MeetingPackIssued(
    meeting_id=the("cppm"), to=tuple(Addressee(person=one, language="en") for one in (KIRSTY, ISLA)), agenda=("What",),
    attendees=(Attendee(name="Ms Sinclair", role="coordinator", organisation="Burnside"),), companion_told=True,
    access_needs_asked=True, seating=Seating(seated_first=True), sent_at=date(2025, 12, 3), school_days_ahead=5,
)  # fmt: skip
LEAD = LeadProfessionalAssigned(
    name="Ruth Imrie", organisation="Social Work", from_day=date(2025, 12, 11), reason="Leads the core group."
)


def held(name: str, day: date) -> MeetingHeld:
    return MeetingHeld(meeting_id=the(name), held_on=day, present=("Ms Sinclair",))


ISLAS = sealed(
    then("11-18T13:20", CONCERN),
    then("11-18T13:40", OVERRIDE),
    then("11-18T13:50", WITHHELD),
    then("11-18T15:05", REASONS),
    then("11-18T13:45", REQUEST, "11-18T15:05"),
    then(
        "11-18T13:45", told("service:social_work", "call", channel="call", override_ref=the("override")), "11-18T15:05"
    ),
    then("11-19T17:00", DECIDED),
    then("11-20T10:00", WithholdingLifted(withholding_id=the("withholding"), reason="She was told on 11-19.")),
    then("11-20T10:30", told(str(KIRSTY), "letter", channel="letter", lawful_basis=LawfulBasis(art6="public_task"))),
    then("12-01T09:00", CPPM),
    then("12-03T09:00", PACK),
    then("12-10T12:00", held("cppm", date(2025, 12, 10))),
    then("12-11T09:00", LEAD),
    then("12-11T09:10", CORE),
    then("12-19T12:00", held("core", date(2025, 12, 19))),
)


def test_who_was_told_of_the_concern_when_and_on_what_basis():
    shown = matter_told(ISLAS, moment("11-20T23:00"), POLICY, AUTHORITY)
    social_work, letter = shown.items
    assert (social_work.to, social_work.at) == ("service:social_work", instant("11-18T13:45"))
    assert (social_work.lawful_basis, social_work.override_ref) == (PUBLIC_TASK, the("override"))
    assert (letter.to, letter.at, letter.channel) == (str(KIRSTY), instant("11-20T10:30"), "letter")
    [kept] = shown.withheld
    assert (kept.person_id, kept.since, kept.lifted_at) == (KIRSTY, instant("11-18T13:50"), instant("11-20T10:00"))
    assert (kept.reason, kept.authoriser, kept.review_on) == ("May raise the risk.", "sinclair", date(2025, 11, 19))
    [by_others] = shown.told_by_others
    assert (by_others.by, by_others.person, by_others.at) == ("Social Work", KIRSTY, instant("11-19T16:00"))


def test_on_the_first_evening_nobody_of_the_family_had_been_told():
    shown = matter_told(ISLAS, moment("11-18T23:00"), POLICY, AUTHORITY)
    assert [one.to for one in shown.items] == ["service:social_work"]
    assert (shown.withheld[0].lifted_at, shown.told_by_others) == (None, ())
    late = matter_told(ISLAS, moment("11-20T09:00"), POLICY, AUTHORITY)
    assert late.withheld[0].overdue


def test_the_planning_meeting_its_pack_and_the_core_group_were_in_time():
    shown = {one.clock: one for one in matter_clocks(ISLAS, at("2026-01-31"), POLICY, AUTHORITY).items}
    assert {name: (one.due, one.done_on, one.kept) for name, one in shown.items()} == {
        "cppm": (date(2025, 12, 16), date(2025, 12, 10), True),
        "cppm_pack": (date(2025, 12, 5), date(2025, 12, 3), True),
        "core_group": (date(2026, 1, 6), date(2025, 12, 19), True),
    }


def test_a_clock_is_open_as_long_as_it_may_still_be_kept():
    [cppm] = matter_clocks(ISLAS, at("2025-11-30"), POLICY, AUTHORITY).items
    assert (cppm.due, cppm.done_on, cppm.kept) == (date(2025, 12, 16), None, None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("11-18T14:00", "awaited"), ("11-18T16:00", "given")],
)
def test_the_reasons_of_an_emergency_are_awaited_until_they_are_given(day: str, expected: str):
    [override] = matter_view(ISLAS, moment(day), POLICY, AUTHORITY).overrides
    assert override.reasons_are == expected
    assert (override.reasons is not None) == (expected == "given")


def test_reasons_that_do_not_follow_within_a_day_are_overdue_and_late_when_they_come():
    without = [one for one in ISLAS if not isinstance(one.fact, OverrideReasonsRecorded)]
    [override] = matter_view(without, moment("11-19T13:41"), POLICY, AUTHORITY).overrides
    assert override.reasons_are == "overdue"
    late = sealed(then("11-18T13:20", CONCERN), then("11-18T13:40", OVERRIDE), then("11-20T10:00", REASONS))
    [override] = matter_view(late, at("2025-11-21"), POLICY, AUTHORITY).overrides
    assert override.reasons_are == "given_late"


def test_the_matter_shows_who_leads_what_was_asked_and_what_was_decided():
    shown = matter_view(ISLAS, at("2026-01-31"), POLICY, AUTHORITY)
    assert shown.lead_professional is not None
    assert (shown.lead_professional.name, shown.lead_professional.from_day) == ("Ruth Imrie", date(2025, 12, 11))
    assert [(one.service, one.requester) for one in shown.requests] == [("social_work", "bain")]
    assert [(one.forum, one.decision) for one in shown.decisions] == [("ird", "Joint.")]
    assert [one.kind for one in shown.meetings] == ["cppm", "core_group"]
    assert matter_view(ISLAS, at("2025-12-10"), POLICY, AUTHORITY).lead_professional is None


def test_an_override_was_used_only_once_the_request_was_made():
    before = matter_view(ISLAS, moment("11-18T13:41"), POLICY, AUTHORITY)
    assert [one.used for one in before.overrides] == [False]
    assert [one.used for one in matter_view(ISLAS, at("2025-11-21"), POLICY, AUTHORITY).overrides] == [True]


def test_the_story_of_a_matter_names_what_happened_and_says_what_was_recorded_late():
    items = matter_timeline(ISLAS, moment("11-18T23:00"), POLICY, AUTHORITY).items
    assert [one.type.partition(".")[0] for one in items] == [
        "ProtectionConcernRecorded",
        "ConsentOverridden",
        "AssistanceRequested",
        "DisclosureMade",
        "DisclosureWithheld",
        "OverrideReasonsRecorded",
    ]


def test_a_matter_is_not_known_before_it_was_recorded_nor_true_before_it_happened():
    for as_of in (at("2026-01-01", "2025-11-17"), at("2025-11-17")):
        with pytest.raises(NothingKnown):
            matter_view(ISLAS, as_of, POLICY, AUTHORITY)


def waiting(events: Sequence[Recorded], day: str) -> tuple[object, ...]:
    row = row_of(fold(MATTER, events), instant(day), POLICY)
    return row.reasons_awaited, row.reasons_overdue, row.reviews_due, row.next_due, row.limits_missed


def test_the_list_of_a_group_says_what_waits_for_them():
    first_hours = ISLAS[:3]
    assert waiting(first_hours, "11-18T14:00") == (1, 0, 0, date(2025, 12, 16), 0)
    assert waiting(first_hours, "11-19T14:00") == (1, 1, 1, date(2025, 12, 16), 0)
    assert waiting(first_hours, "12-17T09:00") == (1, 1, 1, None, 1)
    assert waiting(ISLAS, "12-20T09:00") == (0, 0, 0, None, 0)


@pytest.mark.parametrize("seed", range(40))
def test_any_part_of_a_matter_can_be_read(seed: int):
    chance = random.Random(seed)
    part = [one for one in ISLAS if chance.random() < 0.6]
    day = at(chance.choice(["2025-11-18", "2025-11-20", "2025-12-10", "2026-01-31"]))
    for view in (matter_view, matter_told, matter_clocks, matter_timeline):
        with suppress(NothingKnown):
            assert view(part, day, POLICY, AUTHORITY).valid_at == day.valid_at
