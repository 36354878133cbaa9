"""The postcards of a case: what went home, what came back, and whose turn it is (R62, R63)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.postcards import PostcardReplied, PostcardSent, Reply, Thread
from case_api.domain.facts.told import Withholding
from case_api.domain.policy import Policy
from case_api.domain.questions.withheld import withheld_from
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known, ledger_as_known

Side = Literal["school", "home"]


class ReplyShown(Part):
    """An answer to a postcard."""

    by: Side
    at: datetime | date
    staff: str | None = None
    rating: int | None = None
    text: str
    language: str


class PostcardShown(Part):
    """A postcard, and its answers in the order in which they came."""

    thread: UUID
    direction: Literal["try_at_home", "tried_at_home"]
    carer: UUID = Field(description="With whom it was exchanged.")
    staff: str | None = None
    at: datetime | date
    strategy_code: str | None = None
    text: str
    language: str
    replies: tuple[ReplyShown, ...] = ()
    awaits: Side | None = Field(default=None, description="The side whose first answer is missing.")


class PostcardsView(Answer):
    """All postcards of a case, in the order in which they were recorded."""

    case_id: UUID
    items: tuple[PostcardShown, ...] = ()

    def of(self, carer: UUID) -> "PostcardsView":
        """Those that were exchanged with one carer."""
        return self.model_copy(update={"items": tuple(one for one in self.items if one.carer == carer)})


def postcards_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> PostcardsView:
    """The postcards as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    threads = case.postcards.at(as_of.valid_at, policy.tz)
    return PostcardsView(case_id=case.id, items=tuple(map(_shown, threads)), **times(as_of))


def postcards_of_carer(
    events: Sequence[Recorded],
    ledger: Sequence[Recorded],
    as_of: AsOf,
    policy: Policy,
    authority: Authority,
    carer: UUID,
) -> PostcardsView:
    """What one carer reads: what was exchanged with them, less what the school wrote and now withholds from them (I25).

    Whom a card waits for is not said where it may be the school's answer that is withheld. Raises NothingKnown.
    """
    case = case_as_known(events, as_of)
    kept = ledger_as_known(ledger, None).in_force()
    told = [event for event in events if not _is_kept(kept, case, carer, event)]
    if len(told) < len(events) or any(one.decided.person_id == carer and one.decided.about is None for one in kept):
        return _without_turns(postcards_view(told, as_of, policy, authority).of(carer))
    return postcards_view(told, as_of, policy, authority).of(carer)


def _without_turns(view: PostcardsView) -> PostcardsView:
    return view.model_copy(update={"items": tuple(one.model_copy(update={"awaits": None}) for one in view.items)})


def _is_kept(kept: Sequence[Withholding], case: Case, carer: UUID, event: Recorded) -> bool:
    written_at_school = isinstance(event.fact, PostcardSent | PostcardReplied) and event.fact.staff is not None
    return written_at_school and withheld_from(kept, case, str(carer), event) is not None


def _shown(thread: Thread) -> PostcardShown:
    return PostcardShown(
        at=thread.at,
        replies=tuple(map(_reply, thread.replies)),
        awaits=thread.awaits,
        **thread.sent.model_dump(exclude={"about"}),
    )


def _reply(reply: Reply) -> ReplyShown:
    return ReplyShown(by=reply.side, at=reply.at, **reply.fact.model_dump(exclude={"thread", "carer"}))
