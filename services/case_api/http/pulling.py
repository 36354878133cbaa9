"""What a person pulls from the feed counts as reading the learners whom it names (T12); what a program follows, not.

A person's page, or a stretch of their stream, holds no more than the brakes allow, and leaves a row of who looked for
each learner in it. What is addressed to a partner service is its own post, whoever fetches it, and counts nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request

from case_api.access.brakes import Brakes, is_a_program
from case_api.access.feed_sight import is_for_its_service
from case_api.access.principal import Principal
from case_api.domain.event import Recorded
from case_api.feed import Stretch
from case_api.http.looks import look_of, purpose_of, stopped
from case_api.http.tracing import looked
from case_api.office import Office
from case_api.store.access import Shown
from case_api.store.journal import Placed


@dataclass(frozen=True, slots=True)
class Pull:
    """One consumer at the feed."""

    request: Request
    office: Office
    who: Principal

    async def page(self, found: Stretch) -> Stretch:
        """As much of it as they may be shown now, and who is named in it said for the record of who looked.

        Where not even the first event is, it alone is left, and the record answers in its place (looking.py).
        """
        allowed = await self._allowed(found.seen)
        part = found.upto(max(allowed, min(len(found.seen), 1)))
        looked(self.request.scope, self._learners(part))
        return part

    async def stretch(self, found: Stretch) -> tuple[Stretch, int | None]:
        """The same of a stream that is open, on record; with the seconds until there is more, where it ends here.

        Raises StoreUnavailable.
        """
        allowed = await self._allowed(found.seen)
        part = found.upto(allowed)
        wait = await self._recorded(self._learners(part))
        if wait is not None:
            return found.upto(0), wait
        if allowed == len(found.seen):
            return part, None
        return part, await self._recorded(self._learners(found.upto(allowed + 1))[-1:])

    async def _recorded(self, learners: Sequence[UUID]) -> int | None:
        """Count them and write who looked; the seconds to wait where they are too many."""
        if not learners:
            return None
        scope, now = self.request.scope, self.request.app.state.clock.now()
        shown = Shown(look_of(scope, self.who, "released", purpose_of(scope), now), tuple(learners))
        wait = await self._brakes.wait_for(self.who, learners)
        await self.office.journal.accesses.add(shown if wait is None else stopped(shown))
        return wait

    async def _allowed(self, seen: Sequence[Placed]) -> int:
        """How many of the events, from the first on; the learners whom those name are counted."""
        learners = [self._learner(one.recorded) for one in seen]
        asked = tuple(dict.fromkeys(one for one in learners if one))
        room = await self._brakes.claim(self.who, asked)
        return len(seen) if room == len(asked) else learners.index(asked[room])

    def _learners(self, part: Stretch) -> list[UUID]:
        found = (self._learner(one.recorded) for one in part.seen)
        return list(dict.fromkeys(one for one in found if one))

    def _learner(self, event: Recorded) -> UUID | None:
        """Of whom an event tells a person; None where it tells a program, or of nobody."""
        if is_a_program(self.who) or event.kind == "authority" or is_for_its_service(self.who, event):
            return None
        return event.key_id if event.kind == "told" else event.stream

    @property
    def _brakes(self) -> Brakes:
        return self.office.brakes
