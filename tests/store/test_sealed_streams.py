"""What a matter's facts show of themselves in the database: nothing (D11, I30)."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from case_api.domain.event import SEALED, Unreadable
from case_api.domain.facts.protection import ConsentOverridden, ProtectionConcernRecorded
from case_api.store.append import Append, Attempt, Fact
from case_api.store.frame import FrameError
from tests.store.facts import NOW, envelope, note, opening

pytestmark = pytest.mark.anyio
CASE = UUID("c0ffee00-0000-4000-8000-000000000003")


def sealed(stream, version, event=ProtectionConcernRecorded):
    example = event.examples[0] | ({"case_id": str(CASE)} if event is ProtectionConcernRecorded else {})
    return Fact(
        stream=stream,
        version=version,
        event_id=uuid4(),
        recorded_at=NOW,
        key_id=stream,
        envelope=envelope("protection"),
        fact=event.model_validate_json(json.dumps(example)),
        sealed=True,
    )


async def begun(journal, *events):
    stream = uuid4()
    facts = tuple(sealed(stream, version, event) for version, event in enumerate(events, 1))
    await journal.append(Append(facts, new_keys=(stream,)))
    return stream, facts


async def rows(journal):
    return await journal._backend.log.rows("SELECT topic, state FROM stored_events")


async def test_a_sealed_fact_is_read_back_as_what_it_is(journal):
    stream, facts = await begun(journal, ProtectionConcernRecorded, ConsentOverridden)
    found = await journal.read(stream)
    assert [one.fact for one in found] == [one.fact for one in facts]
    assert {(one.name, one.kind) for one in found} == {(SEALED, "matter")}


async def test_no_stored_byte_tells_a_type_or_the_case(journal):
    await begun(journal, ProtectionConcernRecorded, ConsentOverridden)
    stored = await rows(journal)
    assert {topic for topic, _ in stored} == {SEALED}
    telling = [ProtectionConcernRecorded.__name__, ConsentOverridden.__name__, "Protection", "Overridden", "protection"]
    secrets = [word.encode() for word in (*telling, str(CASE), CASE.hex)] + [CASE.bytes]
    assert [secret for secret in secrets for _, state in stored if secret in bytes(state)] == []


async def test_the_length_of_a_sealed_fact_does_not_tell_its_type(journal):
    await begun(journal, ProtectionConcernRecorded, ConsentOverridden)
    assert len({len(bytes(state)) for _, state in await rows(journal)}) == 1


async def test_without_its_key_a_sealed_fact_tells_no_type_either(journal):
    stream, _ = await begun(journal, ProtectionConcernRecorded)
    await journal.eraser.destroy([stream])
    [found] = await journal.read(stream)
    assert found.fact == Unreadable(why="erased", stored_name=SEALED)


async def test_a_type_that_only_a_newer_program_knows_is_passed_by(journal, monkeypatch):
    stream, _ = await begun(journal, ProtectionConcernRecorded)
    monkeypatch.setattr("case_api.store.body.CATALOGUE", {})
    [found] = await journal.read(stream)
    assert found.fact == Unreadable(why="unknown", stored_name=SEALED)


async def test_the_streams_of_matters_are_found_among_all_others(journal):
    ordinary = uuid4()
    await journal.append(opening(ordinary))
    streams = sorted([(await begun(journal, ProtectionConcernRecorded, ConsentOverridden))[0] for _ in range(3)])
    assert await journal.sealed_streams(None, 10) == streams
    assert await journal.sealed_streams(streams[0], 1) == streams[1:2]


async def test_headers_without_sealed_ones_are_those_of_a_log_without_matters(journal):
    ordinary = uuid4()
    await journal.append(opening(ordinary))
    await begun(journal, ProtectionConcernRecorded)
    await journal.append(Append((note(ordinary, 2),)))
    assert [one.version for one in await journal.headers_since(0, 10, sealed=False)] == [1, 2]
    assert [one.version for one in await journal.headers_since(0, 2, sealed=False)] == [1, 2]
    assert len(await journal.headers_since(0, 10)) == 3


ATTEMPT = Attempt(
    at=NOW,
    subject="bain",
    organisation="burnside",
    role="teacher",
    case_id=CASE,
    command="OverrideConsent",
    rule_ids=("I7",),
    policy="scotland-generic@1",
    reason="override-not-authorised",
)


async def test_a_restricted_attempt_is_found_by_nobody_who_does_not_ask_for_it(journal):
    ordinary = replace(ATTEMPT, command="ChangeStage", rule_ids=("I16",))
    restricted = replace(ATTEMPT, at=NOW + timedelta(hours=1), matter_id=uuid4(), restricted=True)
    await journal.attempt(ordinary)
    await journal.attempt(restricted)
    assert await journal.attempts(None, 10) == [ordinary]
    assert await journal.attempts(CASE, 10) == [ordinary]
    assert restricted.matter_id is not None
    assert await journal.restricted_attempts(restricted.matter_id) == [restricted]
    assert await journal.restricted_attempts(uuid4()) == []


async def test_the_attempts_of_one_matter_are_found_however_many_there_are_of_others(journal):
    matter, busy = uuid4(), uuid4()
    mine = [replace(ATTEMPT, case_id=None, matter_id=matter, restricted=True, reason=f"{n}") for n in range(3)]
    await journal.attempt(mine[0])
    for number in range(70):
        await journal.attempt(replace(ATTEMPT, matter_id=busy, restricted=True, reason=f"{number}"))
    citing = replace(ATTEMPT, restricted=True)
    for one in (mine[1], citing, mine[2]):
        await journal.attempt(one)
    assert await journal.restricted_attempts(matter) == mine[::-1]
    assert await journal.restricted_attempts(matter, CASE) == [mine[2], citing, mine[1], mine[0]]
    assert [one.reason for one in await journal.restricted_attempts(busy)] == [f"{n}" for n in reversed(range(70))]


async def test_attempts_that_are_stored_together_are_all_found(journal):
    matter = uuid4()
    many = [replace(ATTEMPT, matter_id=matter, restricted=True, reason=f"{n}") for n in range(10)]
    await asyncio.gather(*(journal.attempt(one) for one in many))
    assert {one.reason for one in await journal.restricted_attempts(matter)} == {one.reason for one in many}


async def test_the_row_of_a_restricted_attempt_says_only_when_it_was_made(journal):
    await journal.attempt(replace(ATTEMPT, restricted=True))
    await journal.attempt(replace(ATTEMPT, restricted=True))
    row, other = await journal._backend.access.rows(
        "SELECT at, subject, organisation, role, case_id, command, rule_ids, policy, reason FROM attempts"
    )
    assert (row[:4], row[5:-1]) == ((NOW.isoformat(), "", "", ""), ("Sealed", "", ""))
    assert row[4] != other[4]
    shown = f"{row[4]} {row[-1]}"
    assert [word for word in ("teacher", "burnside", "OverrideConsent", str(CASE)) if word in shown] == []


async def test_an_altered_restricted_attempt_is_noticed(journal):
    await journal.attempt(replace(ATTEMPT, restricted=True))
    [[mark]] = await journal._backend.access.rows("SELECT case_id FROM attempts")
    other = replace(ATTEMPT, case_id=UUID(str(mark)), command="Sealed", reason="made up")
    await journal.attempt(other)
    with pytest.raises(FrameError):
        await journal.restricted_attempts(CASE)
