"""A person who pulls the feed reads of the learners whom it names; a program follows as it must (T12, D18)."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from case_api.store.accesses import Accesses
from tests.http.at_home import Home, at_home
from tests.journeys.family import REQUEST, SERVICE, Door, agreed

pytestmark = pytest.mark.anyio
LIMIT = 3
STREAM = {"Accept": "text/event-stream"}
PATIENCE = 30.0
"""Seconds for a stream to end, which would go on for ten minutes."""


async def learners(home: Home, how_many: int) -> list[str]:
    return [await home.learner() for _ in range(how_many)]


async def pulled(
    home: Home, role: str = "pupil_support", after: str = "", limit: int = 100, **more: Any
) -> dict[str, Any]:
    """A page of the feed."""
    params = {"limit": limit, **({"after": after} if after else {})}
    answer = await home.get("/v1/events", role, params=params, **more)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def subjects(page: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(one["subject"] for one in page["items"]))


async def test_a_page_holds_the_learners_whom_a_person_may_still_be_shown_and_goes_on_an_hour_later(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 2)
        assert (await home.get(f"/v1/cases/{cases[-1]}", "pupil_support")).status_code == 200
        page = await pulled(home)
        assert subjects(page) == cases[: LIMIT - 1], "one was read before"
        held = await home.get("/v1/events", "pupil_support", params={"after": page["next"]})
        assert (held.status_code, held.json()["code"]) == (429, "too-many-learners")
        assert 3500 < int(held.headers["retry-after"]) <= 3600
        assert (await home.get(f"/v1/cases/{cases[2]}", "pupil_support")).status_code == 429, (
            "counted with what is read"
        )
        assert subjects(await pulled(home)) == cases[: LIMIT - 1], "what was told may be told again"
        rows = (await home.get("/v1/audit/accesses", "auditor", params={"subject": "hay", "limit": 100})).json()[
            "items"
        ]
        of_feed = [(row["case_id"], row["decision"]) for row in rows if row["operation"] == "feed"]
        assert {one for one, decision in of_feed if decision == "released"} == set(cases[: LIMIT - 1])
        assert (cases[LIMIT - 1], "refused") in of_feed
        clock = home.app.state.clock
        clock.move_to(clock.now() + timedelta(hours=1, seconds=1))
        assert subjects(await pulled(home, after=page["next"])) == cases[LIMIT - 1 :]


async def test_a_stream_of_a_persons_ends_where_they_have_read_of_too_many(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 1)
        for role, sub in (("pupil_support", "hay"), ("pupil_support", "hay"), ("authority_admin", "root")):
            headers = home.bearer(role, sub=sub) | STREAM
            async with asyncio.timeout(PATIENCE):
                told = (await home.client.get("/v1/events", headers=headers)).text
            assert list(dict.fromkeys(re.findall(r'"subject":"([0-9a-f-]+)"', told))) == cases[:LIMIT]
            assert cases[-1] not in told
            [first, last] = re.findall(r"retry: (\d+)", told)
            assert (first, int(last) > 3_500_000) == ("1000", True), "and the client is told when to come back"
        alerts = (await home.get("/v1/audit/alerts", "auditor")).json()["items"]
        assert [(one["cause"], one["subject"]) for one in alerts] == [("many_learners", who) for who in ("root", "hay")]
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        other = (await home.get(f"/v1/cases/{cases[-1]}", "pupil_support")).status_code
        assert other == 429, "what a stream told is on record"


@pytest.mark.owasp("API4")
async def test_streams_at_once_tell_together_of_no_more_learners_than_one_would(url, tmp_path, monkeypatch):
    asked = Accesses.learners_of

    async def slowly(self: Accesses, *given: Any) -> Any:
        await asyncio.sleep(0.01)  # in which all of them come to ask
        return await asked(self, *given)

    monkeypatch.setattr(Accesses, "learners_of", slowly)
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, 4 * LIMIT)
        places, page = [""], await pulled(home, "notifier", sub="notifier", limit=LIMIT)
        while page["items"]:
            places.append(page["next"])
            page = await pulled(home, "notifier", sub="notifier", limit=LIMIT, after=page["next"])
        headers = home.bearer("pupil_support", sub="hay") | STREAM
        places = places[: len(places) // 2 + 1]  # from where on there are too many, so that each of them ends
        async with asyncio.timeout(PATIENCE):
            told = await asyncio.gather(
                *(
                    home.client.get("/v1/events", headers=headers, params={"after": one} if one else {})
                    for one in places
                )
            )
        shown = {one for answer in told for one in re.findall(r'"subject":"([0-9a-f-]+)"', answer.text)}
        assert len(shown) == LIMIT
        assert shown < set(cases)
        rows = await home.get("/v1/audit/accesses", "auditor", params={"subject": "hay", "limit": 100})
        released = {row.get("case_id") for row in rows.json()["items"] if row["decision"] == "released"}
        assert shown <= released


async def test_a_program_follows_every_learner_whatever_limit_is_set_for_its_reads(url, tmp_path):
    limits = {"learners_an_hour": LIMIT, "learners_an_hour_of_programs": LIMIT}
    async with at_home(url, tmp_path, background="beside", **limits) as home:
        cases = await learners(home, LIMIT + 2)
        for role in ("mis", "auditor", "notifier"):
            assert subjects(await pulled(home, role, sub=role)) == cases
            rows = (await home.get("/v1/audit/accesses", "auditor", params={"subject": role})).json()["items"]
            assert [row.get("case_id") for row in rows if row["operation"] == "feed"] == [None]


async def test_what_is_addressed_to_a_service_is_its_own_post_and_counts_nothing(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=1, background="beside") as home:
        await Door(home.client, home.bearer("authority_admin")).done("/v1/directory/services", SERVICE)
        asked = []
        for number in range(2):
            school = Door(home.client, home.bearer("pupil_support", sub=f"hay-{number}"))
            family = await agreed(school)
            await school.done(family.requests, REQUEST)
            asked.append(family.case_id)
        page = await pulled(home, "agency", sub="rao", org="nhs", services=["slt"])
        assert subjects(page) == asked
