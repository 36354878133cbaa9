"""Keeping something from the family is an exception: with a reason, an authoriser, and a day of review (R92, I25)."""

from datetime import date
from typing import Any

from case_api.domain.decisions.withholdings import LiftWithholding, RenewWithholding, WithholdDisclosure
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.domain.facts.told import DisclosureWithheld, Withheld, WithholdingLifted, WithholdingRenewed
from case_api.domain.questions.ledger import Ledger
from case_api.domain.questions.references import NotOnThisCase, ReferenceUnknown
from case_api.domain.questions.withholding_refused import (
    AlreadyWithheld,
    NotAnAuthoriser,
    NotTheirsToDecide,
    ReviewNotInTime,
    ReviewNotMoved,
    WishOfAYoungerChild,
    WithholdingHasEnded,
)
from tests.domain.dsl import a, given, on
from tests.domain.running import Running, event_id, new, told_after
from tests.domain.situations import CONCERN, FAMILY, FAMILY_OF_A_TWELVE_YEAR_OLD, MAJA, TOM, the

WITHHOLDING = the("withholding")
REVIEW = date(2025, 12, 1)


def keep(**more: Any) -> WithholdDisclosure:
    said = {"person_id": TOM, "extent": "detail", "reason": "It may raise risk.", "authoriser": "hay"}
    return WithholdDisclosure(**{"review_on": REVIEW, **said, **more})


def kept(**more: Any) -> DisclosureWithheld:
    said = {"person_id": TOM, "extent": "detail", "reason": "It may raise risk.", "authoriser": "hay"}
    return DisclosureWithheld(**{"withholding_id": WITHHOLDING, "review_on": REVIEW, **said, **more})


def renew(day: date = date(2026, 3, 2), **more: Any) -> RenewWithholding:
    return RenewWithholding(reason="It still may.", review_on=day, **more)


LIFTED = WithholdingLifted(withholding_id=WITHHOLDING, reason="The risk has passed.", authoriser="hay")
LIFT = LiftWithholding(reason="The risk has passed.")


def test_detail_is_kept_from_a_carer_until_a_day_of_review():
    given(*FAMILY).when(keep()).then(
        a(DisclosureWithheld, withholding_id=new(1), person_id=TOM, extent="detail", authoriser="hay", review_on=REVIEW)
    )


def test_asking_twice_keeps_it_once():
    given(*FAMILY, kept()).when(keep()).then_nothing()


def test_the_same_is_not_withheld_twice_on_two_reasons():
    given(*FAMILY, kept()).when(keep(reason="Another one.")).then_refused(AlreadyWithheld)
    given(*FAMILY, kept(), LIFTED).when(keep(reason="Another one.")).then(DisclosureWithheld)
    given(*FAMILY, kept()).when(keep(extent="everything")).then(DisclosureWithheld)


def test_a_day_of_review_lies_ahead_and_not_too_far():
    for day in (date(2025, 11, 14), date(2025, 11, 1), date(2026, 8, 22)):
        given(*FAMILY).when(keep(review_on=day)).then_refused(
            ReviewNotInTime, missing=[("reviewed_by", "2026-08-21")], pointer="/review_on"
        )
    given(*FAMILY).when(keep(review_on=date(2026, 8, 21))).then(DisclosureWithheld)


def test_who_decides_is_of_the_team_or_leads_the_school():
    given(*FAMILY).by("okafor", roles=frozenset({"teacher"})).when(keep(authoriser="okafor")).then_refused(
        NotAnAuthoriser, pointer="/authoriser"
    )
    given(*FAMILY).by("moffat", roles=frozenset({"school_leader"})).when(keep(authoriser="moffat")).then(
        DisclosureWithheld
    )


def directory(*roles: str) -> Authority:
    """Bain is listed in these roles."""
    staff = (StaffAssigned(staff="bain", setting="p", role=role, from_day=date(2025, 8, 18)) for role in roles)
    return Authority(staff=tuple(staff))


def test_a_teacher_records_what_somebody_else_decided_and_the_directory_is_asked_whether_they_may():
    by = {"roles": frozenset({"teacher"})}
    named = keep(authoriser="bain")
    given(*FAMILY).by("okafor", authority=directory("teacher"), **by).when(named).then_refused(NotAnAuthoriser)
    given(*FAMILY).by("okafor", authority=directory("teacher", "guidance"), **by).when(named).then(DisclosureWithheld)


def test_it_goes_on_or_ends_by_the_callers_own_authority_whoever_is_named_beside_it():
    kept_by_hay, guided = given(*FAMILY, kept()), directory("guidance")
    lifted, again = LIFT.model_copy(update={"authoriser": "bain"}), renew(authoriser="bain")
    for late in (lifted, again):
        teacher = kept_by_hay.by("okafor", roles=frozenset({"teacher"}), authority=guided)
        teacher.when(late, WITHHOLDING).then_refused(NotTheirsToDecide)
    kept_by_hay.by("okafor", roles=frozenset({"school_leader"}), authority=guided).when(lifted, WITHHOLDING).then(
        a(WithholdingLifted, authoriser="bain")
    )
    kept_by_hay.by("bain", roles=frozenset({"teacher"}), authority=guided).when(LIFT, WITHHOLDING).then(
        a(WithholdingLifted, authoriser="bain")
    )
    system = kept_by_hay.by("seemis", roles=frozenset({"mis"}), authority=guided)
    system.when(again, WITHHOLDING).then(a(WithholdingRenewed, authoriser="bain"))
    system.when(LIFT.model_copy(update={"authoriser": "invented"}), WITHHOLDING).then_refused(NotAnAuthoriser)


def test_nobody_is_taken_at_anothers_word_when_something_is_withheld_renewed_or_lifted():
    team, kept_by_hay = given(*FAMILY), given(*FAMILY, kept())
    teacher: dict[str, Any] = {"subject": "okafor", "roles": frozenset({"teacher"}), "authority": directory("guidance")}
    for whom in ("invented", "hay", "okafor"):
        given(*FAMILY).by(**teacher).when(keep(authoriser=whom)).then_refused(NotAnAuthoriser, pointer="/authoriser")
        for late in (renew(authoriser=whom), LIFT.model_copy(update={"authoriser": whom})):
            kept_by_hay.by(**teacher).when(late, WITHHOLDING).then_refused(NotAnAuthoriser, pointer="/authoriser")
    team.when(keep(authoriser="invented")).then_refused(NotAnAuthoriser)
    for alone in (renew(), LIFT):
        kept_by_hay.by(**teacher).when(alone, WITHHOLDING).then_refused(NotAnAuthoriser)


def test_a_role_in_the_directory_counts_on_its_days_alone():
    by: dict[str, Any] = {"roles": frozenset({"teacher"}), "authority": directory("guidance")}
    day = date(2025, 8, 17)
    early = keep(authoriser="bain", occurred_at=day, review_on=REVIEW)
    given(*on("2025-08-01", *FAMILY)).by("okafor", **by).when(early).then_refused(NotAnAuthoriser)


def test_from_twelve_on_the_learners_wish_is_ground_enough():
    given(*FAMILY_OF_A_TWELVE_YEAR_OLD).when(keep(wish_of="learner")).then(a(DisclosureWithheld, wish_of="learner"))
    given(*FAMILY).when(keep(wish_of="learner")).then_refused(WishOfAYoungerChild, pointer="/wish_of")


def test_a_learner_keeps_nothing_from_themselves():
    given(*FAMILY_OF_A_TWELVE_YEAR_OLD).when(keep(person_id=MAJA, wish_of="learner")).then_refused(WishOfAYoungerChild)


def test_it_may_be_about_some_events_one_service_or_one_concern_of_this_case():
    about = Withheld(events=(event_id(1),), service="slt")
    given(*FAMILY).when(keep(about=about)).then(a(DisclosureWithheld, about=about))
    for unknown in (Withheld(events=(event_id(9),)), Withheld(service="plumbing"), Withheld(concern_id=CONCERN)):
        given(*FAMILY).when(keep(about=unknown)).then_refused(ReferenceUnknown)


def test_it_is_kept_from_people_of_this_case():
    given(*FAMILY).when(keep(person_id=the("stranger"))).then_refused(ReferenceUnknown, pointer="/person_id")


def test_e26_a_withholding_is_renewed_until_another_day():
    given(*FAMILY, kept()).when(renew(), WITHHOLDING).then(
        a(WithholdingRenewed, withholding_id=WITHHOLDING, authoriser="hay", review_on=date(2026, 3, 2))
    )


def renewed(day: date = date(2026, 3, 2)) -> WithholdingRenewed:
    return WithholdingRenewed(withholding_id=WITHHOLDING, reason="It still may.", authoriser="hay", review_on=day)


def test_a_renewal_names_a_new_day_and_somebody_who_may_decide_it():
    given(*FAMILY, kept()).when(renew(REVIEW), WITHHOLDING).then_refused(ReviewNotMoved, pointer="/review_on")
    given(*FAMILY, kept()).when(renew(date(2025, 11, 1)), WITHHOLDING).then_refused(ReviewNotInTime)
    teacher = given(*FAMILY, kept()).by("okafor", roles=frozenset({"teacher"}))
    teacher.when(renew(authoriser="okafor"), WITHHOLDING).then_refused(NotAnAuthoriser)
    given(*FAMILY, kept(), renewed()).when(renew(), WITHHOLDING).then_nothing()


def test_e58_a_withholding_is_lifted_once():
    given(*FAMILY, kept()).when(LIFT, WITHHOLDING).then(LIFTED)
    given(*FAMILY, kept(), LIFTED).when(LIFT, WITHHOLDING).then_nothing()


def test_what_was_lifted_is_not_renewed():
    given(*FAMILY, kept(), LIFTED).when(renew(), WITHHOLDING).then_refused(WithholdingHasEnded)


def test_what_is_not_withheld_is_neither_renewed_nor_lifted():
    given(*FAMILY).when(renew(), WITHHOLDING).then_refused(NotOnThisCase)
    given(*FAMILY).when(LIFT, WITHHOLDING).then_refused(NotOnThisCase)


def test_a_withholding_that_nobody_renewed_holds_until_it_is_lifted():
    assert [one.review_on for one in told_after([kept()]).in_force()] == [REVIEW]
    assert [one.review_on for one in told_after([kept(), renewed()]).in_force()] == [date(2026, 3, 2)]
    assert told_after([kept(), LIFTED]).in_force() == ()


def test_a_ledger_without_a_case_keeps_nothing_from_anybody():
    running = Running(directory())
    assert running.decide(keep(), state=Ledger(told_after([]), running.case)).refusals
