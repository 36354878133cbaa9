"""A case folded in one go is the case folded fact by fact, however long it is, and no earlier fold changes (D3)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from case_api.domain.case import Case, evolve, fold, forward
from case_api.domain.entries import SHORT
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.concerns import ConcernAcknowledged, ConcernClosed, ConcernRaised
from case_api.domain.facts.supports import UniversalSupportApplied
from tests.store.facts import envelope

CASE = UUID(int=1)
BEGIN = datetime(2025, 9, 10, 9, 0, tzinfo=UTC)
TYPES = (ConcernRaised, ConcernRaised, ConcernAcknowledged, ConcernClosed, UniversalSupportApplied)
told = st.lists(st.tuples(st.sampled_from(TYPES), st.integers(0, 3 * SHORT)), max_size=5 * SHORT)


def made(declared: type[Event], number: int) -> Event:
    example = declared.examples[0]
    about = "measure_id" if declared is UniversalSupportApplied else "concern_id"
    return declared.model_validate(example | {about: UUID(int=number)})


def recorded(some: Sequence[tuple[type[Event], int]]) -> list[Recorded]:
    return [
        Recorded(
            CASE,
            version,
            UUID(int=version),
            BEGIN + timedelta(minutes=version),
            declared.topic,
            CASE,
            envelope().but(occurred_at=BEGIN + timedelta(minutes=version)),
            made(declared, number),
        )
        for version, (declared, number) in enumerate(some, 1)
    ]


@given(told, st.integers(0, 5 * SHORT))
def test_in_one_go_is_fact_by_fact_and_part_by_part(some: list[tuple[type[Event], int]], cut: int):
    events = recorded(some)
    step_by_step = part = Case(CASE)
    for event in events:
        step_by_step = evolve(step_by_step, event)
        if event.version == cut:
            part = step_by_step
    assert fold(CASE, events) == step_by_step
    assert part == fold(CASE, events[: part.version])
    assert forward(part, events[part.version :]) == step_by_step
    assert list(step_by_step.concerns.by_id) == list(dict.fromkeys(n for n in _raised(events)))


def _raised(events: Sequence[Recorded]) -> list[UUID]:
    return [event.fact.concern_id for event in events if isinstance(event.fact, ConcernRaised)]
