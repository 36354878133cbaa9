"""Information goes to a service within what everybody agrees to at that moment, and never after (R72, R79, I9)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from case_api.domain.decisions.sharing import ShareInformation
from case_api.domain.facts.agreements import ConsentExpired
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.sharing import InformationShared
from case_api.domain.questions.asking_refused import RequestNoLongerOpen
from case_api.domain.questions.references import NotOnThisCase, ReferenceUnknown
from case_api.domain.questions.sharing import AgreementNoLongerHolds, BeyondTheRequest, OwnAgreementMissing
from case_api.domain.words import LawfulBasis
from tests.domain.dsl import Facts, a, given, on
from tests.domain.running import new
from tests.domain.situations import (
    ANNA,
    EVERYBODY_AGREED,
    EVERYBODY_ASKED,
    FAMILY,
    MAJA,
    OPEN_INVOLVEMENT,
    PAUSED,
    READY_TO_ASK,
    REQUEST,
    REQUESTED,
    TOM,
    TRIED_AND_OBSERVED,
    agreed,
    agreement,
    scope,
    the,
    withdrew,
)
from tests.domain.test_other_routes import GP_ASKED, MAJAS_OWN_REQUEST

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
NINE = datetime(2025, 11, 12, 9, tzinfo=UTC)
ENDED = InvolvementEnded(request_id=REQUEST, service="slt", outcome="met", summary="Done.")


def share(*categories: str, **more: Any) -> ShareInformation:
    return ShareInformation(categories=categories or ("learning_profile",), content_hash=HASH, **more)


def test_what_was_shared_names_the_agreements_it_relied_on():
    given(OPEN_INVOLVEMENT).when(share("learning_profile", "identity_contact"), REQUEST).then(
        a(InformationShared, sharing_id=new(1), content_hash=HASH, lawful_basis=LawfulBasis(art6="consent"))
    )
    [shared] = given(OPEN_INVOLVEMENT).when(share(), REQUEST).decision.events
    assert isinstance(shared, InformationShared)
    assert {ref.id for ref in shared.agreement_refs} == {agreement(ANNA), agreement(TOM), agreement(MAJA)}


def test_n5_what_somebody_took_back_is_not_shared_and_they_are_named():
    part: Facts = on("2025-11-12T09:00:00+00:00", withdrew(MAJA, NINE, scope("learning_profile")))
    given(OPEN_INVOLVEMENT, part).when(share(), REQUEST).then_refused(
        AgreementNoLongerHolds, missing=[("withdrawn", MAJA, "learning_profile")], pointer="/categories"
    )
    given(OPEN_INVOLVEMENT, part).when(share("identity_contact"), REQUEST).then(InformationShared)


def test_nothing_is_shared_while_the_work_is_paused():
    whole: Facts = on("2025-11-12T09:00:00+00:00", withdrew(ANNA, NINE), PAUSED)
    given(OPEN_INVOLVEMENT, whole).when(share(), REQUEST).then_refused(
        AgreementNoLongerHolds, missing=[("withdrawn", ANNA)]
    )


def test_an_end_counts_before_it_is_recorded():
    carers = (agreed(ANNA, until=date(2025, 11, 14)), agreed(TOM), agreed(MAJA))
    ready = (FAMILY, TRIED_AND_OBSERVED, EVERYBODY_ASKED, carers, REQUESTED)
    given(ready).when(share(), REQUEST).then_refused(AgreementNoLongerHolds, missing=[("expired", ANNA)])
    recorded = ConsentExpired(
        agreement_id=agreement(ANNA), party=ANNA, scope=scope(), on=date(2025, 11, 14), cause="date"
    )
    given(ready, recorded).when(share(), REQUEST).then_refused(AgreementNoLongerHolds, missing=[("expired", ANNA)])


def test_a_narrower_yes_narrows_what_is_shared():
    narrow = (agreed(ANNA), agreed(TOM, scope("identity_contact", "learning_profile")), agreed(MAJA))
    given(FAMILY, TRIED_AND_OBSERVED, EVERYBODY_ASKED, narrow, REQUESTED).when(
        share("learning_profile", "strategies_and_effect"), REQUEST
    ).then_refused(AgreementNoLongerHolds, missing=[("not_agreed", TOM, "strategies_and_effect")])


def test_what_was_sent_before_a_withdrawal_may_be_written_down_after_it():
    gone: Facts = on("2025-11-12T09:00:00+00:00", withdrew(ANNA, NINE), PAUSED)
    before = share(occurred_at=NINE.replace(hour=8))
    given(OPEN_INVOLVEMENT, gone).when(before, REQUEST).then(InformationShared)
    that_day = share(occurred_at=date(2025, 11, 12))
    given(OPEN_INVOLVEMENT, gone).when(that_day, REQUEST).then_refused(AgreementNoLongerHolds)


def test_no_more_is_shared_than_the_service_was_asked_with():
    few = REQUESTED.model_copy(update={"categories": ("identity_contact",)})
    given(READY_TO_ASK, few).when(share(), REQUEST).then_refused(
        BeyondTheRequest, missing=[("category_not_requested", "learning_profile")]
    )
    given(READY_TO_ASK, few).when(share("horoscope"), REQUEST).then_refused(ReferenceUnknown)


@pytest.mark.parametrize("facts", [(OPEN_INVOLVEMENT, ENDED)], ids=["ended"])
def test_what_has_ended_is_sent_nothing(facts: Facts):
    given(facts).when(share(), REQUEST).then_refused(RequestNoLongerOpen)
    given(facts).when(share(), the("another")).then_refused(NotOnThisCase)


def test_what_a_gp_was_told_does_not_carry_what_the_school_shares():
    given(FAMILY, GP_ASKED).when(share(), REQUEST).then_refused(OwnAgreementMissing)
    given(FAMILY, GP_ASKED, EVERYBODY_AGREED).when(share(), REQUEST).then(InformationShared)


def test_a_direct_request_is_carried_by_the_one_who_asked():
    given(MAJAS_OWN_REQUEST).when(share("identity_contact"), REQUEST).then(InformationShared)
    [shared] = given(MAJAS_OWN_REQUEST).when(share("identity_contact"), REQUEST).decision.events
    assert isinstance(shared, InformationShared)
    assert [ref.id for ref in shared.agreement_refs] == [agreement(MAJA)]
    given(MAJAS_OWN_REQUEST).when(share(), REQUEST).then_refused(
        AgreementNoLongerHolds, missing=[("not_agreed", MAJA, "learning_profile")]
    )
