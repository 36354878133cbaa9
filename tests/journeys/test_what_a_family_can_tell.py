"""What one of the family can tell from dry runs, receipts and ETags: nothing that is kept from them (I14, I25)."""

from typing import Any

import pytest

from tests.journeys.family import REQUEST, SCOPE, SERVICE, WITHDRAWAL, Door, Family, agreed, register
from tests.journeys.test_family_view import SUPPORT, at_home
from tests.journeys.test_withholdings import withhold
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
DRY = {"dry_run": "true"}
DIRECT = {**SERVICE, "service": "advice", "webhook_url": "https://advice.example/stagepost", "direct_requests": True}


def father_of(town: Town, family: Family) -> Door:
    return at_home(town, family, family.piotr)


@pytest.mark.owasp("API3")
@pytest.mark.parametrize("more", [None, {}, {"about": {"service": "slt"}}, {"extent": "detail"}])
async def test_a_dry_run_shows_the_family_their_own_words_and_not_what_follows(town: Town, more: dict[str, Any] | None):
    family = await agreed(town.school)
    await town.school.done(family.requests, REQUEST)
    if more is not None:
        await withhold(town, family, **more)
    withdrawal = f"{family.path}/agreements/{family.agreements[family.piotr]}/withdrawal"

    by_father = await father_of(town, family).done(withdrawal, WITHDRAWAL, params=DRY)
    by_school = await town.school.done(withdrawal, WITHDRAWAL, params=DRY)
    assert [one["type"] for one in by_father["would_record"]] == ["ConsentWithdrawn.v1"]
    assert [one["type"] for one in by_school["would_record"]] == ["ConsentWithdrawn.v1", "AssistanceWithdrawn.v1"]

    receipt = await father_of(town, family).done(withdrawal, WITHDRAWAL)
    assert set(receipt) == {"etag", "cursor"}


async def test_a_dry_run_of_the_familys_own_request_tells_no_version_of_the_case(town: Town):
    family = await register(town.school)
    await town.door("authority_admin").done("/v1/directory/services", DIRECT)
    asked = {"route": "direct", "service": DIRECT["service"], "purpose": "speech", "asked_by": family.piotr}
    body = {**asked, "categories": ["learning_profile"]}
    would = (await father_of(town, family).done(family.requests, body, params=DRY))["would_record"]
    assert [one["type"] for one in would] == ["ConsentSought.v1", "ConsentGranted.v1", "AssistanceRequested.v1"]
    assert not any("agreement_refs" in one["data"] for one in would)


@pytest.mark.owasp("API3")
async def test_what_is_kept_from_the_family_changes_none_of_their_etags(town: Town):
    family = await register(town.school)
    father = father_of(town, family)
    await withhold(town, family)
    paths = (f"{family.path}/family-view", f"{family.path}/postcards")
    tags = {path: (await father.get(path)).headers["ETag"] for path in paths}
    assert len(set(tags.values())) == len(paths)
    await town.school.done(f"{family.path}/supports", SUPPORT)
    for path, tag in tags.items():
        again = await father.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["ETag"]) == (304, tag)
    hers = await at_home(town, family, family.anna).get(paths[0], headers={"If-None-Match": tags[paths[0]]})
    assert hers.status_code == 200


@pytest.mark.owasp("API3")
async def test_an_etag_of_the_familys_stands_for_no_version(town: Town):
    family = await agreed(town.school)
    father = father_of(town, family)
    withdrawal = f"{family.path}/agreements/{family.agreements[family.piotr]}/withdrawal"
    shown = (await father.get(f"{family.path}/family-view")).headers["ETag"]
    refused = await father.post(withdrawal, WITHDRAWAL, headers={"If-Match": shown})
    assert (refused.status_code, refused.json()["code"]) == (400, "if-match-of-family")
    receipt = await father.done(withdrawal, WITHDRAWAL, headers={"If-Match": "*"})
    for tag in (shown, receipt["etag"]):
        stale = await town.school.post(f"{family.path}/supports", SUPPORT, headers={"If-Match": tag})
        assert stale.status_code == 412
    current = (await town.school.get(family.path)).headers["ETag"]
    await town.school.done(f"{family.path}/supports", SUPPORT, headers={"If-Match": current})


@pytest.mark.parametrize("change", [{"may_contact": False, "restriction_reason": "A court order."}, {"held": False}])
async def test_who_takes_no_part_gets_the_same_answer_at_every_door_of_the_family(town: Town, change: dict[str, Any]):
    family = await agreed(town.school)
    father = father_of(town, family)
    assert (await father.get(f"{family.path}/family-view")).status_code == 200
    await relink(town, family, **change)
    agreement = f"{family.path}/agreements/{family.agreements[family.piotr]}"
    card = {"direction": "tried_at_home", "carer": family.piotr, "text": "A song.", "language": "en"}
    views = {"party": family.piotr, "how_gathered": "talk", "views": "More music."}
    asked = {"route": "direct", **SCOPE, "asked_by": family.piotr}
    answers = [
        await father.get(f"{family.path}/family-view"),
        await father.get(f"{family.path}/postcards"),
        await father.post(f"{family.path}/postcards", card),
        await father.post(family.requests, asked),
        await father.post(f"{agreement}/answer", {"answer": "granted", "route": "portal"}),
        await father.post(f"{agreement}/withdrawal", WITHDRAWAL),
        await father.post(f"{agreement}/withdrawal", WITHDRAWAL, params=DRY),
        await father.post(f"{family.path}/views", views),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "not-found")] * len(answers)
    assert (await at_home(town, family, family.anna).get(f"{family.path}/postcards")).status_code == 200


async def relink(town: Town, family: Family, held: bool = True, **more: Any) -> None:
    """What is on record of the father is corrected."""
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    linked = [item["event_id"] for item in items if item["type"] == "CarerLinked.v1"][-1]
    rights = {"parental_responsibilities_and_rights": {"held": held}}
    replacement = {"person_id": family.piotr, "name": "Piotr", "relationship": "father", **rights, **more}
    correction = {"supersedes": linked, "reason": "It was wrong.", "replacement": replacement}
    await town.school.done(f"{family.path}/corrections", correction)
