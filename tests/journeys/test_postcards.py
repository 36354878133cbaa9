"""Postcards between school and home, evaluations and information about entitlements, over HTTP on both databases."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.family import Door, Family, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
CARD = {"direction": "try_at_home", "text": "Cztery obrazki przed snem.", "language": "pl"}
SONG = {"direction": "tried_at_home", "text": "A song for tidying.", "language": "en"}
BETTER = dict.fromkeys(("present", "participating", "achieving", "supported"), "improved")


@dataclass(frozen=True)
class Home:
    """A family, and its two carers at the door of the other process."""

    family: Family
    anna: Door
    piotr: Door

    @property
    def postcards(self) -> str:
        return f"{self.family.path}/postcards"

    def card(self, **more: Any) -> dict[str, Any]:
        return {**CARD, "carer": self.family.anna, **more}


@pytest.fixture
async def home(town: Town) -> Home:
    family = await register(town.school)

    def carer(person: str) -> Door:
        return town.door("carer", at=town.other, sub=person, person=person, case=family.case_id)

    return Home(family, carer(family.anna), carer(family.piotr))


async def waiting(town: Town, home: Home, side: str | None = None) -> dict[str, str]:
    """By thread the side that has not answered, as the other process says."""
    query = f"?limit=100&side={side}" if side else "?limit=100"
    rows = (await town.school.at(town.other).seen(f"/v1/postcards-awaiting-reply{query}"))["items"]
    return {row["thread"]: row["side"] for row in rows if row["case_id"] == home.family.case_id}


async def test_a_postcard_goes_home_and_its_answer_comes_back(town: Town, home: Home):
    thread = (await town.school.done(home.postcards, home.card(strategy_code="visual_timetable")))["id"]
    assert await waiting(town, home) == {thread: "home"}
    await home.anna.done(
        f"{home.postcards}/{thread}/replies",
        {"carer": home.family.anna, "rating": 4, "text": "Four nights of five.", "language": "en"},
    )
    assert await waiting(town, home) == {}
    [shown] = (await town.school.seen(home.postcards))["items"]
    assert (shown["staff"], shown["replies"][0]["by"], shown["replies"][0]["rating"]) == ("hay", "home", 4)


async def test_a_carer_writes_first_and_the_school_answers(town: Town, home: Home):
    thread = (await home.anna.done(home.postcards, {**SONG, "carer": home.family.anna}))["id"]
    assert await waiting(town, home, "school") == {thread: "school"}
    assert await waiting(town, home, "home") == {}
    await town.school.done(f"{home.postcards}/{thread}/replies", {"text": "We sing it in class.", "language": "en"})
    assert await waiting(town, home) == {}


async def test_a_postcard_does_not_call_to_a_meeting(town: Town, home: Home):
    refused = await town.school.post(home.postcards, home.card(about="meeting"))
    assert (refused.status_code, refused.json()["rule_id"]) == (409, "I27")
    assert refused.json()["errors"][0]["pointer"] == "/about"


@pytest.mark.owasp("API1")
async def test_a_carer_speaks_and_reads_for_themselves_alone(town: Town, home: Home):
    thread = (await town.school.done(home.postcards, home.card()))["id"]
    answer = {"carer": home.family.piotr, "text": "I answer instead.", "language": "en"}
    assert (await home.piotr.post(f"{home.postcards}/{thread}/replies", answer)).status_code == 404
    in_her_name = {**SONG, "carer": home.family.anna}
    assert (await home.piotr.post(home.postcards, in_her_name)).status_code == 404
    assert (await home.anna.post(home.postcards, home.card())).status_code == 409
    assert (await home.piotr.seen(home.postcards))["items"] == []
    assert [one["thread"] for one in (await home.anna.seen(home.postcards))["items"]] == [thread]
    other = await register(town.school)
    stranger = town.door("carer", sub=other.anna, person=other.anna, case=home.family.case_id)
    assert (await stranger.get(home.postcards)).status_code == 404
    assert (await home.anna.get(f"{other.path}/postcards")).status_code == 404
    learner = town.door("learner", sub=home.family.learner, person=home.family.learner, case=home.family.case_id)
    assert (await learner.get(home.postcards)).status_code == 403


async def test_the_other_side_hears_of_each_postcard(town: Town, home: Home):
    await town.school.done(home.postcards, home.card())
    await home.anna.done(home.postcards, {**SONG, "carer": home.family.anna})
    await town.school.done(f"{home.family.path}/named-person", {"staff": "gow"})
    items = (await town.school.seen(f"{home.family.path}/timeline?limit=100"))["items"]
    out, back = [item["event_id"] for item in items if item["type"] == "PostcardSent.v1"]
    notifier = town.door("notifier")
    heard = [(await notifier.seen(f"/v1/events/{one}/recipients"))["recipients"] for one in (out, back)]
    assert [[(one["recipient"], one["role"]) for one in some] for some in heard] == [
        [(home.family.anna, "carer")],
        [("staff:gow", "teacher")],
    ]


async def test_the_lists_are_read_in_pages(town: Town, home: Home):
    for _ in range(3):
        await town.school.done(home.postcards, home.card())
    seen, path = [], "/v1/postcards-awaiting-reply?limit=2"
    page = await town.school.seen(path)
    while page["items"]:
        seen += [row["thread"] for row in page["items"]]
        page = await town.school.seen(f"{path}&after={page['next']}") if "next" in page else {"items": []}
    assert len(seen) == len(set(seen)) >= 3


async def test_a_period_is_evaluated_and_a_carer_is_informed(town: Town, home: Home):
    evaluation = {
        "period": {"from_day": "2025-09-16", "until": "2025-10-01"},
        "four_outcomes": BETTER,
        "carer_rating": {"carer": home.family.anna, "rating": 5},
        "learning": "Pictures before words.",
    }
    assert (await town.school.done(f"{home.family.path}/evaluations", evaluation))["id"]
    told = {"to": home.family.anna, "topics": ["help_for_carers"], "language": "pl", "format": "leaflet"}
    await town.school.done(f"{home.family.path}/entitlement-information", told)
    [evaluated] = (await town.school.seen(f"{home.family.path}/evaluations"))["items"]
    assert (evaluated["four_outcomes"], evaluated["carer_rating"]["rating"]) == (BETTER, 5)
    [informed] = (await town.school.seen(f"{home.family.path}/entitlement-information"))["items"]
    assert informed["topics"][0]["source"].startswith("https://")
    refused = await town.school.post(f"{home.family.path}/entitlement-information", {**told, "topics": ["magic"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "reference-unknown")
    rated = {**evaluation, "four_outcomes": {**BETTER, "present": "best"}}
    assert (await town.school.post(f"{home.family.path}/evaluations", rated)).status_code == 400
