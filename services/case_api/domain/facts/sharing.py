"""Information that the school gave to a partner service, and on what it stood when it did."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import AgreementRef, Code, LawfulBasis, RequestId, ServiceCode, Sha256, SharingId, Text


class InformationShared(Event, grounds="6.3 Requesting assistance", covers=("R72", "R79")):
    """Information went to a service for its work on a request, within what everybody agreed to at that moment."""

    correctable = False
    refs = ("sharing_id", "request_id", "service")
    sharing_id: SharingId
    request_id: RequestId
    service: ServiceCode
    categories: Annotated[tuple[Code, ...], Field(min_length=1)]
    agreement_refs: tuple[AgreementRef, ...]
    lawful_basis: LawfulBasis
    content_hash: Sha256 = Field(description="SHA-256 of what was sent, so that it can be told again later.")
    summary: Text | None = None

    examples = ({
        "sharing_id": "019a8b1c-2400-7d3e-9a10-5b1e7c8f4a21", "request_id": "019a8052-4c00-7173-a6a7-b3e092547199",
        "service": "harbour", "categories": ["identity_contact", "wellbeing_summary"],
        "agreement_refs": [{"id": "019a1f60-1c00-7e5a-8f0b-2d9f3a6b5c11", "granted_at_version": 17}],
        "lawful_basis": {"art6": "consent"},
        "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "summary": "How the term went, two pages.",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shared:
    fact: InformationShared
    occurred_at: date | datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Sharing:
    """What was shared, in the order of the record."""

    shared: tuple[Shared, ...] = ()


def evolve(sharing: Sharing, fact: Event, at: Recorded) -> Sharing:
    if not isinstance(fact, InformationShared):
        return sharing
    return replace(sharing, shared=(*sharing.shared, Shared(fact, at.occurred_at, at.recorded_at)))
