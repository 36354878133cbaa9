"""Whoever reads a case: what was on record at a time reads the same for ever, whatever is recorded later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from case_api.boards.board import FoldedCase
from case_api.boards.catalogue import BOARDS
from case_api.domain import case as cases
from case_api.domain.case import Case
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.told import Told
from case_api.views.agencies_view import agencies_view
from case_api.views.agreements_view import agreements_view
from case_api.views.answer import NothingKnown
from case_api.views.case_view import case_view
from case_api.views.chronology import chronology
from case_api.views.entitlements_view import entitlements_view
from case_api.views.evaluations_view import evaluations_view
from case_api.views.meetings_view import meetings_view
from case_api.views.plan_view import plan_view
from case_api.views.postcards_view import postcards_view
from case_api.views.recommendations_view import recommendations_view
from case_api.views.stage_view import stage_view
from case_api.views.supports_view import supports_view
from case_api.views.timeline import timeline
from tests.domain.any_case import TOWN, AnyCase
from tests.domain.running import POLICY

VIEWS = (
    agencies_view, agreements_view, case_view, chronology, entitlements_view, evaluations_view, meetings_view,
    plan_view, postcards_view, recommendations_view, stage_view, supports_view, timeline,
)  # fmt: skip
Shown = dict[str, Any]


@dataclass(frozen=True)
class At:
    """The two times of a question."""

    known_at: datetime | None
    valid_at: datetime
    settled: bool = True


def shown(history: Sequence[Recorded], as_of: At) -> Shown:
    """What every view says; without the times that were asked for."""
    asked = {"known_at", "valid_at", "settled"}
    return {view.__name__: view(history, as_of, POLICY, TOWN).model_dump(mode="json", exclude=asked) for view in VIEWS}


def rows(case: Case) -> list[Any]:
    """What stands on every board for this case."""
    folded = FoldedCase(case, Told(), POLICY, hashed=str.encode)
    return [sorted(map(repr, board.rows(folded))) for board in BOARDS]


def read_back(event: Recorded) -> Recorded:
    """An event as it comes out of the store: its fact was written down as JSON."""
    assert isinstance(event.fact, Event)
    return event.but(fact=type(event.fact).model_validate_json(event.fact.model_dump_json()))


class AnyReader(AnyCase):
    """Readers come at any time, and come back."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[At, Shown]] = []

    @rule(days=st.sampled_from([0, 0, 1, 30, -5]))
    def somebody_reads(self, days: int) -> None:
        """Of now, of a day that has passed, or of one to come; then time goes on, if only by a moment."""
        history, now = self.running.history, self.running.now
        as_of = At(now, now - timedelta(days=days))
        seen = shown(history, as_of)
        assert seen == shown(history, replace(as_of, known_at=None)), "what is known now is what there is"
        assert seen == shown([read_back(event) for event in history], as_of), "told again it reads the same"
        self.read.append((as_of, seen))
        self.running.now += timedelta(milliseconds=1)

    @precondition(lambda self: self.read)
    @rule(which=st.integers(0, 30))
    def they_read_it_again(self, which: int) -> None:
        as_of, seen = self.read[which % len(self.read)]
        assert shown(self.running.history, as_of) == seen

    @rule(upto=st.integers(0, 120))
    def the_beginning_of_any_story_can_be_read(self, upto: int) -> None:
        begun = self.running.history[:upto]
        try:
            shown(begun, At(None, self.running.now))
        except NothingKnown:
            assert not begun

    @rule()
    def boards_are_made_anew(self) -> None:
        rebuilt = cases.fold(self.running.case.id, [read_back(event) for event in self.running.history])
        assert rows(rebuilt) == rows(self.running.case)

    def teardown(self) -> None:
        for as_of, seen in self.read:
            assert shown(self.running.history, as_of) == seen
