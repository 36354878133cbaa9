"""What an answer may cover, from when it counts, and what follows from it (I9, I13)."""

from collections.abc import Collection
from datetime import datetime

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event
from case_api.domain.facts.agreements import (
    ConsentExpired,
    ConsentGranted,
    ConsentRefused,
    ConsentSought,
    ConsentWithdrawn,
    Entry,
)
from case_api.domain.questions.consequences import Cause, consequences
from case_api.domain.questions.references import NotYetHappened
from case_api.domain.questions.standing import Standing, standing
from case_api.domain.refusal import Refusal


class GrantWiderThanAsked(Refusal):
    slug = "grant-wider-than-asked"
    rule_id = "I13"
    guidance_ref = "R78"
    title = "An agreement cannot cover more than was explained and asked."
    advice = "Seek agreement to the wider scope first."


class GrantEndsTooEarly(Refusal):
    slug = "grant-ends-too-early"
    rule_id = "I13"
    guidance_ref = "R79"
    title = "The agreement would have ended before it began."
    advice = "'until' is the first day on which it no longer holds: give a later one, or leave it out."


def no_more_than_was_asked(
    sought: ConsentSought, categories: Collection[str] | None, kinds: Collection[str] | None
) -> Refusal | None:
    """I13: people agree to what was explained to them, or to less."""
    if set(categories or ()) - set(sought.scope.categories):
        return GrantWiderThanAsked(pointer="/categories")
    return GrantWiderThanAsked(pointer="/kinds") if set(kinds or ()) - set(sought.kinds) else None


def it_holds_by_now(granted: ConsentGranted, at: Situation) -> Refusal | None:
    """I31: an agreement is recorded once it holds, so that it can be taken back at any time and is never a surprise."""
    return NotYetHappened(pointer="/holds_from") if granted.holds_from > at.today else None


def it_ends_after_it_begins(granted: ConsentGranted) -> Refusal | None:
    return GrantEndsTooEarly(pointer="/until") if granted.until <= granted.holds_from else None


def standing_of(case: Case, sought: ConsentSought, at: Situation) -> Standing:
    """How the party that was asked stands now."""
    scope = sought.scope
    return standing(case.agreements, sought.party, scope.service, scope.purpose, at.now, at.policy.tz)


def is_said_already(case: Case, sought: ConsentSought, answer: Event, command: Command, at: Situation) -> bool:
    """Whether this very answer is what holds now, or was recorded last for the same time: again it changes nothing."""
    scope = sought.scope
    last = case.agreements.entries_of(sought.party, scope.service, scope.purpose)[-1]
    same_time = last.occurred_at == at.occurred(command)
    return last.fact == answer and (same_time or last.version == standing_of(case, sought, at).at_version)


def taken_back_from(case: Case, sought: ConsentSought, held: Standing, said: datetime, at: Situation) -> datetime:
    """When a withdrawal that was said at *said* takes effect: never before the grant that it takes back (I9)."""
    scope = sought.scope
    entries = case.agreements.entries_of(sought.party, scope.service, scope.purpose)
    begun = (entry.counts_from(at.policy.tz) for entry in entries if entry.version == held.granted_at_version)
    return max((said, *begun))


def with_consequences(
    case: Case,
    answer: ConsentGranted | ConsentRefused | ConsentWithdrawn | ConsentExpired,
    command: Command,
    at: Situation,
    cause: Cause,
) -> tuple[Event, ...]:
    """The answer, and what it does to open requests, in one append (I9)."""
    scope = answer.scope_withdrawn if isinstance(answer, ConsentWithdrawn) else answer.scope
    entry = Entry(at.occurred(command), at.now, case.version + 1, answer)
    after = case.agreements.including(entry)
    return (answer, *consequences(case, scope.service, scope.purpose, after, at, cause))
