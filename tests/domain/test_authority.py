"""What an education authority publishes: its policy, its directory, its staff."""

from datetime import date
from typing import Any

import pytest

from case_api.domain.decisions.authority import (
    AssignStaff,
    InForceTooEarly,
    ListService,
    ListSetting,
    PolicyAlreadyPublished,
    PolicyBroken,
    PublishPolicy,
    StageWithoutPlace,
)
from case_api.domain.facts.authority import PolicyPublished, Purpose, ServiceListed, SettingListed, StaffAssigned
from case_api.domain.questions.addresses import AddressUnusable
from case_api.domain.questions.endpoints import EndpointUnfit
from case_api.domain.questions.references import ReferenceUnknown
from case_api.packs import parse
from tests.domain.dsl import a, given
from tests.domain.running import PACKS, authority_after

CONTENT = PACKS.content("scotland-generic", "1") or {}
LIST_SLT = ListService(
    service="slt", title="Speech", agency="NHS", sector="health", role="Helps", purposes=(Purpose(code="speech"),)
)
OKAFOR = AssignStaff(staff="okafor", setting="burnside-primary", role="teacher", from_day=date(2025, 8, 18))


def publish(version: str = "1", in_force_from: date = date(2025, 11, 15), content: Any = CONTENT) -> PublishPolicy:
    return PublishPolicy(name="scotland-generic", version=version, in_force_from=in_force_from, content=content)


def published(version: str = "1", in_force_from: date = date(2025, 8, 1), content: Any = CONTENT) -> PolicyPublished:
    event = given().when(publish(version, in_force_from, content)).decision.events[0]
    assert isinstance(event, PolicyPublished)
    return event


def test_the_first_policy_may_be_in_force_already():
    given().when(publish(in_force_from=date(2025, 8, 1))).then(a(PolicyPublished, in_force_from=date(2025, 8, 1)))


def test_a_later_policy_comes_into_force_on_a_later_day():
    given(published()).when(publish("2", date(2025, 11, 14))).then_refused(InForceTooEarly, pointer="/in_force_from")
    given(published()).when(publish("2", date(2025, 11, 15))).then(a(PolicyPublished, version="2"))


def test_publishing_the_same_again_is_nothing_new():
    first = date(2025, 8, 1)
    given(published("1", first)).when(publish("1", first)).then_nothing()


def test_a_version_is_put_off_by_what_is_published_for_its_day_and_may_come_back():
    spring = date(2026, 4, 1)
    first, second = published(), published("2", spring)
    given(first, second).when(publish("1", spring)).then(a(PolicyPublished, version="1", in_force_from=spring))
    put_off = published("1", spring)
    authority = authority_after([first, second, put_off])
    assert [one.version for one in (authority.policy_on(spring),) if one] == ["1"]
    given(first, second, put_off).when(publish("1", spring)).then_nothing()
    summer = date(2026, 8, 1)
    given(first, second, put_off).when(publish("2", summer)).then(a(PolicyPublished, in_force_from=summer))


def test_every_stage_of_the_ladder_in_force_has_its_place_on_the_next():
    shorter = [CONTENT["ladder"][0], {**CONTENT["ladder"][1], "code": "additional"}]
    given(published()).when(publish("2", content=CONTENT | {"ladder": shorter})).then_refused(
        StageWithoutPlace,
        missing=[("stage_without_place", code) for code in ("universal_augmented", "targeted", "targeted_statutory")],
    )
    replaced = [shorter[0], {**shorter[1], "replaces": [stage["code"] for stage in CONTENT["ladder"][1:]]}]
    given(published()).when(publish("2", content=CONTENT | {"ladder": replaced})).then(PolicyPublished)
    given().when(publish(content=CONTENT | {"ladder": shorter})).then(PolicyPublished)


def test_a_published_version_never_changes():
    changed = CONTENT | {"requests": {"contributors_of_different_roles": 1}}
    given(published()).when(publish(content=changed)).then_refused(PolicyAlreadyPublished, pointer="/version")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"zone": "Europe"}, "zone"),
        ({"zone": "../../etc"}, "zone"),
        ({"ladder": CONTENT["ladder"][:1]}, "ladder"),
        ({"ladder": CONTENT["ladder"][::-1]}, "ladder"),
        ({"strategies": CONTENT["strategies"][:1] * 2}, "strategies"),
        ({"roles": {"other": ["teacher"]}}, "roles"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_policy_holds_together(change, place):
    broken = given().when(publish(content=CONTENT | change))
    broken.then_refused(PolicyBroken, pointer="/content")
    assert place in {missing.ref for missing in broken.decision.refusals[0].missing}


def test_a_pack_that_does_not_ship_brings_its_content():
    given().when(publish(content=None)).then_refused(ReferenceUnknown, pointer="/version")


def test_what_is_stored_is_what_was_published():
    """Days in a pack are text in the store; the policy that comes out is the same."""
    event = published()
    assert PolicyPublished.model_validate_json(event.model_dump_json()) == event
    assert parse("scotland-generic", "1", event.content) == PACKS.policy("scotland-generic@1")


def test_the_policy_in_force_is_the_one_that_began_last():
    authority = authority_after([published(), published("2", date(2026, 4, 1))])
    days = (date(2025, 7, 31), date(2025, 8, 1), date(2026, 3, 31), date(2026, 4, 1))
    found = [authority.policy_on(day) for day in days]
    assert [one and one.version for one in found] == [None, "1", "1", "2"]


def test_a_service_enters_the_directory():
    given().when(LIST_SLT).then(a(ServiceListed, service="slt", school_requests=True, direct_requests=False))


def test_a_service_listed_as_it_is_is_nothing_new():
    listed = ServiceListed(**LIST_SLT.model_dump(exclude={"occurred_at"}))
    given(listed).when(LIST_SLT).then_nothing()
    given(listed).when(LIST_SLT.model_copy(update={"direct_requests": True})).then(
        a(ServiceListed, direct_requests=True)
    )


def test_staff_work_in_a_setting():
    given().when(OKAFOR).then(a(StaffAssigned, staff="okafor", role="teacher"))
    given(StaffAssigned(**OKAFOR.model_dump(exclude={"occurred_at"}))).when(OKAFOR).then_nothing()


@pytest.mark.parametrize("role", ["techer", "dragon", "nurse", "operator"])
def test_nobody_works_in_a_role_that_neither_tokens_nor_the_policy_know(role):
    given().when(OKAFOR.model_copy(update={"role": role})).then_refused(
        ReferenceUnknown, missing=[("unknown", role)], pointer="/role"
    )


@pytest.mark.parametrize("role", ["support_assistant", "guidance", "child_protection_coordinator", "school_leader"])
def test_staff_work_in_roles_of_tokens_and_in_those_that_the_policy_names(role):
    given().when(OKAFOR.model_copy(update={"role": role})).then(a(StaffAssigned, role=role))


def test_an_assignment_in_a_role_that_is_known_no_more_can_be_ended_and_not_begun_elsewhere():
    """What was listed before such roles were refused, or under a policy that named them."""
    listed = StaffAssigned(**{**OKAFOR.model_dump(exclude={"occurred_at"}), "role": "dragon"})
    ended = OKAFOR.model_copy(update={"role": "dragon", "until": date(2025, 11, 30)})
    given(listed).when(ended).then(a(StaffAssigned, role="dragon", until=date(2025, 11, 30)))
    given(listed).when(ended.model_copy(update={"until": None})).then_refused(ReferenceUnknown, pointer="/role")
    elsewhere = ended.model_copy(update={"setting": "burnside-academy"})
    given(listed).when(elsewhere).then_refused(ReferenceUnknown, pointer="/role")


def test_the_latest_address_of_a_member_of_staff_is_used():
    addresses = ["a@burnside.example", None, "b@burnside.example"]
    okafor = StaffAssigned(**OKAFOR.model_dump(exclude={"occurred_at"}))
    authority = authority_after(okafor.model_copy(update={"email": one}) for one in addresses)
    assert authority.email_of("okafor") == "b@burnside.example"
    assert authority.email_of("nobody") is None


BURNSIDE = ListSetting(setting="burnside-primary", title="Burnside Primary School")
LISTED = SettingListed(setting="burnside-primary", title="Burnside Primary School")


def test_a_school_is_listed_by_the_name_that_families_know():
    given().when(BURNSIDE).then(LISTED)
    given(LISTED).when(BURNSIDE).then_nothing()


def test_once_a_school_is_listed_staff_work_in_listed_ones():
    elsewhere = OKAFOR.model_copy(update={"setting": "burnside-academy"})
    given(LISTED).when(OKAFOR).then(StaffAssigned)
    given(LISTED).when(elsewhere).then_refused(ReferenceUnknown, pointer="/setting")


def test_a_member_of_staff_can_be_written_to():
    given().when(OKAFOR.model_copy(update={"email": "not an address"})).then_refused(AddressUnusable, pointer="/email")


def test_a_service_needs_only_what_families_can_agree_to():
    shoes = LIST_SLT.model_copy(update={"purposes": (Purpose(code="speech", needs=(("shoe_size",),)),)})
    given().when(shoes).then_refused(ReferenceUnknown, missing=[("unknown", "shoe_size")])


def reached_at(url: str) -> ListService:
    return LIST_SLT.model_copy(update={"webhook_url": url})


@pytest.mark.parametrize(
    "url",
    ["https://slt.example", "https://slt.example:443/a?b=c", "https://xn--strae-oqa.example/", "https://SLT.Example/"],
)
def test_events_are_posted_to_a_public_name_by_https(url: str):
    given().when(reached_at(url)).then(a(ServiceListed, webhook_url=url))


@pytest.mark.parametrize(
    ("url", "amiss"),
    [
        ("https://slt.example/<a>", "unreadable"),
        ("https://[::1/", "unreadable"),
        ("https://user@slt.example/", "user_info"),
        ("https://slt.example/#a", "fragment"),
        ("http://slt.example/", "not_https"),
        ("https://slt.example:8443/", "port"),
        ("https://10.0.0.1/", "not_a_public_name"),
    ],
)
def test_what_is_amiss_with_an_endpoint_is_said(url: str, amiss: str):
    given().when(reached_at(url)).then_refused(EndpointUnfit, missing=[(amiss,)], pointer="/webhook_url")


def test_only_the_host_that_a_demo_allows_may_be_this_machine():
    for url, allowed in (("http://127.0.0.1:8082/a", "127.0.0.1"), ("http://localhost:8082/a", "localhost:8082")):
        given().by("hay", endpoints_allowed=frozenset({allowed})).when(reached_at(url)).then(ServiceListed)
        given().by("hay", endpoints_allowed=frozenset({"other"})).when(reached_at(url)).then_refused(EndpointUnfit)
