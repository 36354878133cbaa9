"""Within a matter: asking a service under an override, telling people by hand, passing the record on (R80, R92)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.protection import GroupJoined
from case_api.domain.facts.requests import AssistanceRequested, InputKind, Requester
from case_api.domain.facts.told import DisclosureMade, Recipient
from case_api.domain.facts.transfers import RecordTransferred
from case_api.domain.matter import Matter
from case_api.domain.questions.asking import the_service_offers_it
from case_api.domain.questions.overriding import (
    consent_is_not_the_basis,
    only_an_authoriser_passes_it_on,
    the_override_covers_it,
)
from case_api.domain.questions.record_content import content_of
from case_api.domain.questions.references import known
from case_api.domain.questions.shielding import they_may_be_told
from case_api.domain.questions.transferring import the_receiver_is_there
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Code, Day, Language, LawfulBasis, OverrideId, ServiceCode, Sha256, Subject, Text

SERVICE = "service:"
Categories = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class _ByHand(Command):
    """Nothing of a matter is sent by message: somebody tells it, and says on what that stands."""

    channel: Literal["in_person", "call", "letter"]
    lawful_basis: LawfulBasis
    """On what it stands in data law; under an override never consent."""
    categories: Categories
    """Of the information that was given."""
    language: Language | None = None
    """In which it was told."""
    content_hash: Sha256 | None = None
    """Of what was handed over, such as a letter."""


class RequestUnderOverride(_ByHand):
    """The one request that an override covers: a service was asked, and told what it needs to know, by hand."""

    override_ref: OverrideId
    """The override; its `asked_by` is the caller."""
    service: ServiceCode
    """The partner service that is asked, as the directory names it."""
    purpose: Code
    """One of the purposes that the directory lists for the service."""
    input_sought: Annotated[tuple[InputKind, ...], Field(min_length=1, max_length=4)] = ("consultation",)
    """The kinds of help that are asked for."""
    urgency: Literal["routine", "soon", "urgent"] = "urgent"

    examples = ({
        "override_ref": "019a9762-8700-7a31-9b55-0c6f1d7e2b90",
        "service": "social_work",
        "purpose": "child_protection",
        "channel": "call",
        "lawful_basis": {"art6": "public_task", "art9": "substantial_public_interest"},
        "categories": ["identity_contact", "family_circumstances"],
    },)  # fmt: skip


class TellInMatter(_ByHand):
    """Somebody was told by hand: a person of the family, or a service under an override of its own."""

    to: Recipient
    """A person's id, or `service:<code>`."""
    override_ref: OverrideId | None = None
    """For a service: the override that covers this one disclosure."""

    examples = ({
        "to": "f2b1d9c4-8e37-4c61-b1de-57a90c3e4d33",
        "channel": "letter",
        "lawful_basis": {"art6": "public_task"},
        "categories": ["wellbeing_summary"],
    },)  # fmt: skip


class TransferMatter(Command):
    """The matter goes to the coordinator of child protection where the learner goes, who joins the group."""

    needs_history: ClassVar[bool] = True
    to_setting: Code
    """The school or nursery to which the learner moves."""
    to_staff: Subject
    """Who of that setting receives it, by the subject of their token."""
    from_day: Day
    """From when on the learner is there."""
    reason: Text
    """Why they need to know."""

    examples = ({
        "to_setting": "burnside-academy",
        "to_staff": "adair",
        "from_day": "2026-08-18",
        "reason": "Isla goes to the academy, where Mrs Adair coordinates child protection.",
    },)  # fmt: skip


def request_under_override(matter: Matter, _: Case, command: RequestUnderOverride, at: Situation) -> Decision:
    """I1, I7, I8: one request, by the colleague for whom consent was overridden. I10 to I13 do not apply to it."""
    override = matter.protection.overrides.get(command.override_ref)
    request_id = override.decided.request_ref if override else None
    refusals = (
        the_override_covers_it(matter, command.override_ref, "request", command, at),
        consent_is_not_the_basis(command.lawful_basis),
        the_service_offers_it(command.service, command.purpose, at),
        known("/categories", command.categories, at.policy.agreements.categories),
    )
    if request_id is None or any(refusals):
        return decided(*refusals)
    asked = AssistanceRequested(
        request_id=request_id,
        route="school",
        requester=Requester(kind="staff", role=at.actor.role, name=at.actor.subject),
        parents_told=False,
        **command.model_dump(include={"service", "purpose", "input_sought", "categories", "override_ref", "urgency"}),
    )
    told = _told(matter, command, at.new_id(), f"{SERVICE}{command.service}", command.override_ref, at)
    return decided(then=(asked, told), created=request_id)


def tell_in_matter(matter: Matter, case: Case, command: TellInMatter, at: Situation) -> Decision:
    """A service only under an override for this one disclosure; a person not while it is withheld from them (I25)."""
    to_service = command.to.startswith(SERVICE)
    rules = _a_service_may_be_told(matter, command, at) if to_service else they_may_be_told(matter, case, command.to)
    override = matter.protection.overrides.get(command.override_ref) if command.override_ref and to_service else None
    message_id = (override.decided.disclosure_ref if override else None) or at.new_id()
    return decided(
        *rules,
        known("/categories", command.categories, at.policy.agreements.categories),
        then=_told(matter, command, message_id, command.to, override.decided.override_id if override else None, at),
        created=message_id,
    )


def _a_service_may_be_told(matter: Matter, command: TellInMatter, at: Situation) -> tuple[Refusal | None, ...]:
    service = command.to.removeprefix(SERVICE)
    return (
        the_override_covers_it(matter, command.override_ref, "disclosure", command, at),
        consent_is_not_the_basis(command.lawful_basis),
        known("/to", (service,), at.authority.services),
    )


def _told(
    matter: Matter, command: _ByHand, message_id: UUID, to: str, override: OverrideId | None, at: Situation
) -> DisclosureMade:
    return DisclosureMade(
        message_id=message_id,
        about=matter.protection.concern_event or matter.id,
        to=to,
        template="by_hand",
        delivery="sent",
        by_hand=at.actor.subject,
        override_ref=override,
        **command.model_dump(include={"channel", "language", "lawful_basis", "categories", "content_hash"}),
    )


def transfer_matter(matter: Matter, _: Case, command: TransferMatter, at: Situation) -> Decision:
    """Whoever receives it joins the group at once, and confirms with the hash of what was sent (I33)."""
    content, transfer_id = content_of(at.history, matter.version, sealed=True), at.new_id()
    joined = GroupJoined(staff=command.to_staff, reason=command.reason)
    sent = RecordTransferred(
        transfer_id=transfer_id,
        content_hash=content.hash,
        events=content.events,
        upto=matter.version,
        **command.model_dump(include={"to_setting", "to_staff", "from_day"}),
    )
    return decided(
        only_an_authoriser_passes_it_on(at),
        the_receiver_is_there(command.to_setting, command.to_staff, at),
        then=(sent,) if command.to_staff in matter.protection.group else (joined, sent),
        created=transfer_id,
    )
