"""A lost reply to COMMIT is no conflict: what was stored is stored once and said to be stored (safety.md)."""

import asyncio
from uuid import uuid4

import pytest

from case_api.store import committer
from case_api.store.append import Unstorable
from case_api.store.committer import Committer
from case_api.store.entry import Busy, Entry, KeyedRow, Unreachable, Unsure, Verdict
from case_api.store.journal import (
    Append,
    CommitUnknown,
    IdentifierTaken,
    KeyReused,
    StoreUnavailable,
    VersionConflict,
)
from tests.store.facts import following, keyed, opening

pytestmark = pytest.mark.anyio


@pytest.fixture
def line(journal):
    return journal._backend.line


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(committer, "PAUSES", (0.0, 0.0))


@pytest.fixture
def loses(line, monkeypatch):
    """Let the next runs of the line fail: after the commit, or before anything was sent."""

    def arrange(*failures):
        run, waiting = line.run, list(failures)

        async def failing(batch):
            failure = waiting.pop(0) if waiting else None
            if failure == "request":
                raise Unsure
            verdicts = await run(batch)
            if failure == "reply":
                raise Unsure
            return verdicts

        monkeypatch.setattr(line, "run", failing)

    return arrange


@pytest.mark.parametrize(
    "failures", [("reply",), ("request",), ("reply", "reply"), ("request", "reply"), ("reply", "request")]
)
async def test_a_command_is_stored_once_whatever_was_lost(journal, loses, failures):
    stream = uuid4()
    await journal.append(opening(stream))
    loses(*failures)
    await journal.append(following(stream, 2, keyed=keyed(), identifiers={b"h" * 32: stream}))
    assert [recorded.version for recorded in await journal.read(stream)] == [1, 2]
    assert await journal.kept("mis", "k-1") is not None
    assert await journal.find(b"h" * 32) == stream


async def test_a_reply_without_facts_is_kept_once(journal, loses):
    loses("reply")
    await journal.append(Append((), keyed=keyed()))
    with pytest.raises(KeyReused):
        await journal.append(Append((), keyed=keyed(body=b"other")))


async def test_what_was_refused_stays_refused_when_the_reply_is_lost(journal, loses):
    stream = uuid4()
    await journal.append(opening(stream, keyed=keyed(), identifiers={b"h" * 32: stream}))
    fresh = uuid4()
    items = [
        opening(fresh),
        following(stream, 1),
        opening(uuid4(), keyed=keyed()),
        opening(uuid4(), identifiers={b"h" * 32: stream}),
    ]
    loses("reply")
    answers = await asyncio.gather(*(journal.append(item) for item in items), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), VersionConflict, KeyReused, IdentifierTaken]
    assert (await journal.head(fresh), await journal.last_position()) == (1, 2)


@pytest.mark.usefixtures("_impatient")
async def test_when_the_database_stays_away_the_outcome_is_unknown(journal, loses):
    stream = uuid4()
    await journal.append(opening(stream))
    loses("reply", "request", "request", "request")
    with pytest.raises(CommitUnknown):
        await journal.append(following(stream, 2))
    assert await journal.head(stream) == 2


@pytest.mark.usefixtures("_impatient")
async def test_when_nothing_was_sent_nothing_is_unknown(journal, line, monkeypatch):
    stream = uuid4()
    await journal.append(opening(stream))

    async def away(*_):
        raise Unreachable

    with monkeypatch.context() as patch:
        patch.setattr(line, "run", away)
        patch.setattr(line, "connect", away)
        with pytest.raises(StoreUnavailable):
            await journal.append(following(stream, 2))
    await journal.append(following(stream, 2))


def entry(name):
    return Entry((), (), KeyedRow("mis", name, b"", b"", None, 0), {})


async def test_while_it_is_unsure_a_busy_database_makes_it_unknown():
    class Line:
        is_elsewhere = True

        outcomes = iter((Unsure(), Busy("55P03")))

        async def connect(self):
            pass

        async def run(self, batch):
            raise next(self.outcomes)

        async def stands(self, entry):
            raise AssertionError("nobody was refused")

    [answer] = await Committer(Line())([entry("any")])
    assert isinstance(answer, CommitUnknown)


async def test_a_poisoned_command_is_found_while_the_others_are_stored():
    class Line:
        is_elsewhere = True

        async def connect(self):
            pass

        async def run(self, batch):
            names = [entry.keyed.key for entry in batch]
            if "poison" in names:
                raise Unstorable
            return [Verdict.STALE if name == "stale" else Verdict.STORED for name in names]

        async def stands(self, entry):
            return False

    answers = await Committer(Line())([entry(name) for name in ("a", "poison", "stale", "b")])
    assert [type(answer) for answer in answers] == [type(None), Unstorable, VersionConflict, type(None)]
