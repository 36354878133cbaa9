"""Ending what was signed for somebody, before it ends by itself."""

from typing import Literal

from case_api.domain.command import Command, Situation
from case_api.domain.facts.authority import Authority, SignInsEnded
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Instant, Subject


class EndSignIns(Command):
    """Tokens that were issued for somebody, or for everybody, are to be accepted no longer."""

    subject: Subject | None = None
    """As tokens name them; absent for everybody."""
    issued_until: Instant
    """By the machine's clock, by which tokens are judged; those issued later are accepted.

    An issuer's clock may be ahead, so a moment that is as far ahead ends whatever was signed until now.
    """
    reason: Literal["left", "lost", "signed_out", "precaution"]

    examples = ({"subject": "okafor", "issued_until": "2026-11-30T15:40:00Z", "reason": "left"},)


def end_sign_ins(_: Authority, command: EndSignIns, __: Situation) -> Decision:
    """It holds from the next look of each process on, within about a second; nothing that was ended begins again."""
    return decided(then=SignInsEnded(**command.said(without={"occurred_at"})))
