"""Who teaches a learner is not told what is withheld, by no read and no refusal, and changes none of it (D24, I25)."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from case_api.access.principal import Principal
from case_api.clerk import Clerk
from tests.access.village import TODAY, Village, village
from tests.access.worlds import AUTHORITY
from tests.journeys.family import CONCERN, Door

pytestmark = [pytest.mark.anyio, pytest.mark.owasp("API3")]
REVIEW, LATER = TODAY + timedelta(days=10), TODAY + timedelta(days=40)
WATCH = "withholding_review_due"


@dataclass(frozen=True)
class Kept:
    """A case of elm whose mother is told nothing of a concern, with who leads support there and who teaches."""

    here: Village
    path: str
    mother: str
    event: str
    withholding: str
    team: Door
    teacher: Door


@asynccontextmanager
async def kept_from_a_mother(url: str, folder: Path, **more: Any) -> AsyncIterator[Kept]:
    async with village(url, folder, 4) as here:
        case_id = here.cases[3]  # in p2 of elm
        path, mother = f"/v1/cases/{case_id}", str(here.families[case_id][1])
        team, teacher = door(here, "zoe", "elm", "pupil_support"), door(here, "tess", "elm", "teacher")
        work = {"setting_class": "p2", "role": "teacher"}
        await listed(here, {"staff": "tess", "setting": "elm", **work})
        await team.done(f"{path}/concerns", CONCERN)
        story = (await team.seen(f"{path}/timeline"))["items"]
        event = next(one["event_id"] for one in story if one["type"] == "ConcernRaised.v1")
        made = (await team.done(f"{path}/withholdings", withholding(mother, **more)))["id"]
        yield Kept(here, path, mother, event, made, team, teacher)


def door(here: Village, subject: str, place: str, *roles: str) -> Door:
    return here.door(Principal(subject, place, AUTHORITY, "app", frozenset(roles)))


async def listed(here: Village, *works: Mapping[str, str]) -> None:
    for work in works:
        await door(here, "root", AUTHORITY, "authority_admin").done(
            "/v1/directory/staff", {"from_day": "2026-03-02", **work}
        )


def withholding(person: str, **more: Any) -> dict[str, Any]:
    said = {"person_id": person, "extent": "everything", "reason": "It may raise risk.", "authoriser": "zoe"}
    return {**said, "review_on": REVIEW.date().isoformat(), **more}


async def when_the_review_is_due(here: Village) -> None:
    """The clerk has recorded what time brought."""
    await here.move_to(LATER)
    await Clerk(await here.app.state.offices.of(AUTHORITY), here.app.state.clock).once()


async def test_that_a_review_of_what_is_withheld_is_due_is_shown_to_those_alone_who_are_shown_it(url, tmp_path):
    async with kept_from_a_mother(url, tmp_path) as kept:
        await when_the_review_is_due(kept.here)
        whole, in_class = await kept.team.seen(kept.path), await kept.teacher.seen(kept.path)
        assert {one["watch"] for one in whole["stands_out"]} == {WATCH, "unsupported_concern"}
        assert [one["watch"] for one in in_class["stands_out"]] == ["unsupported_concern"]
        everything, for_teacher = await story_of(kept.team, kept.path), await story_of(kept.teacher, kept.path)
        left_out = [one["data"]["watch"] for event_id, one in everything.items() if event_id not in for_teacher]
        assert set(left_out) == {WATCH}
        listed_for_teacher = await kept.teacher.seen("/v1/watches")
        assert [one["watch"] for one in listed_for_teacher["items"]] == ["unsupported_concern"]
        for shown in (in_class, for_teacher, listed_for_teacher):
            assert kept.withholding not in str(shown)
            assert WATCH not in str(shown)


async def story_of(who: Door, path: str) -> dict[str, dict[str, Any]]:
    """By id the entries of the timeline, read one by one: no page is empty."""
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": None}
    while "next" in page:
        page = await who.seen(f"{path}/timeline", params={"limit": 1, **({"after": page["next"]} if found else {})})
        assert len(page["items"]) == 1
        found += page["items"]
    return {one["event_id"]: one for one in found}


async def test_lists_hold_and_count_such_reviews_case_by_case_as_the_caller_is_shown_them(url, tmp_path):
    async with kept_from_a_mother(url, tmp_path) as kept:
        here, of_ash = kept.here, kept.here.cases[2]
        leads_there = door(here, "oona", "ash", "pupil_support")
        there = withholding(str(here.families[of_ash][1]), authoriser="oona")
        await leads_there.done(f"/v1/cases/{of_ash}/withholdings", there)
        await listed(here, {"staff": "lea", "setting": "elm", "setting_class": "p2", "role": "teacher"})
        lea = door(here, "lea", "ash", "teacher", "pupil_support")  # teaches in the one school, leads in the other
        await when_the_review_is_due(here)

        async def due(who: Door) -> set[str]:
            return {one["case_id"] for one in (await who.seen("/v1/watches", params={"watch": WATCH}))["items"]}

        async def counted(who: Door) -> dict[str, int]:
            found = [*(await who.seen("/v1/cases"))["items"]]
            for number in (2, 3):
                search = await who.client.post(
                    "/v1/case-searches", json={"q": f"Learner {number}"}, headers=dict(who.headers)
                )
                found += search.json()["items"]
            counts = {one["case_id"]: one["open_watches"] for one in found}
            assert all(counts[one["case_id"]] == one["open_watches"] for one in found)
            return counts

        of_elm = str(here.cases[3])
        assert (await due(kept.team), (await counted(kept.team))[of_elm]) == ({of_elm}, 2)
        assert (await due(kept.teacher), await counted(kept.teacher)) == (set(), {of_elm: 1})
        assert await due(lea) == {str(of_ash)}
        seen_by_lea = await counted(lea)
        assert (seen_by_lea[of_elm], seen_by_lea[str(of_ash)]) == (1, 1)
        await kept.team.done(f"{kept.path}/named-person", {"staff": "tess"}, headers={"If-Match": "*"})
        assert (await due(kept.teacher), await counted(kept.teacher)) == ({of_elm}, {of_elm: 2})


async def test_who_is_not_shown_what_is_withheld_neither_withholds_nor_renews_nor_lifts_it(url, tmp_path):
    async with kept_from_a_mother(url, tmp_path) as kept:
        here, path = kept.here, f"{kept.path}/withholdings"
        await listed(here, {"staff": "bain", "setting": "elm", "role": "pupil_support"})
        over, later = {"reason": "Over.", "authoriser": "bain"}, (REVIEW + timedelta(days=9)).date().isoformat()
        asked = (
            (path, withholding(kept.mother, authoriser="bain")),
            (f"{path}/{kept.withholding}/renewal", {**over, "review_on": later}),
            (f"{path}/{kept.withholding}/lifting", over),
            (f"{path}/{uuid4()}/lifting", over),
        )
        before = (await kept.team.seen(f"{kept.path}/told"))["withheld"]
        for dry in ({}, {"dry_run": "true"}):
            for place, body in asked:
                refused = await kept.teacher.post(place, body, params=dry)
                assert (refused.status_code, refused.json()["code"]) == (403, "part-not-shown")
                assert kept.withholding not in refused.text.replace(place, "")
        assert (await kept.team.seen(f"{kept.path}/told"))["withheld"] == before
        await kept.team.done(f"{kept.path}/named-person", {"staff": "tess"}, headers={"If-Match": "*"})
        for place, body in asked[1:3]:
            refused = await kept.teacher.post(place, body)
            assert (refused.status_code, refused.json()["code"]) == (409, "not-theirs-to-decide")
        elsewhere = door(here, "una", "oak", "pupil_support")
        assert (await elsewhere.post(*asked[2])).status_code == 404
        for place, body in asked[1:3]:
            assert (await kept.team.post(place, body)).status_code == 201


@pytest.mark.parametrize("url", ["sqlite"])
@pytest.mark.parametrize("dry", [{}, {"dry_run": "true"}])
async def test_who_teaches_is_refused_to_tell_what_is_withheld_and_not_told_by_what(url, tmp_path, dry):
    async with kept_from_a_mother(url, tmp_path) as kept:
        telling = {"event_id": kept.event, "recipient": kept.mother, "channel": "call"}
        by_lead = await kept.team.post(f"{kept.path}/disclosures", telling, params=dry)
        assert (by_lead.json()["code"], by_lead.json()["missing"][0]["ref"]) == ("still-withheld", kept.withholding)
        refused = await kept.teacher.post(f"{kept.path}/disclosures", telling, params=dry)
        assert (refused.status_code, refused.json()["code"]) == (409, "not-theirs-to-tell")
        assert "who leads support" in refused.json()["advice"]
        assert "missing" not in refused.json()
        for hidden in (kept.withholding, kept.mother, "withheld"):
            assert hidden not in refused.text


@pytest.mark.parametrize("url", ["sqlite"])
async def test_a_dry_run_shows_by_which_decision_detail_is_kept_to_those_alone_who_are_shown_it(url, tmp_path):
    async with kept_from_a_mother(url, tmp_path, extent="detail") as kept:
        telling = {"event_id": kept.event, "recipient": kept.mother, "channel": "call"}
        dry = {"params": {"dry_run": "true"}}
        [by_lead] = (await kept.team.done(f"{kept.path}/disclosures", telling, **dry))["would_record"]
        [in_class] = (await kept.teacher.done(f"{kept.path}/disclosures", telling, **dry))["would_record"]
        assert by_lead["data"]["withholding_id"] == kept.withholding
        assert (in_class["type"], "withholding_id" in in_class["data"]) == ("DisclosureMade.v1", False)
        assert (await kept.teacher.post(f"{kept.path}/disclosures", telling)).status_code == 201
        assert (await kept.team.seen(f"{kept.path}/told"))["items"][0]["withholding_id"] == kept.withholding


@pytest.mark.parametrize("url", ["sqlite"])
async def test_why_a_message_was_stopped_and_who_heard_of_a_review_is_left_out_for_who_teaches(url, tmp_path):
    async with kept_from_a_mother(url, tmp_path) as kept:
        await when_the_review_is_due(kept.here)
        story = await story_of(kept.team, kept.path)
        raised = next(key for key, one in story.items() if one.get("data", {}).get("watch") == WATCH)
        reported = [("suppressed", why) for why in ("withheld", "restricted", "withdrawn")] + [
            ("unreachable", "no_address")
        ]
        for outcome, why in reported:
            await report(kept, kept.event, kept.mother, outcome=outcome, reason=why)
        await report(kept, raised, "staff:zoe", outcome="sent")
        whole, in_class = (
            (await kept.team.seen(f"{kept.path}/told"))["items"],
            (await kept.teacher.seen(f"{kept.path}/told"))["items"],
        )
        assert [one.get("reason") for one in whole] == ["withheld", "restricted", "withdrawn", "no_address", None]
        assert [one.get("reason") for one in in_class] == [None, None, None, "no_address"]
        assert [one["delivery"] for one in in_class] == [outcome for outcome, _ in reported]
        assert whole[-1]["about"] == raised


async def report(kept: Kept, event: str, recipient: str, **more: str) -> None:
    """What the notifier says of a message."""
    said = {"message_id": str(uuid4()), "channel": "email", "template": "news", "event_id": event}
    notifier = door(kept.here, "notifier", AUTHORITY, "notifier")
    await notifier.done("/v1/disclosures", {**said, "recipient": recipient, **more})
