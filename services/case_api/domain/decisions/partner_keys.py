"""Keys by which a partner's programs act without a token service of their own (ADR 25)."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from case_api.domain.command import Command, Situation
from case_api.domain.facts.authority import Authority, KeyId, Network, PartnerKeyIssued, PartnerKeyRevoked
from case_api.domain.questions.references import known
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Instant, ServiceCode, Subject

LONGEST_LIFE: Final = timedelta(days=366)
MOST_LIVE: Final = 2
"""One in use, and the next one while programs change over to it."""

ReadNetwork = Annotated[Network, AfterValidator(lambda text: str(ip_network(text)))]
"""A network that can be read as one, in its usual form."""


class IssuePartnerKey(Command):
    """A partner's program is to act by a key of its own."""

    key: KeyId
    """The part of the key that may be shown."""
    client: Subject
    """The program; its second key replaces the first."""
    organisation: Subject
    """On whose behalf it acts."""
    roles: Annotated[tuple[Literal["agency", "external", "mis", "auditor", "notifier"], ...], Field(min_length=1)]
    """What it may do; roles of people who sign in are not among them."""
    services: Annotated[tuple[ServiceCode, ...], Field(max_length=100)] = ()
    """The partner services that it acts for."""
    networks: Annotated[tuple[ReadNetwork, ...], Field(max_length=20)] = ()
    """From where alone it is accepted; anywhere if empty."""
    expires_at: Instant
    """Until when; a year at most."""

    examples = ({
        "key": "k3v9x2ma", "client": "slt-desk", "organisation": "nhs-strathlorne", "roles": ["agency"],
        "services": ["slt"], "networks": ["192.0.2.0/24"], "expires_at": "2027-02-01T00:00:00Z",
    },)  # fmt: skip


class RevokePartnerKey(Command):
    """A partner's key is to be accepted no longer."""

    key: KeyId
    """The part of the key that may be shown."""
    reason: Literal["rotated", "leaked", "ended"]

    examples = ({"key": "k3v9x2ma", "reason": "rotated"},)


class KeyLivesTooLong(Refusal):
    slug = "key-lives-too-long"
    rule_id = "R110"
    guidance_ref = "R110"
    title = "A partner's key ends within a year, and not before it begins."
    advice = "Give an end that lies ahead by a year at most, and issue the next key in time."


class KeyWithoutService(Refusal):
    slug = "key-without-service"
    rule_id = "R110"
    guidance_ref = "R110"
    title = "A key of a partner service names the services that it acts for."
    advice = "Name one or more services of the directory."


class TooManyKeys(Refusal):
    slug = "too-many-keys"
    rule_id = "R110"
    guidance_ref = "R110"
    title = "The program has two keys that are accepted."
    advice = "Revoke one of the keys named under 'missing', once no program uses it."


def it_ends_within_a_year(command: IssuePartnerKey, at: Situation) -> Refusal | None:
    ends = at.now < command.expires_at <= at.now + LONGEST_LIFE
    return None if ends else KeyLivesTooLong(pointer="/expires_at")


def an_agency_says_for_which_services(command: IssuePartnerKey) -> Refusal | None:
    silent = "agency" in command.roles and not command.services
    return KeyWithoutService(pointer="/services") if silent else None


def two_keys_of_a_program_are_enough(authority: Authority, command: IssuePartnerKey, at: Situation) -> Refusal | None:
    """One in use and its successor: whoever has more has lost sight of them."""
    live = [one.key for one in authority.live_keys(at.now) if one.client == command.client]
    if len(live) < MOST_LIVE:
        return None
    return TooManyKeys(missing=tuple(Missing(rule_id="R110", what="live_key", ref=key) for key in live))


def issue_partner_key(authority: Authority, command: IssuePartnerKey, at: Situation) -> Decision:
    """At most two keys of a program are accepted at a time, each for a year at most."""
    return decided(
        an_agency_says_for_which_services(command),
        known("/services", command.services, authority.services),
        it_ends_within_a_year(command, at),
        two_keys_of_a_program_are_enough(authority, command, at),
        then=PartnerKeyIssued(**command.said(without={"occurred_at"})),
    )


def revoke_partner_key(authority: Authority, command: RevokePartnerKey, _: Situation) -> Decision:
    """It holds from the next look of each process on, within about a second."""
    return decided(
        known("/key", (command.key,), authority.keys),
        then=() if command.key in authority.revoked else PartnerKeyRevoked(key=command.key, reason=command.reason),
    )
