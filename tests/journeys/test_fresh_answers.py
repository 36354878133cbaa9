"""D3: what one process has recorded, no other process contradicts: not in a refusal, a dry run or a read."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest

from tests.journeys.family import REQUEST, SERVICE, Door, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
CHECKS = int(os.environ.get("STAGEPOST_TEST_FRESH_CHECKS", "2000"))
"""In all, on both databases; 10,000 are run by `make test-slow`."""
LANES = 6
A_FAMILY_LASTS = 20
IN_ONE_ROUND = 5


@dataclass
class Lane:
    """One family, whose mother changes her mind again and again at one process while the other is asked."""

    family: Family
    etag: str
    """Of the agreements, as the reader saw them last."""

    async def change(self, writer: Door, *, agrees: bool) -> None:
        if agrees:
            await self.family.agree(writer, self.family.anna)
        else:
            assert (await self.family.withdraw(writer, self.family.anna)).status_code == 201

    async def stale(self, reader: Door, *, agrees: bool) -> AsyncIterator[str]:
        """What the other process then says that is no longer so."""
        dry, agreements, agencies, unchanged = await asyncio.gather(
            reader.post(self.family.requests, REQUEST, params={"dry_run": "true"}),
            reader.get(f"{self.family.path}/agreements"),
            reader.get(f"{self.family.path}/agencies"),
            reader.get(f"{self.family.path}/agreements", headers={"If-None-Match": self.etag}),
        )
        self.etag = agreements.headers["etag"]
        if dry.status_code != (200 if agrees else 409):
            yield "dry run"
        if status_of(agreements.json(), self.family.anna) != ("granted" if agrees else "withdrawn"):
            yield "agreements"
        if any(item["state"] != "withdrawn" for item in agencies.json()["items"]):
            yield "agencies"
        if unchanged.status_code != 200:
            yield "not modified"
        request = await reader.post(self.family.requests, REQUEST)
        if request.status_code != (201 if agrees else 409):
            yield "request"


def status_of(view: dict[str, Any], person: str) -> str:
    parties = view["items"][0]["parties"]
    found: str = next(party["status"] for party in parties if party["person_id"] == person)
    return found


async def test_the_other_process_never_answers_from_before(town: Town):
    people = [town.door("pupil_support", sub=f"hay-{number}") for number in range(LANES)]
    rounds = CHECKS // 2 // IN_ONE_ROUND // LANES + 1

    stale = await asyncio.gather(*(rounds_of(town, person, rounds) for person in people))

    assert list(chain(*stale)) == []


async def rounds_of(town: Town, person: Door, rounds: int) -> list[str]:
    found: list[str] = []
    lane = await a_lane(person)
    for turn in range(rounds):
        if turn and turn % A_FAMILY_LASTS == 0:
            lane = await a_lane(person)
        writer, reader = (person, person.at(town.other)) if turn // 2 % 2 else (person.at(town.other), person)
        await lane.change(writer, agrees=turn % 2 == 1)
        found += [kind async for kind in lane.stale(reader, agrees=turn % 2 == 1)]
    return found


async def a_lane(person: Door) -> Lane:
    family = await agreed(person)
    return Lane(family, (await person.get(f"{family.path}/agreements")).headers["etag"])


async def test_not_modified_is_not_said_of_a_view_that_the_directory_changed(town: Town):
    family = await agreed(town.school)
    path, reader = f"{family.path}/agreements", town.school.at(town.other)
    before = await reader.get(path)
    unchanged = {"If-None-Match": before.headers["etag"]}
    assert (await reader.get(path, headers=unchanged)).status_code == 304

    renamed = {**SERVICE, "title": "Children's Speech Therapy"}
    await town.door("authority_admin").done("/v1/directory/services", renamed)
    after = await reader.get(path, headers=unchanged)

    assert after.status_code == 200
    assert after.json()["items"][0]["title"] == "Children's Speech Therapy"
