"""A command about several cases, when a case moves, disappears or never rests while it is at work (D12)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

import pytest

from case_api.access.principal import Principal
from case_api.clock import SystemClock
from case_api.domain.command import Situation
from case_api.domain.decisions.class_supports import ClassSupport, give_support_together, what_holds_for_all
from case_api.domain.facts.placements import LearnerPlaced
from case_api.folds import AuthorityKind, CaseKind, Folds
from case_api.joint import JointOrder, JointService
from case_api.order import Answer, Caller, CommandRefused, Receipt, TooBusy
from case_api.packs import Packs
from case_api.precedent import Precedent
from case_api.store.journal import Append, Fact, Journal, Reply
from case_api.streams import stream_of_authority
from tests.boards.log import write
from tests.story import PACKS, Story

pytestmark = pytest.mark.anyio
TOGETHER = UUID(int=12)
NURTURE = ClassSupport(scope="class", setting_class="p7", strategy_code="nurture", started_on=date(2025, 9, 26))
CALLER = Caller(
    Principal("bain", "burnside", "moray", "mis", frozenset({"teacher"})), "teacher", correlation_id=TOGETHER
)


@dataclass
class School:
    """A class, and the desk at which commands about it are handled; what the class list says is written down here."""

    journal: Journal
    stories: list[Story]
    listed: list[UUID] = field(default_factory=list)
    gathered: int = 0

    def __post_init__(self) -> None:
        folds = Folds(self.journal, CaseKind(), 100)
        authority = stream_of_authority(self.journal.authority)
        precedent = Precedent(Folds(self.journal, AuthorityKind(), 1), authority, Packs(PACKS), "scotland-generic@1")
        self.desk = JointService(self.journal, folds, precedent, SystemClock())
        self.listed = [story.case_id for story in self.stories]

    async def gives(self, key: str = "k") -> tuple[Answer, list[UUID]]:
        """The answer, and whom it says the support was given to."""
        given: list[UUID] = []

        async def gather(_: Situation) -> Sequence[UUID]:
            self.gathered += 1
            return self.listed

        def reply(receipts: Sequence[Receipt]) -> Reply:
            given[:] = [one.stream for one in receipts if one.recorded]
            return Reply(201, (), b"{}")

        order = JointOrder(
            caller=CALLER,
            command=NURTURE,
            gather=gather,
            rules=partial(what_holds_for_all, "burnside-primary"),
            decision=lambda case, told, at: give_support_together(case, "burnside-primary", TOGETHER, told, at),
            reply=reply,
            told_of=lambda _: (),
            key=key,
            fingerprint=b"f" * 32,
        )
        answer = await self.desk.handle(order)
        assert isinstance(answer, Answer)
        return answer, given

    async def heads(self) -> list[int]:
        return [await self.journal.head(story.case_id) for story in self.stories]


def placed(setting_class: str) -> LearnerPlaced:
    return LearnerPlaced(setting="burnside-primary", setting_class=setting_class, from_day=date(2025, 8, 20))


def newest(story: Story) -> Append:
    """The last fact of a story, as another process would store it."""
    last = story.events[-1]
    assert last.envelope
    fact = Fact(last.stream, last.version, last.event_id, last.recorded_at, last.key_id, last.envelope, last.fact)
    return Append((fact,))


@pytest.fixture
async def school(journal: Journal) -> School:
    stories = sorted((Story().registered() for _ in range(3)), key=lambda story: story.case_id)
    for story in stories:
        story.then("2025-08-20", placed("p7"))
        await write(journal, story)
    return School(journal, stories)


async def test_a_case_that_moves_between_decision_and_append_is_decided_again(school: School, monkeypatch):
    mover, append = school.stories[1], school.journal.append

    async def overtaken(item: Append) -> None:
        if school.gathered == 1:
            mover.then("2025-09-01", placed("p6"))
            await append(newest(mover))
        await append(item)

    monkeypatch.setattr(school.journal, "append", overtaken)
    before = await school.heads()
    _, given = await school.gives()
    assert school.gathered == 2
    assert given == [school.stories[0].case_id, school.stories[2].case_id]
    assert await school.heads() == [head + 1 for head in before], "one fact each: the support, or the move"


async def test_who_is_erased_while_they_are_still_in_memory_is_left_out(school: School):
    await school.gives("first")
    erased = school.stories[0].case_id
    await school.journal.eraser.destroy([erased])
    _, given = await school.gives("second")
    assert given == [story.case_id for story in school.stories[1:]]
    assert erased not in given


async def test_a_class_that_never_rests_is_told_so_and_nothing_is_stored(school: School, monkeypatch):
    append, never = school.journal.append, school.stories[2]

    async def always_overtaken(item: Append) -> None:
        never.then("2025-09-01", placed("p7"))
        await append(newest(never))
        await append(item)

    monkeypatch.setattr(school.journal, "append", always_overtaken)
    with pytest.raises(TooBusy):
        await school.gives()
    facts = [event.name for story in school.stories for event in await school.journal.read(story.case_id)]
    assert "UniversalSupportApplied.v1" not in facts
    assert await school.journal.kept("mis", "k") is None


async def test_an_empty_class_leaves_one_attempt_of_no_case(school: School):
    school.listed = []
    with pytest.raises(CommandRefused):
        await school.gives()
    [attempt] = await school.journal.attempts(None, 10)
    assert (attempt.command, attempt.case_id, attempt.reason) == ("ClassSupport", None, "nobody-in-class")
    assert await school.journal.kept("mis", "k") is None
