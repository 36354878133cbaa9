"""How one party stands towards one service and purpose at an instant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
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
from case_api.domain.words import AgreementId, PersonId, ServiceCode, day_of, start_of

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
    given_on: date | None = None
    """The local day of the answer that stands."""
    until: datetime = NEVER
    willing_to_discuss: bool = False
    asked_for: AgreementId | None = None
    """The agreement that they were asked last, and under which they answer next."""
    at_version: int = 0
    """The version at which they said what holds."""

    @property
    def granted(self) -> bool:
        return self.status == "granted"


def standing(
    agreements: Agreements, party: PersonId, service: ServiceCode, purpose: str, at: datetime, zone: tzinfo
) -> Standing:
    """The latest entry that counts at *at* decides; an end that has passed is an end, recorded or not (D15)."""
    now = Standing(party)
    for since, entry in sorted(_dated(agreements.entries_of(party, service, purpose), zone), key=_order):
        if since > at:
            break
        now = _after(_as_of(now, since), entry, zone)
    return _as_of(now, at)


def unrecorded_ends(agreements: Agreements, zone: tzinfo) -> Iterator[ConsentGranted]:
    """Grants that hold up to their last day and whose end is not recorded; those withdrawn or superseded are not."""
    for grant in agreements.grants():
        end, scope = start_of(grant.until, zone), grant.scope
        just_before = end - timedelta(microseconds=1)
        held = standing(agreements, grant.party, scope.service, scope.purpose, just_before, zone)
        lasts = held.granted and held.agreement_id == grant.agreement_id and held.until == end
        if lasts and not agreements.expiry_recorded(grant.agreement_id, grant.until):
            yield grant


def _dated(entries: Iterable[Entry], zone: tzinfo) -> Iterator[tuple[datetime, Entry]]:
    """Each entry with the instant from which it counts.

    A refusal of which only the day is known counts after all that was recorded earlier for that day: in doubt they
    said no.
    """
    earlier: list[datetime] = []
    for entry in entries:
        since, day = entry.counts_from(zone), entry.occurred_at
        if isinstance(entry.fact, ConsentRefused) and not isinstance(day, datetime):
            since = max([since, *(one for one in earlier if day_of(one, zone) == day)])
        earlier.append(since)
        yield since, entry


def _order(dated: tuple[datetime, Entry]) -> tuple[datetime, int]:
    return dated[0], dated[1].version


def _as_of(standing: Standing, at: datetime) -> Standing:
    return _ended(standing) if standing.granted and at >= standing.until else standing


def _ended(standing: Standing) -> Standing:
    return Standing(
        standing.party,
        "expired",
        agreement_id=standing.agreement_id,
        asked_for=standing.asked_for,
        at_version=standing.at_version,
    )


def _after(before: Standing, entry: Entry, zone: tzinfo) -> Standing:
    party = before.party
    match entry.fact:
        case ConsentSought(agreement_id=asked):
            answered = before.status not in ("not_asked", "sought")
            return replace(before, status=before.status if answered else "sought", asked_for=asked)
        case ConsentGranted() as grant:
            return Standing(
                party, "granted", frozenset(grant.scope.categories), frozenset(grant.kinds), grant.agreement_id,
                entry.version, grant.given_as, grant.helped_by,
                day_of(entry.occurred_at, zone), start_of(grant.until, zone),
                asked_for=grant.agreement_id, at_version=entry.version,
            )  # fmt: skip
        case ConsentRefused() as refusal:
            return Standing(
                party,
                "refused",
                asked_for=refusal.agreement_id,
                willing_to_discuss=refusal.willing_to_discuss,
                at_version=entry.version,
            )
        case ConsentWithdrawn(scope_withdrawn=scope):
            return _narrowed(before, frozenset(scope.categories), entry.version)
        case ConsentExpired(agreement_id=ended) as expired:
            renewed = expired.cause == "date" and before.until > start_of(expired.on, zone)
            return _ended(before) if before.agreement_id == ended and not renewed else before


def _narrowed(before: Standing, withdrawn: frozenset[str], version: int) -> Standing:
    left = before.categories - withdrawn
    if not before.granted or left:
        return replace(before, categories=left)
    return Standing(
        before.party,
        "withdrawn",
        agreement_id=before.agreement_id,
        asked_for=before.asked_for,
        at_version=version,
    )
