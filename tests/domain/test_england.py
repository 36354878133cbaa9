"""One story under two policies: other stages, other ages of deciding, other names, and the same rules (R54, R74)."""

from datetime import date

import pytest

from case_api.domain.decisions.assessments import RecordAssessment, RecordViews
from case_api.domain.decisions.reviews import HoldReview
from case_api.domain.decisions.stages import ChangeStage
from case_api.domain.decisions.supports import ApplySupport
from case_api.domain.event import Event
from case_api.domain.facts.agreements import ConsentGranted
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.facts.stages import StageChanged
from case_api.domain.policy import Policy
from case_api.domain.questions.asking_refused import LearnerToBeAskedAgain, RequesterNotInTeam
from case_api.domain.questions.parties import AssentWithoutHelp
from case_api.domain.questions.references import ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import PACKS, POLICY, Running, new
from tests.domain.situations import (
    ANNA,
    DIRECTORY,
    MAJA,
    MOTHER,
    REGISTERED,
    TRIED_AND_OBSERVED,
    agree,
    agreed,
    agreement,
    asked,
    request_slt,
)

ENGLAND = PACKS.policy("england-sen@1")
AT_THIRTEEN, AT_SIXTEEN = (REGISTERED.model_copy(update={"date_of_birth": date(year, 9, 30)}) for year in (2012, 2009))


def school_year(policy: Policy) -> Running:
    """A support is tried and reviewed, and the learner moves up by one stage; each in the policy's own words."""
    running = Running(DIRECTORY, policy=policy)
    running.record((REGISTERED, MOTHER), running.now)
    running.ask(RecordAssessment(tool="observation", needs=(Need(code="language"),)))
    applied = running.ask(ApplySupport(strategy_code="visual_timetable", need_refs=("language",)))
    assert applied.created
    views = [running.ask(RecordViews(party=one, how_gathered="talk", views="It helps.")) for one in (MAJA, ANNA)]
    heard = tuple(one.created for one in views if one.created)
    running.ask(
        HoldReview(
            of_refs=(applied.created,), held_on=running.now.date(), present=("okafor",), decision="step_up",
            views_refs=heard,
        )
    )  # fmt: skip
    running.ask(ChangeStage(to_stage=policy.ladder[1].code, rationale="More is wanted.", views_refs=heard))
    return running


@pytest.mark.parametrize("policy", [POLICY, ENGLAND], ids=lambda policy: policy.ref)
def test_the_same_year_climbs_each_nations_own_ladder(policy: Policy):
    changed = school_year(policy).history[-1].fact
    assert isinstance(changed, StageChanged)
    assert (changed.from_stage, changed.to_stage) == tuple(stage.code for stage in policy.ladder[:2])
    assert changed.ladder_version == policy.ref


def test_the_same_events_happen_under_either_policy():
    scotland, england = ([type(one.fact) for one in school_year(policy).history] for policy in (POLICY, ENGLAND))
    assert scotland == england


def test_a_stage_of_another_nation_is_unknown():
    up = ChangeStage(to_stage="universal_augmented", rationale="More is wanted.")
    given(REGISTERED, MOTHER).by(policy=ENGLAND).when(up).then_refused(ReferenceUnknown, pointer="/to_stage")


@pytest.mark.parametrize(
    ("learner", "policy", "given_as"),
    [
        (AT_THIRTEEN, POLICY, "learner"),
        (AT_THIRTEEN, ENGLAND, "assent_under_age"),
        (AT_SIXTEEN, POLICY, "learner"),
        (AT_SIXTEEN, ENGLAND, "learner"),
    ],
)
def test_a_learner_decides_from_the_age_that_the_policy_names(learner: Event, policy: Policy, given_as: str):
    yes = agree(helped_by="Ms Hay" if given_as == "assent_under_age" else None)
    answering = given(learner, MOTHER, asked(MAJA)).by(policy=policy).when(yes, agreement(MAJA))
    answering.then(a(ConsentGranted, party=MAJA, given_as=given_as))


def test_in_england_nothing_is_presumed_of_a_learner_of_thirteen():
    answering = given(AT_THIRTEEN, MOTHER, asked(MAJA))
    answering.by(policy=ENGLAND).when(agree(), agreement(MAJA)).then_refused(AssentWithoutHelp)
    answering.by(policy=POLICY).when(agree(), agreement(MAJA)).then(ConsentGranted)


@pytest.mark.parametrize("learner", [AT_THIRTEEN, AT_SIXTEEN], ids=["thirteen", "sixteen"])
def test_the_assent_of_a_child_carries_a_request_until_the_age_of_deciding(learner: Event):
    family = (learner, MOTHER, asked(ANNA), asked(MAJA))
    assented = (family, TRIED_AND_OBSERVED, agreed(ANNA), agreed(MAJA, given_as="assent_under_age"))
    given(assented).by(policy=POLICY).when(request_slt()).then_refused(LearnerToBeAskedAgain)
    asking = given(assented).by(policy=ENGLAND).when(request_slt())
    if learner is AT_THIRTEEN:
        asking.then(a(AssistanceRequested, request_id=new(1)))
    else:
        asking.then_refused(LearnerToBeAskedAgain, missing=[("own_agreement_wanted", MAJA)])


def test_the_senco_asks_in_england():
    ready = (REGISTERED, MOTHER, asked(ANNA), asked(MAJA), TRIED_AND_OBSERVED, agreed(ANNA), agreed(MAJA))
    senco = frozenset({"senco"})
    given(ready).by(roles=senco, policy=ENGLAND).when(request_slt()).then(AssistanceRequested)
    given(ready).by(roles=senco, policy=POLICY).when(request_slt()).then_refused(RequesterNotInTeam)
