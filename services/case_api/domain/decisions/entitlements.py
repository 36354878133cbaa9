"""Giving information about entitlements."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.entitlements import EntitlementInformationProvided, TopicGiven
from case_api.domain.questions.references import known, known_people
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, Language, PersonId


class ProvideEntitlementInformation(Command):
    """A learner or carer is told what help is theirs to have."""

    to: PersonId
    """The learner or carer who was told."""
    topics: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
    """Codes of the policy's topics of entitlement."""
    language: Language
    format: Code
    """How it was given, such as `leaflet`, `conversation` or `easy_read`."""

    examples = ({
        "to": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "topics": ["additional_support"],
        "language": "pl",
        "format": "leaflet",
    },)  # fmt: skip


def provide_entitlement_information(case: Case, command: ProvideEntitlementInformation, at: Situation) -> Decision:
    """The topics are those of the policy in force, which names a published source for each."""
    sources = {one.code: one.source for one in at.policy.entitlements}
    refused = (
        known_people("/to", (command.to,), case),
        known("/topics", command.topics, sources),
    )
    if any(refused):
        return decided(*refused)
    topics = tuple(TopicGiven(topic=code, source=sources[code]) for code in dict.fromkeys(command.topics))
    return decided(
        then=EntitlementInformationProvided(
            to=command.to, topics=topics, language=command.language, format=command.format
        )
    )
