"""Within a matter: one request under one override, everything by hand and on a basis in law, nothing withheld said."""

from datetime import date
from typing import Any

import pytest

from case_api.domain.decisions.coordination import AssignLeadProfessional
from case_api.domain.decisions.protection_sharing import RequestUnderOverride, TellInMatter, TransferMatter
from case_api.domain.decisions.transfers import ReceiveRecord
from case_api.domain.decisions.withholdings import LiftWithholding, RenewWithholding, WithholdDisclosure
from case_api.domain.facts.coordination import LeadProfessionalAssigned
from case_api.domain.facts.protection import GroupJoined
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, WithholdingLifted, WithholdingRenewed
from case_api.domain.facts.transfers import RecordReceived, RecordTransferred
from case_api.domain.questions.inviting import MayNotBeContacted
from case_api.domain.questions.overriding import NotTheirsToPassOn, OverrideCoversOnlyItsOwn, OverrideIsNotConsent
from case_api.domain.questions.record_content import content_of
from case_api.domain.questions.references import ReferenceUnknown
from case_api.domain.questions.shielding import StillWithheld
from case_api.domain.questions.transferring import ContentDiffers, NotTheReceiver, ReceiverNotThere
from case_api.domain.questions.withholding_refused import NotAnAuthoriser
from case_api.domain.words import LawfulBasis
from tests.domain.dsl import a
from tests.domain.protecting import (
    CONCERN_RECORDED,
    OVERRIDDEN,
    OVERRIDE,
    UNDER_IT,
    in_a_matter,
    sealed,
)
from tests.domain.situations import ANNA, DEAN, NEIGHBOUR, TOM, the

PUBLIC_TASK = LawfulBasis(art6="public_task", art9="substantial_public_interest")
ASK = RequestUnderOverride(
    override_ref=OVERRIDE, service="social_work", purpose="child_protection", channel="call",
    lawful_basis=PUBLIC_TASK, categories=("identity_contact",),
)  # fmt: skip
TELL = TellInMatter(
    to=str(ANNA), channel="letter", lawful_basis=LawfulBasis(art6="public_task"), categories=("wellbeing_summary",)
)
TO_SERVICE = TELL.model_copy(update={"to": "service:social_work", "override_ref": OVERRIDE})
FOR_A_DISCLOSURE = OVERRIDDEN.model_copy(update={"request_ref": None, "disclosure_ref": UNDER_IT})
WITHHOLD = WithholdDisclosure(
    person_id=ANNA,
    extent="everything",
    reason="May raise the risk.",
    authoriser="sinclair",
    review_on=date(2025, 11, 15),
)
WITHHELD = DisclosureWithheld(
    withholding_id=the("withholding"), person_id=ANNA, extent="everything", reason="May raise the risk.",
    authoriser="sinclair", review_on=date(2025, 11, 15),
)  # fmt: skip
GO = TransferMatter(to_setting="burnside-academy", to_staff="adair", from_day=date(2025, 11, 20), reason="She moves.")


def test_the_request_under_an_override_is_made_and_told_by_hand_in_one():
    in_a_matter(OVERRIDDEN).when(ASK).then(
        a(AssistanceRequested, request_id=UNDER_IT, override_ref=OVERRIDE, agreement_refs=(), parents_told=False),
        a(DisclosureMade, to="service:social_work", lawful_basis=PUBLIC_TASK, by_hand="bain", override_ref=OVERRIDE),
    )


def under_it() -> tuple[Any, ...]:
    return (OVERRIDDEN, *in_a_matter(OVERRIDDEN).when(ASK).decision.events)


def test_an_override_covers_one_request_and_nothing_after_it():
    in_a_matter(*under_it()).when(ASK).then_refused(OverrideCoversOnlyItsOwn, missing=[("used", OVERRIDE)])
    in_a_matter(*under_it()).when(TO_SERVICE).then_refused(
        OverrideCoversOnlyItsOwn, missing=[("covers_a_request", OVERRIDE)]
    )


def test_an_override_for_a_disclosure_covers_one_disclosure():
    once = in_a_matter(FOR_A_DISCLOSURE).when(TO_SERVICE)
    once.then(a(DisclosureMade, message_id=UNDER_IT, to="service:social_work", override_ref=OVERRIDE))
    again = in_a_matter(FOR_A_DISCLOSURE, *once.decision.events)
    again.when(TO_SERVICE).then_refused(OverrideCoversOnlyItsOwn, missing=[("used", OVERRIDE)])
    in_a_matter(FOR_A_DISCLOSURE).when(ASK).then_refused(
        OverrideCoversOnlyItsOwn, missing=[("covers_a_disclosure", OVERRIDE)]
    )


def test_no_service_is_told_without_an_override():
    without = TO_SERVICE.model_copy(update={"override_ref": None})
    in_a_matter(OVERRIDDEN).when(without).then_refused(OverrideCoversOnlyItsOwn, missing=[("no_override",)])
    unknown = ASK.model_copy(update={"override_ref": the("another")})
    in_a_matter(OVERRIDDEN).when(unknown).then_refused(OverrideCoversOnlyItsOwn, pointer="/override_ref")


def test_an_override_is_for_the_one_who_asked_for_it_and_for_what_comes_after_it():
    in_a_matter(OVERRIDDEN).by("hay", "pupil_support").when(ASK).then_refused(
        OverrideCoversOnlyItsOwn, missing=[("asked_for_by_another", OVERRIDE)]
    )
    before = ASK.model_copy(update={"occurred_at": date(2025, 11, 13)})
    in_a_matter(OVERRIDDEN).when(before).then_refused(
        OverrideCoversOnlyItsOwn, missing=[("decided_afterwards", OVERRIDE)]
    )


def test_what_is_done_under_an_override_never_stands_on_consent():
    consented = {"lawful_basis": LawfulBasis(art6="consent")}
    in_a_matter(OVERRIDDEN).when(ASK.model_copy(update=consented)).then_refused(OverrideIsNotConsent)
    in_a_matter(FOR_A_DISCLOSURE).when(TO_SERVICE.model_copy(update=consented)).then_refused(OverrideIsNotConsent)
    in_a_matter().when(TELL.model_copy(update=consented)).then(a(DisclosureMade, to=str(ANNA)))


def test_a_request_in_a_matter_names_what_the_directory_and_the_policy_know():
    in_a_matter(OVERRIDDEN).when(ASK.model_copy(update={"service": "nobody"})).then_refused(ReferenceUnknown)
    in_a_matter(OVERRIDDEN).when(ASK.model_copy(update={"categories": ("gossip",)})).then_refused(
        ReferenceUnknown, pointer="/categories"
    )


@pytest.mark.parametrize("to", [str(NEIGHBOUR), "anna", "staff:hay"])
def test_only_people_of_the_case_are_told(to: str):
    in_a_matter().when(TELL.model_copy(update={"to": to})).then_refused(ReferenceUnknown, pointer="/to")


def test_a_carer_whom_the_school_may_not_contact_is_not_told_in_a_matter_either():
    in_a_matter().when(TELL.model_copy(update={"to": str(DEAN)})).then_refused(MayNotBeContacted)


def test_nobody_is_told_what_is_withheld_from_them_until_it_is_lifted():
    in_a_matter(WITHHELD).when(TELL).then_refused(StillWithheld)
    in_a_matter(WITHHELD).when(TELL.model_copy(update={"to": str(TOM)})).then(a(DisclosureMade, to=str(TOM)))
    lifted = WithholdingLifted(withholding_id=WITHHELD.withholding_id, reason="Social Work told her.")
    in_a_matter(WITHHELD, lifted).when(TELL).then(a(DisclosureMade, to=str(ANNA)))


def test_the_coordinator_of_child_protection_decides_that_something_is_withheld():
    in_a_matter().by("sinclair", "child_protection").when(WITHHOLD).then(
        a(DisclosureWithheld, person_id=ANNA, authoriser="sinclair")
    )
    in_a_matter().by("bain").when(WITHHOLD).then(a(DisclosureWithheld, authoriser="sinclair"))
    of_the_team = WITHHOLD.model_copy(update={"authoriser": "hay"})
    in_a_matter().by("hay", "pupil_support").when(of_the_team).then_refused(NotAnAuthoriser)
    without_a_role = in_a_matter(GroupJoined(staff="murray", coordinator="murray", reason="Takes it over."))
    without_a_role.by("bain").when(WITHHOLD.model_copy(update={"authoriser": "murray"})).then(DisclosureWithheld)
    by_himself = WITHHOLD.model_copy(update={"authoriser": "bain"})
    in_a_matter().by("bain").when(by_himself).then_refused(NotAnAuthoriser)


def test_a_withholding_in_a_matter_is_renewed_and_lifted():
    held = in_a_matter(WITHHELD).by("sinclair", "child_protection")
    renewal = RenewWithholding(reason="The risk goes on.", review_on=date(2025, 11, 20))
    held.when(renewal, WITHHELD.withholding_id).then(WithholdingRenewed)
    held.when(LiftWithholding(reason="She was told."), WITHHELD.withholding_id).then(WithholdingLifted)


def test_a_lead_professional_is_named_in_the_matter():
    lead = AssignLeadProfessional(name="Ruth Imrie", organisation="Social Work", reason="Leads the core group.")
    in_a_matter().when(lead).then(a(LeadProfessionalAssigned, name="Ruth Imrie", from_day=date(2025, 11, 14)))


def test_a_matter_is_passed_on_to_a_coordinator_who_joins_the_group_and_confirms_it():
    sending = in_a_matter().by("sinclair", "child_protection").when(GO)
    whole = content_of(sealed(CONCERN_RECORDED), 1, sealed=True)
    sending.then(
        a(GroupJoined, staff="adair"), a(RecordTransferred, to_staff="adair", content_hash=whole.hash, events=1, upto=1)
    )
    [joined, sent] = sending.decision.events
    assert isinstance(sent, RecordTransferred)
    received = ReceiveRecord(content_hash=whole.hash)
    arrived = in_a_matter(joined, sent).by("adair", "child_protection")
    arrived.when(received, sent.transfer_id).then(a(RecordReceived, received_by="adair"))
    arrived.when(ReceiveRecord(content_hash="0" * 64), sent.transfer_id).then_refused(ContentDiffers)
    in_a_matter(joined, sent).by("hay").when(received, sent.transfer_id).then_refused(NotTheReceiver)


def test_only_an_authoriser_passes_a_matter_on_and_to_somebody_who_is_there():
    in_a_matter().when(GO).then_refused(NotTheirsToPassOn)
    elsewhere = GO.model_copy(update={"to_staff": "okafor"})
    in_a_matter().by("sinclair", "child_protection").when(elsewhere).then_refused(ReceiverNotThere)


def test_the_content_of_a_matter_is_in_no_record_of_a_case():
    events = [one.but(envelope=one.envelope and one.envelope.but(sensitivity="protection"))
              for one in sealed(CONCERN_RECORDED, OVERRIDDEN)]  # fmt: skip
    assert content_of(events, 2).events == 0
    assert '"type":"ConsentOverridden.v1"' in content_of(events, 2, sealed=True).text
