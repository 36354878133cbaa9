"""A partner's program acts by a key of its own: within bounds, for a time, and two at most (ADR 25)."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from case_api.domain.decisions.partner_keys import (
    IssuePartnerKey,
    KeyLivesTooLong,
    KeyWithoutService,
    RevokePartnerKey,
    TooManyKeys,
)
from case_api.domain.facts.authority import PartnerKeyIssued, PartnerKeyRevoked, Purpose, ServiceListed
from case_api.domain.questions.references import ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import NOON, authority_after

SLT = ServiceListed(
    service="slt", title="Speech", agency="NHS", sector="health", role="Helps", purposes=(Purpose(code="speech"),)
)
ISSUE = IssuePartnerKey(
    key="aaaaaaaa",
    client="slt-desk",
    organisation="nhs",
    roles=("agency",),
    services=("slt",),
    expires_at=NOON + timedelta(days=365),
)


def issued(key: str, **changed: Any) -> PartnerKeyIssued:
    return PartnerKeyIssued(**ISSUE.model_dump(exclude={"occurred_at"}) | {"key": key, **changed})


def test_a_program_of_a_listed_service_gets_a_key():
    given(SLT).when(ISSUE).then(a(PartnerKeyIssued, key="aaaaaaaa", services=("slt",), roles=("agency",)))


def test_a_key_of_a_service_names_it():
    given(SLT).when(ISSUE.model_copy(update={"services": ()})).then_refused(KeyWithoutService, pointer="/services")
    mis = ISSUE.model_copy(update={"services": (), "roles": ("mis",)})
    given(SLT).when(mis).then(PartnerKeyIssued)


def test_a_key_is_of_a_service_of_the_directory():
    given().when(ISSUE).then_refused(ReferenceUnknown, missing=[("unknown", "slt")], pointer="/services")


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_key_ends_within_a_year_and_not_before_it_begins(days: int):
    endless = ISSUE.model_copy(update={"expires_at": NOON + timedelta(days=days)})
    given(SLT).when(endless).then_refused(KeyLivesTooLong, pointer="/expires_at")


def test_a_program_has_two_keys_at_most_to_change_from_one_to_the_next():
    first, second = issued("first000"), issued("second00")
    given(SLT, first).when(ISSUE).then(PartnerKeyIssued)
    both = [("live_key", "first000"), ("live_key", "second00")]
    given(SLT, first, second).when(ISSUE).then_refused(TooManyKeys, missing=both)


def test_a_key_that_was_revoked_or_has_ended_makes_room():
    first, second = issued("first000"), issued("second00")
    ended = issued("ended000", expires_at=NOON)
    given(SLT, first, second, PartnerKeyRevoked(key="first000", reason="rotated")).when(ISSUE).then(PartnerKeyIssued)
    given(SLT, first, ended).when(ISSUE).then(PartnerKeyIssued)
    given(SLT, first, issued("others00", client="eps-desk")).when(ISSUE).then(PartnerKeyIssued)


def test_a_key_is_revoked_once():
    revoke = RevokePartnerKey(key="first000", reason="leaked")
    given(SLT, issued("first000")).when(revoke).then(a(PartnerKeyRevoked, key="first000", reason="leaked"))
    given(SLT, issued("first000"), PartnerKeyRevoked(key="first000", reason="leaked")).when(revoke).then_nothing()


def test_a_key_that_nobody_issued_cannot_be_revoked():
    revoke = RevokePartnerKey(key="nowhere0", reason="ended")
    given(SLT).when(revoke).then_refused(ReferenceUnknown, missing=[("unknown", "nowhere0")], pointer="/key")


def test_a_key_lives_until_its_end_or_until_it_is_revoked():
    authority = authority_after([issued("first000")])
    ends = ISSUE.expires_at
    assert authority.live_key("first000", ends - timedelta(seconds=1)) is not None
    assert authority.live_key("first000", ends) is None
    assert authority.live_key("second00", NOON) is None
    after = authority_after([issued("first000"), PartnerKeyRevoked(key="first000", reason="ended")])
    assert after.live_key("first000", NOON) is None
    assert after.live_keys(NOON) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": ("carer",)},
        {"roles": ("authority_admin",)},
        {"roles": ("child_protection",)},
        {"roles": ("teacher",)},
        {"roles": ()},
        {"networks": ("anywhere",)},
        {"networks": ("192.0.2.1/24",)},
        {"client": "two words"},
        {"key": "../../aa"},
        {"services": ("slt",) * 101},
    ],
)
def test_a_scope_that_no_key_can_have_cannot_be_written(changed: dict[str, Any]):
    with pytest.raises(ValidationError):
        IssuePartnerKey.model_validate({**ISSUE.model_dump(), **changed})
