"""The library's own repository, event store and notification log read the same log (D10)."""

import asyncio
from uuid import uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import IntegrityError

from tests.store.facts import note, opening

pytestmark = pytest.mark.anyio


async def test_the_repository_folds_a_stream(journal):
    stream = uuid4()
    await journal.append(opening(stream, versions=3))

    def versions(_, recorded):
        return [each.version for each in recorded] or None

    repository = journal.application.repository
    assert await asyncio.to_thread(repository.get, stream, projector_func=versions) == [1, 2, 3]
    with pytest.raises(AggregateNotFoundError):
        await asyncio.to_thread(repository.get, uuid4(), projector_func=versions)


async def test_the_notification_log_shows_names_and_positions(journal):
    stream = uuid4()
    await journal.append(opening(stream, versions=3))
    notifications = await asyncio.to_thread(journal.application.notification_log.select, 2, 10)
    assert [(each.id, each.topic) for each in notifications] == [(2, "NoteTaken.v1"), (3, "NoteTaken.v1")]


async def test_what_the_library_writes_is_judged_like_any_command(journal):
    stream = uuid4()
    await journal.append(opening(stream))
    facts = [note(stream, 2), note(stream, 3)]
    recordings = await asyncio.to_thread(journal.application.events.put, facts)
    assert [recording.notification.id for recording in recordings] == [2, 3]
    assert [recorded.fact for recorded in await journal.read(stream, after=1)] == [fact.fact for fact in facts]
    for version in (3, 5):
        with pytest.raises(IntegrityError):
            await asyncio.to_thread(journal.application.events.put, [note(stream, version)])


async def test_without_a_key_the_library_writes_nothing(journal):
    stream = uuid4()
    await journal.append(opening(stream))
    await journal.eraser.destroy([stream])
    with pytest.raises(ValueError, match="destroyed"):
        await asyncio.to_thread(journal.application.events.put, [note(stream, 2)])
    assert await journal.head(stream) == 1
