"""Which services work with the learner, at any time, and on what footing."""

from datetime import UTC, date, datetime
from uuid import uuid4

from case_api.domain.facts.agreements import ConsentRefused, ConsentSought, ConsentWithdrawn, Explained, Scope
from case_api.domain.facts.authority import Authority, Purpose, ServiceListed
from case_api.domain.facts.involvement import (
    AssistanceInputRecorded,
    InvolvementEnded,
    InvolvementPaused,
    InvolvementResumed,
    PauseAcknowledged,
)
from case_api.domain.facts.requests import AssistanceAccepted, AssistanceAcknowledged
from case_api.domain.words import AssertedAgreement
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


def counselling(story):
    """Both are asked to let three kinds of information go to Harbour; the learner grants all, the mother less."""
    harbour = ServiceListed(
        service="harbour", title="Harbour", agency="Third sector", sector="third_sector", role="counsellor",
        purposes=(Purpose(code="counselling", needs=(("identity_contact",), ("attendance", "wellbeing_summary"))),),
    )  # fmt: skip
    asked = Scope(
        service="harbour", purpose="counselling", categories=("identity_contact", "attendance", "wellbeing_summary")
    )
    narrower = asked.model_copy(update={"categories": ("identity_contact", "wellbeing_summary")})
    ids = {person: uuid4() for person in (story.learner, story.anna)}
    for person, agreement in ids.items():
        explained = Explained(how="talk", language="en")
        sought = {"agreement_id": agreement, "party": person, "scope": asked, "explained": explained}
        story.then("2025-10-24", ConsentSought(**sought, alternatives_explained=True))
    story.then("2025-10-24", grant(ids[story.learner], story.learner, asked, date(2025, 10, 24)))
    story.then("2025-11-06", grant(ids[story.anna], story.anna, narrower, date(2025, 11, 6)))
    return ids, Authority(services={"harbour": harbour})


def took_back(ids, person, *categories):
    return ConsentWithdrawn(
        agreement_id=ids[person],
        party=person,
        scope_withdrawn=Scope(service="harbour", purpose="counselling", categories=categories),
        effective_at=datetime(2026, 2, 4, 15, 10, tzinfo=UTC),
        route="in_person",
        told_consequences=True,
    )


def test_e27_where_less_is_agreed_than_was_asked_the_agreement_is_narrowed_to_what_is_left():
    story = Story().registered()
    _, authority = counselling(story)
    [row] = agreements_view(story.events, at("2025-11-06"), POLICY, authority).items
    assert row.together.status == "narrowed"
    assert row.together.categories == ("identity_contact", "wellbeing_summary")
    assert row.together.missing == ()
    [before] = agreements_view(story.events, at("2025-11-05"), POLICY, authority).items
    assert (before.together.status, before.together.categories) == ("missing", ())


def test_e46_who_took_back_what_the_purpose_needs_is_named_with_what_is_left():
    story = Story().registered()
    ids, authority = counselling(story)
    story.then("2026-02-04", took_back(ids, story.learner, "attendance", "wellbeing_summary"))
    [row] = agreements_view(story.events, at("2026-02-04"), POLICY, authority).items
    [lack] = row.together.missing
    assert (row.together.status, row.together.categories) == ("missing", ("identity_contact",))
    assert (lack.person_id, lack.why) == (story.learner, "withdrawn")
    assert lack.categories == ("attendance", "wellbeing_summary")


def test_where_each_agrees_to_something_else_it_is_who_took_something_back_or_else_each():
    story = Story().registered()
    ids, authority = counselling(story)
    story.then("2026-02-04", took_back(ids, story.learner, "wellbeing_summary"))
    [row] = agreements_view(story.events, at("2026-02-04"), POLICY, authority).items
    assert [(lack.person_id, lack.why) for lack in row.together.missing] == [(story.learner, "withdrawn")]

    story = Story().registered()
    ids, authority = counselling(story)
    other = Scope(service="harbour", purpose="counselling", categories=("identity_contact", "attendance"))
    story.then("2026-02-04", grant(ids[story.learner], story.learner, other, date(2026, 2, 4)))
    [row] = agreements_view(story.events, at("2026-02-04"), POLICY, authority).items
    assert row.together.status == "missing"
    named = {lack.person_id: lack.why for lack in row.together.missing}
    assert named == dict.fromkeys((story.learner, story.anna), "category_not_agreed")


def test_a_request_of_an_outsider_names_who_said_otherwise_since():
    story = Story().registered()
    ids = story.agreed("2025-11-12")
    word = AssertedAgreement(party=story.anna, how="by telephone")
    story.asked("2025-11-14", route="external", asserted_agreements=(word,))
    refused = ConsentRefused(
        agreement_id=ids[story.anna],
        party=story.anna,
        scope=Scope(service="slt", purpose="speech", categories=("views",)),
        willing_to_discuss=False,
    )
    story.then("2025-11-20", refused)
    [before], [after] = agencies(story, "2025-11-19"), agencies(story, "2025-11-20")
    assert (before.agreement.status, before.agreement.missing) == ("satisfied", ())
    [lack] = after.agreement.missing
    assert (after.agreement.status, lack.person_id, lack.why) == ("missing", story.anna, "refused")


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
    [row] = agreements(story, "2025-12-13")
    assert (row.together.status, row.together.categories) == ("narrowed", ("learning_profile",))


def test_an_unknown_service_is_named_by_its_code():
    story = Story().registered()
    story.agreed("2025-11-12")
    [row] = agreements_view(story.events, at("2025-11-12"), POLICY, AUTHORITY.__class__()).items
    assert row.title == "slt"
    assert uuid4() not in {one.person_id for one in row.parties}
