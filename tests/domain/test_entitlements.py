"""Information about entitlements: topics of the policy, each with the source that was named for it."""

from case_api.domain.decisions.entitlements import ProvideEntitlementInformation
from case_api.domain.facts.entitlements import EntitlementInformationProvided, TopicGiven
from case_api.domain.questions.references import ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import POLICY
from tests.domain.situations import ANNA, FAMILY, MAJA, the

FIRST, SECOND = POLICY.entitlements[:2]


def inform(to=ANNA, topics=(FIRST.code,)) -> ProvideEntitlementInformation:
    return ProvideEntitlementInformation(to=to, topics=topics, language="pl", format="leaflet")


def test_a_carer_is_informed_from_the_source_that_the_policy_names():
    given(FAMILY).when(inform()).then(
        EntitlementInformationProvided(
            to=ANNA, topics=(TopicGiven(topic=FIRST.code, source=FIRST.source),), language="pl", format="leaflet"
        )
    )


def test_the_learner_is_informed_too():
    given(FAMILY).when(inform(to=MAJA)).then(a(EntitlementInformationProvided, to=MAJA))


def test_only_the_family_of_this_case_is_informed():
    given(FAMILY).when(inform(to=the("stranger"))).then_refused(ReferenceUnknown, pointer="/to")


def test_topics_are_those_of_the_policy_and_each_is_noted_once():
    given(FAMILY).when(inform(topics=(FIRST.code, "magic"))).then_refused(
        ReferenceUnknown, missing=[("unknown", "magic")], pointer="/topics"
    )
    twice = (FIRST.code, SECOND.code, FIRST.code)
    topics = tuple(TopicGiven(topic=one.code, source=one.source) for one in (FIRST, SECOND))
    given(FAMILY).when(inform(topics=twice)).then(a(EntitlementInformationProvided, topics=topics))
