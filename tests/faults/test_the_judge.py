"""The ledger's judge finds each kind of fault, so that its silence means something."""

from uuid import UUID, uuid4

import pytest

from case_api.domain.event import Actor, Envelope, Recorded, Source
from case_api.domain.facts.concerns import ConcernRaised
from case_api.store.journal import Placed
from tests.faults.ledger import CLIENT, Intent, Ledger, judge
from tests.story import Story

STREAM = uuid4()
AT = Story().registered().events[-1].recorded_at


def intent(number: int) -> Intent:
    words = {"description": f"Said: {number}."}
    return Intent(f"k-{number}", "/v1/cases", words, {}, 1, [(201, "{}")], UUID(int=number))


def placed(number: int, *, position: int | None = None, version: int | None = None, says: str = "") -> Placed:
    source = Source(system=CLIENT, idempotency_key=f"k-{number}")
    actor = Actor(subject="hay", role="teacher", organisation="burnside")
    envelope = Envelope(actor=actor, occurred_at=AT, source=source, correlation_id=uuid4(), policy="p@1")
    fact = ConcernRaised(
        concern_id=UUID(int=number),
        raised_by={"kind": "staff", "staff": "hay"},
        received_by="hay",
        description=says or f"Said: {number}.",
    )
    recorded = Recorded(STREAM, version or number, uuid4(), AT, "ConcernRaised.v1", STREAM, envelope, fact)
    return Placed(position or number, recorded)


SOUND = [placed(1), placed(2)]


def test_what_is_as_it_should_be_passes():
    assert judge(Ledger([intent(1), intent(2)]), SOUND).faults() == {}


@pytest.mark.parametrize(
    ("fault", "log"),
    [
        ("lost", SOUND[:1]),
        ("lost", [placed(1), placed(2, says="Something else.")]),
        ("doubled", [*SOUND, placed(2, position=3, version=3)]),
        ("unasked", [*SOUND, placed(3)]),
        ("disorder", [placed(1), placed(2, position=3)]),
        ("disorder", [placed(1), placed(2, version=3)]),
        ("disorder", [SOUND[0], SOUND[0]]),
    ],
)
def test_a_fault_of_the_store_is_found(fault: str, log: list[Placed]):
    assert fault in judge(Ledger([intent(1), intent(2)]), log).faults()


def test_a_conflict_with_oneself_and_two_answers_are_found():
    told_twice = intent(1)
    told_twice.receipts.append((201, '{"etag": "other"}'))
    ledger = Ledger([told_twice, intent(2)], wrong=["412"])
    assert set(judge(ledger, SOUND).faults()) == {"false_conflicts", "two_answers"}
