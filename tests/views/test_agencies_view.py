"""Which services work with the learner, at any time, and on what footing."""

from datetime import UTC, date, datetime
from uuid import uuid4

from case_api.domain.facts.agreements import ConsentRefused, ConsentWithdrawn, Scope
from case_api.domain.facts.involvement import (
    AssistanceInputRecorded,
    InvolvementEnded,
    InvolvementPaused,
    InvolvementResumed,
    PauseAcknowledged,
)
from case_api.domain.facts.requests import AssistanceAccepted, AssistanceAcknowledged
from case_api.views.agencies_view import agencies_view
from case_api.views.agreements_view import agreements_view
from tests.story import AUTHORITY, POLICY, Story, at, grant


def agencies(story, valid, known=None):
    return agencies_view(story.events, at(valid, known), POLICY, AUTHORITY).items


def agreements(story, valid):
    return agreements_view(story.events, at(valid), POLICY, AUTHORITY).items


def working(story):
    """The service accepted on 3 December, and first worked on 14 January, which it told on the 20th."""
    story.agreed("2025-11-12")
    request_id = story.asked("2025-11-14")
    named = {"request_id": request_id, "service": "slt"}
    story.then("2025-11-18", AssistanceAcknowledged(received_by="desk", **named))
    story.then("2025-12-03", AssistanceAccepted(input_kind="assessment", practitioner="reid", **named))
    worked = AssistanceInputRecorded(kind="assessment", on=date(2026, 1, 14), place="school", summary="seen", **named)
    story.then("2026-01-20", worked)
    return named


def test_a_request_goes_through_its_states_each_from_its_day():
    story = Story().registered()
    named = working(story)
    story.then("2026-02-04", InvolvementPaused(cause="withdrawn", acknowledge_by=date(2026, 2, 11), **named))
    story.then("2026-02-05", PauseAcknowledged(**named))
    story.then("2026-03-10", InvolvementResumed(categories=("views",), **named))
    story.then("2026-05-13", InvolvementEnded(outcome="met", summary="done", **named))
    days = {
        "2025-11-14": ("requested", date(2025, 11, 14)),
        "2025-11-30": ("acknowledged", date(2025, 11, 18)),
        "2026-01-13": ("accepted", date(2025, 12, 3)),
        "2026-01-14": ("active", date(2026, 1, 14)),
        "2026-02-04": ("on_hold", date(2026, 2, 4)),
        "2026-03-10": ("active", date(2026, 3, 10)),
        "2026-05-13": ("ended", date(2026, 5, 13)),
    }
    seen = {day: agencies(story, day)[0] for day in days}
    assert {day: (one.state, one.since) for day, one in seen.items()} == days
    assert seen["2026-02-04"].acknowledge_by == date(2026, 2, 11)
    assert agencies(story, "2026-02-05")[0].acknowledge_by is None
    assert agencies(story, "2025-11-13") == ()


def test_work_counts_from_its_day_once_it_is_known():
    story = Story().registered()
    working(story)
    assert agencies(story, "2026-01-14", known="2026-01-19")[0].state == "accepted"
    assert agencies(story, "2026-01-14", known="2026-01-20")[0].last_input == date(2026, 1, 14)


def test_the_agreement_of_a_request_is_that_of_the_day():
    story = Story().registered()
    ids = story.agreed("2025-11-12")
    story.asked("2025-11-14")
    withdrawn = ConsentWithdrawn(
        agreement_id=ids[story.anna],
        party=story.anna,
        scope_withdrawn=Scope(service="slt", purpose="speech", categories=("views",)),
        effective_at=datetime(2026, 2, 4, 15, 10, tzinfo=UTC),
        route="call",
        told_consequences=True,
    )
    story.then("2026-02-04", withdrawn)
    [before], [after] = agencies(story, "2026-02-03"), agencies(story, "2026-02-04")
    assert (before.agreement.status, before.agreement.categories) == ("satisfied", ("learning_profile", "views"))
    assert (after.agreement.status, after.agreement.categories) == ("narrowed", ("learning_profile",))


def test_a_refusal_beside_a_grant_conflicts():
    story = Story().registered()
    ids = story.agreed("2025-11-12")
    refused = ConsentRefused(
        agreement_id=ids[story.anna],
        party=story.anna,
        scope=Scope(service="slt", purpose="speech", categories=("views",)),
        willing_to_discuss=True,
    )
    story.then("2025-11-20", refused)
    [row] = agreements(story, "2025-11-20")
    standing = {one.person_id: one for one in row.parties}
    assert standing[story.anna].status == "refused"
    assert standing[story.anna].willing_to_discuss
    assert standing[story.learner].agreement_id == ids[story.learner]
    assert (row.together.status, row.together.conflicting) == ("conflicting", (story.anna,))
    assert agreements(story, "2025-11-19")[0].together.status == "satisfied"
    assert agreements(story, "2025-11-11") == ()


def test_an_agreement_that_has_run_out_is_missing_though_nobody_recorded_its_end():
    story = Story().registered()
    story.agreed("2025-11-12", months=1)
    [row] = agreements(story, "2025-12-12")
    assert {one.status for one in row.parties} == {"expired"}
    assert {lack.person_id for lack in row.together.missing} == {story.learner, story.anna}
    assert agreements(story, "2025-12-11")[0].together.status == "satisfied"


def test_a_renewed_agreement_outlives_the_end_of_the_first():
    from case_api.domain.facts.agreements import ConsentExpired  # noqa: PLC0415

    story = Story().registered()
    ids = story.agreed("2025-11-12", months=1)
    scope = Scope(service="slt", purpose="speech", categories=("learning_profile",))
    for person, agreement in ids.items():
        story.then("2025-12-01", grant(agreement, person, scope, date(2025, 12, 1)))
    expired = ConsentExpired(
        agreement_id=ids[story.anna], party=story.anna, scope=scope, on=date(2025, 12, 12), cause="date"
    )
    story.then("2025-12-12", expired)
    assert agreements(story, "2025-12-13")[0].together.status == "satisfied"


def test_an_unknown_service_is_named_by_its_code():
    story = Story().registered()
    story.agreed("2025-11-12")
    [row] = agreements_view(story.events, at("2025-11-12"), POLICY, AUTHORITY.__class__()).items
    assert row.title == "slt"
    assert uuid4() not in {one.person_id for one in row.parties}
