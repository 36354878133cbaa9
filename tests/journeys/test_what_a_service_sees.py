"""A partner service sees what everybody agrees to now, and what was said between it and the school (I6, I9, R110)."""

import pytest

from tests.journeys.family import REQUEST, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio


async def under_way(town: Town) -> tuple[Family, str]:
    """A family with an accepted request, and where it can be read."""
    family = await agreed(town.school)
    made = await town.school.done(family.requests, REQUEST)
    path = f"{family.requests}/{made['id']}"
    service = town.door("agency", services=["slt"])
    accepted = {"kind": "accept", "input_kind": "consultation", "practitioner": "Ms Rao"}
    await service.done(f"{path}/updates", accepted)
    return family, path


async def test_a_service_reads_the_answer_to_its_question(town: Town):
    _, path = await under_way(town)
    service = town.door("agency", services=["slt"])
    await service.done(f"{path}/updates", {"kind": "ask", "items": ["Which languages are spoken at home?"]})
    await town.school.done(f"{path}/information", {"items": ["Polish and English."]})
    said = [(one["kind"], one["texts"]) for one in (await service.seen(path))["exchanges"]]
    assert said == [("asked", ["Which languages are spoken at home?"]), ("answered", ["Polish and English."])]


@pytest.mark.owasp("API3")
async def test_asking_for_the_past_shows_no_more_than_may_be_sent_now(town: Town):
    family, path = await under_way(town)
    service = town.door("agency", services=["slt"])
    before = await service.seen(path)
    assert before["categories"] == ["learning_profile"], "no more than was asked for, though more was agreed"
    assert "need_refs" in before
    await family.withdraw(town.school, family.anna)
    for times in ("", f"?known_at={before['valid_at']}", f"?valid_at={before['valid_at']}"):
        seen = await service.seen(path + times.replace("+", "%2B"))
        assert (seen["categories"], seen.get("need_refs"), seen["exchanges"]) == ([], None, []), times


@pytest.mark.owasp("API1")
async def test_a_service_is_led_to_its_request_and_nowhere_else(town: Town):
    _, path = await under_way(town)
    events = (await town.door("agency", services=["slt"]).seen("/v1/events?limit=500"))["items"]
    links = [event["data"]["links"] for event in events]
    assert {"request": path} in links
    assert {name for link in links for name in link} == {"request"}


@pytest.mark.owasp("API3")
@pytest.mark.parametrize("how", ["by the school", "by a parent"])
async def test_of_a_request_that_was_withdrawn_its_service_keeps_that_it_was_and_since_when(town: Town, how: str):
    family = await agreed(town.school)
    made = await town.school.done(family.requests, REQUEST)
    path, service = f"{family.requests}/{made['id']}", town.door("agency", services=["slt"])
    before = await service.seen(path)
    assert (before["state"], before["purpose"], before["urgency"]) == ("requested", "speech", "routine")
    if how == "by the school":
        await town.school.done(f"{path}/withdrawal", {"reason": "The family moves away."})
    else:
        await family.withdraw(town.school, family.anna)
    for times in ("", f"?known_at={before['valid_at']}", f"?valid_at={before['valid_at']}"):
        seen = await service.seen(path + times.replace("+", "%2B"))
        kept = {name: value for name, value in seen.items() if value not in ((), [], None)}
        assert set(kept) == {
            "case_id",
            "request_id",
            "service",
            "state",
            "since",
            "known_at",
            "valid_at",
            "settled",
        } & set(seen)
        assert (seen["state"], seen["since"] >= before["asked_at"]) == ("withdrawn", True), times
    desk = (await service.seen("/v1/agency-involvement", params={"limit": 100}))["items"]
    [mine] = [one for one in desk if one["request_id"] == made["id"]]
    assert mine == {**{name: before[name] for name in ("case_id", "request_id", "service")}, "state": "withdrawn"}
    assert (await town.school.seen(path))["purpose"] == "speech", "the school reads all of it"
