"""Removing rows of who looked that the schedule keeps no longer."""

from typing import Annotated

from pydantic import Field

from case_api.domain.command import Command, Situation
from case_api.domain.facts.authority import Authority, LooksPruned
from case_api.domain.questions.retaining import looks_kept_from
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Instant, Subject, start_of


class PruneLooks(Command):
    """Rows of who looked are to be removed."""

    looked_from: Instant
    """When the first of them was written."""
    looked_before: Instant
    """No row of then or later is removed."""
    rows: Annotated[int, Field(ge=1)]
    """How many were found there that no legal hold keeps."""
    decided_by: Subject
    """As their token names them."""

    examples = ({
        "looked_from": "2019-08-19T08:02:11Z", "looked_before": "2020-11-30T00:00:00Z", "rows": 48113,
        "decided_by": "okafor",
    },)  # fmt: skip


class LooksStillKept(Refusal):
    slug = "looks-still-kept"
    rule_id = "I34"
    guidance_ref = "R111"
    title = "The schedule still keeps rows of who looked that would be removed."
    advice = "Name an earlier day; `stagepost retention` says which rows are due."


def the_schedule_keeps_them_no_longer(command: PruneLooks, at: Situation) -> Refusal | None:
    """I34: without a rule they are kept for ever."""
    kept_from = looks_kept_from(at.today, at.policy)
    over = kept_from is not None and command.looked_before <= start_of(kept_from, at.policy.tz)
    return None if over else LooksStillKept(pointer="/looked_before")


def prune_looks(_: Authority, command: PruneLooks, at: Situation) -> Decision:
    """The fact comes first; the rows go a moment later, and by a second run where that was cut short."""
    pruned = LooksPruned(**command.said(without={"occurred_at"}))
    return decided(the_schedule_keeps_them_no_longer(command, at), then=pruned)
