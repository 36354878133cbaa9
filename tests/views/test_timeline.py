"""The story of a case, with its late records and its corrections."""

from datetime import date
from itertools import chain
from uuid import uuid4

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Unreadable
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.domain.facts.watches import WatchRaised
from case_api.views.case_view import case_view
from case_api.views.standing_out import GUARDED, class_of
from case_api.views.summaries import LINES, summary_of
from case_api.views.timeline import Stretch, timeline, timeline_stretch
from tests import canaries
from tests.story import AUTHORITY, POLICY, Story, at

HIDDEN = next(iter(GUARDED))
"""A watch that not every reader sees."""


def told(story, valid="2026-12-31", known=None):
    return timeline(story.events, at(valid, known), POLICY, AUTHORITY)


def stretch(story, after, limit, hides=()):
    wanted = Stretch(after, limit, frozenset(hides))
    part, more = timeline_stretch(story.events, at("2026-12-31"), POLICY, AUTHORITY, wanted)
    return part.items, more


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
    parts, after, more = [], None, True
    while more:
        part, more = stretch(story, after, 3)
        parts.append(part)
        after = part[-1].event_id
    assert [len(part) for part in parts] == [3, 3, 1]
    assert tuple(chain(*parts)) == whole.items


def test_a_stretch_is_filled_up_past_what_the_reader_is_not_shown_and_only_what_is_shown_follows():
    story = Story().registered()
    first = applied(story)
    for _ in range(3):
        story.then("2025-09-13", WatchRaised(watch=HIDDEN, since=date(2025, 9, 13)))
    last = applied(story, "2025-09-14")
    story.then("2025-09-15", WatchRaised(watch=HIDDEN, since=date(2025, 9, 13)))

    items, more = stretch(story, first.event_id, 1, [class_of(HIDDEN)])
    assert ([one.event_id for one in items], more) == ([last.event_id], False)
    assert stretch(story, last.event_id, 1, [class_of(HIDDEN)]) == ((), False)
    items, more = stretch(story, first.event_id, 1)
    assert ([one.type for one in items], more) == (["WatchRaised.v1"], True)


def test_after_an_entry_that_is_not_in_the_story_it_begins_anew():
    story = Story().registered()
    assert stretch(story, uuid4(), 9) == (told(story).items, False)


def test_of_a_long_story_no_more_entries_are_made_than_are_wanted(monkeypatch):
    story, made = Story().registered(), []
    for _ in range(30):
        applied(story)

    def counted(*given):
        made.append(given)
        return summary_of(*given)

    monkeypatch.setattr("case_api.views.timeline.summary_of", counted)
    assert len(stretch(story, None, 4)[0]) == 4
    assert len(made) == 5  # one more, to know that the story goes on


def test_a_line_is_made_of_every_example():
    """Whatever a line names is there in every fact of its type."""
    for declared in CATALOGUE.values():
        for example in declared.examples:
            assert summary_of(declared.model_validate(example), POLICY, AUTHORITY).strip()


def test_every_event_of_a_case_a_matter_or_a_ledger_has_its_line():
    told = {name for name, event in CATALOGUE.items() if event.stream in {"case", "matter", "told"}}
    assert told == set(LINES)
