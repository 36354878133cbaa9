"""The story of a case, with its late records and its corrections."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Unreadable
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.views.case_view import case_view
from case_api.views.summaries import LINES
from case_api.views.timeline import timeline
from tests import canaries
from tests.story import AUTHORITY, POLICY, Story, at


def told(story, valid="2026-12-31", known=None):
    return timeline(story.events, at(valid, known), POLICY, AUTHORITY)


def applied(story, day="2025-09-12"):
    fact = UniversalSupportApplied(
        measure_id=uuid4(),
        strategy_code="quiet_space",
        catalogue_version=POLICY.ref,
        area="physical",
        started_on=date.fromisoformat(day),
        by="lennox",
    )
    return story.then(day, fact)


def test_a_wrong_fact_and_its_correction_both_stand():
    story = Story().registered()
    wrong = applied(story)
    replacement = wrong.fact.model_dump(mode="json", exclude_none=True) | {"started_on": "2025-09-19"}
    right = story.then(
        "2026-03-17",
        RecordCorrected(supersedes=wrong.event_id, reason="wrong day", replacement=replacement),
    )
    entries = {entry.event_id: entry for entry in told(story).items}
    assert entries[wrong.event_id].superseded_by == right.event_id
    assert entries[wrong.event_id].data["started_on"] == "2025-09-12"
    assert entries[right.event_id].corrects == wrong.event_id
    before = {entry.event_id: entry for entry in told(story, known="2026-01-01").items}
    assert before[wrong.event_id].superseded_by is None


@pytest.mark.parametrize(("known", "begun"), [("2026-01-01", date(2025, 9, 12)), ("2026-04-01", date(2025, 9, 19))])
def test_a_correction_counts_from_when_it_was_known(known, begun):
    story = Story().registered()
    wrong = applied(story)
    replacement = wrong.fact.model_dump(mode="json", exclude_none=True) | {"started_on": "2025-09-19"}
    story.then(
        "2026-03-17",
        RecordCorrected(supersedes=wrong.event_id, reason="wrong day", replacement=replacement),
    )
    shown = case_view(story.events, at("2026-05-01", known), POLICY, AUTHORITY)
    assert [one.started_on for one in shown.running_supports] == [begun]


def test_what_is_told_late_stands_where_it_happened():
    story = Story().registered()
    applied(story, "2025-09-12")
    late = story.then(
        "2025-09-08",
        ConcernRaised(
            concern_id=uuid4(),
            raised_by=RaisedBy(kind="staff", staff="okafor"),
            received_by="okafor",
            description=canaries.FREE_TEXT,
        ),
        recorded="2025-09-14",
    )
    items = told(story).items
    assert [item.type for item in items[2:]] == ["ConcernRaised.v1", "UniversalSupportApplied.v1"]
    assert items[2].event_id == late.event_id
    assert items[2].late_by_days == 6
    assert items[3].late_by_days is None
    assert items[2].summary == "A concern was raised by: staff."


def test_what_lies_after_the_time_asked_for_is_left_out():
    story = Story().registered()
    applied(story)
    assert len(told(story, "2025-09-11").items) == 2


def test_an_erased_entry_keeps_its_place_and_says_so():
    story = Story().registered()
    erased = story.then("2025-09-12", Unreadable(why="erased", stored_name="CarerLinked.v1"))
    [*_, entry] = told(story).items
    assert (entry.event_id, entry.summary, entry.data) == (erased.event_id, "This entry was erased.", None)


def test_the_story_comes_in_parts():
    story = Story().registered()
    for _ in range(5):
        applied(story)
    whole = told(story)
    parts, after = [], None
    while len(part := whole.part(after, 3).items) > 0:
        parts += part
        after = part[-1].event_id
    assert tuple(parts) == whole.items


def test_every_event_of_a_case_a_matter_or_a_ledger_has_its_line():
    told = {name for name, event in CATALOGUE.items() if event.stream in {"case", "matter", "told"}}
    assert told == set(LINES)
