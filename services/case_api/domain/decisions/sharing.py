"""Recording that information went to a partner service (R72, R79)."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.sharing import InformationShared
from case_api.domain.questions.references import NotOnThisCase, known
from case_api.domain.questions.sharing import (
    each_category_is_agreed,
    no_more_than_the_request_named,
    refs_for_sharing,
    the_request_is_open,
    the_school_shares_on_a_ground_of_its_own,
    what_is_sent_is_still_agreed,
)
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, RequestId, Sha256, Text, end_of


class ShareInformation(Command):
    """The school gave a service information for its work on a request, by whatever way."""

    categories: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
    """Of the information that was given."""
    content_hash: Sha256
    """SHA-256, in lower-case hexadecimal, of what was sent, byte for byte."""
    summary: Text | None = None
    """What it was, such as `A report of two pages`."""

    examples = ({
        "categories": ["identity_contact", "learning_profile"],
        "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "summary": "A report of two pages.",
    },)  # fmt: skip


def share_information(case: Case, request_id: RequestId, command: ShareInformation, at: Situation) -> Decision:
    """Refused where an agreement that it would stand on did not hold when it was sent, with each person named (I9)."""
    request = case.requests.by_id.get(request_id)
    if request is None:
        return decided(NotOnThisCase())
    when = min(end_of(at.occurred(command), at.policy.tz), at.now)
    sharing_id = at.new_id()
    return decided(
        known("/categories", command.categories, at.policy.agreements.categories),
        the_request_is_open(case, request, when, at),
        the_school_shares_on_a_ground_of_its_own(case, request, when, at),
        what_is_sent_is_still_agreed(case, request, when, at)
        or each_category_is_agreed(case, request, command.categories, when, at),
        no_more_than_the_request_named(case, request, command.categories),
        then=InformationShared(
            sharing_id=sharing_id,
            request_id=request_id,
            service=request.asked.service,
            agreement_refs=refs_for_sharing(case, request, when, at),
            lawful_basis=at.policy.lawful_bases["A"],
            **command.said(without={"occurred_at"}),
        ),
        created=sharing_id,
    )
