"""How an agreement ends: somebody takes it back, or its time is over (R79, I9)."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.agreements import ConsentExpired, ConsentWithdrawn
from case_api.domain.questions.answering import standing_of, taken_back_from, with_consequences
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.questions.standing import unrecorded_ends
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import AgreementId, Code, start_of

Categories = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class WithdrawAgreement(Command):
    """They take an agreement back, wholly or for some categories."""

    categories: Categories | None = None
    """What is no longer to be shared; the whole agreement if absent."""
    route: Code
    """How they said so, such as `paper`, `in_person` or `call`."""
    told_consequences: bool
    """Whether they were told what stops, and what a service keeps."""

    examples = ({"route": "call", "told_consequences": True},)  # fmt: skip


class ExpireAgreement(Command):
    """The end of an agreement has come; the clerk records it (D15)."""

    examples = ({},)  # fmt: skip


class NothingToWithdraw(Refusal):
    slug = "nothing-to-withdraw"
    rule_id = "I9"
    guidance_ref = "R79"
    title = "This agreement is not granted now, so it cannot be withdrawn."
    advice = "Read the agreements of the case; record a refusal if that is what was said."


def withdraw_agreement(case: Case, agreement_id: AgreementId, command: WithdrawAgreement, at: Situation) -> Decision:
    sought = case.agreements.sought.get(agreement_id)
    if sought is None:
        return decided(NotOnThisCase())
    held = standing_of(case, sought, at)
    taken_back = set(command.categories or held.categories) & held.categories
    if held.status in ("withdrawn", "expired") or (held.granted and not taken_back):
        return decided()
    if not held.granted:
        return decided(NothingToWithdraw())
    withdrawn = ConsentWithdrawn(
        agreement_id=held.agreement_id or agreement_id,
        party=sought.party,
        scope_withdrawn=sought.scope.model_copy(update={"categories": tuple(sorted(taken_back))}),
        effective_at=taken_back_from(case, sought, held, at.instant_of(command), at),
        route=command.route,
        told_consequences=command.told_consequences,
    )
    return decided(then=with_consequences(case, withdrawn, command, at, "withdrawn"))


def expire_agreement(case: Case, agreement_id: AgreementId, command: ExpireAgreement, at: Situation) -> Decision:
    """Record each end of this agreement that has come and is not recorded yet; nothing otherwise."""
    ended = [
        grant
        for grant in unrecorded_ends(case.agreements, at.policy.tz)
        if grant.agreement_id == agreement_id and start_of(grant.until, at.policy.tz) <= at.now
    ]
    if not ended:
        return decided(None if agreement_id in case.agreements.sought else NotOnThisCase())
    *earlier, last = (
        ConsentExpired(agreement_id=agreement_id, party=grant.party, scope=grant.scope, on=grant.until, cause="date")
        for grant in ended
    )
    return decided(then=(*earlier, *with_consequences(case, last, command, at, "expired")))
