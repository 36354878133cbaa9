"""How one party stands towards one service and purpose at an instant."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from case_api.domain.facts.agreements import (
    Agreements,
    ConsentExpired,
    ConsentGranted,
    ConsentRefused,
    ConsentSought,
    ConsentWithdrawn,
    Entry,
)
from case_api.domain.words import AgreementId, PersonId, ServiceCode, start_of

Status = Literal["not_asked", "sought", "granted", "refused", "withdrawn", "expired"]
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """One party's answer as it holds: its status and, where granted, what it covers and until when."""

    party: PersonId
    status: Status = "not_asked"
    categories: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    agreement_id: AgreementId | None = None
    granted_at_version: int = 0
    given_as: str | None = None
    helped_by: str | None = None
    until: datetime = NEVER
    willing_to_discuss: bool = False
    asked_for: AgreementId | None = None

    @property
    def granted(self) -> bool:
        return self.status == "granted"


def standing(
    agreements: Agreements, party: PersonId, service: ServiceCode, purpose: str, at: datetime, zone: tzinfo
) -> Standing:
    """The latest entry that counts at *at* decides; an end that has passed is an end, recorded or not (D15)."""
    entries = [(entry.counts_from(zone), entry) for entry in agreements.entries_of(party, service, purpose)]
    now = Standing(party)
    for _, entry in sorted(
        (pair for pair in entries if pair[0] <= at), key=lambda pair: (pair[0], pair[1].version)
    ):
        now = _after(now, entry, zone)
    return _ended(now) if now.granted and at >= now.until else now


def _ended(standing: Standing) -> Standing:
    return Standing(
        standing.party, "expired", agreement_id=standing.agreement_id, asked_for=standing.asked_for
    )


def _after(before: Standing, entry: Entry, zone: tzinfo) -> Standing:
    party = before.party
    match entry.fact:
        case ConsentSought(agreement_id=asked):
            if before.status in ("granted", "refused"):
                return before
            return Standing(party, "sought", asked_for=asked)
        case ConsentGranted() as grant:
            return Standing(
                party, "granted", frozenset(grant.scope.categories), frozenset(grant.kinds), grant.agreement_id,
                entry.version, grant.given_as, grant.helped_by, start_of(grant.until, zone),
                asked_for=grant.agreement_id,
            )  # fmt: skip
        case ConsentRefused() as refusal:
            return Standing(
                party,
                "refused",
                asked_for=refusal.agreement_id,
                willing_to_discuss=refusal.willing_to_discuss,
            )
        case ConsentWithdrawn(scope_withdrawn=scope):
            return _narrowed(before, frozenset(scope.categories))
        case ConsentExpired(agreement_id=ended):
            return _ended(before) if before.agreement_id == ended else before


def _narrowed(before: Standing, withdrawn: frozenset[str]) -> Standing:
    if not before.granted:
        return before
    left = before.categories - withdrawn
    if not left:
        return Standing(
            before.party, "withdrawn", agreement_id=before.agreement_id, asked_for=before.asked_for
        )
    return Standing(
        before.party, "granted", left, before.kinds, before.agreement_id, before.granted_at_version,
        before.given_as, before.helped_by, before.until, asked_for=before.asked_for,
    )  # fmt: skip
