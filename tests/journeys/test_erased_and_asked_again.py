"""What was erased is asked for again: by the command that erased it, and by the one that began it (D10, D13, I30)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import canaries
from tests.journeys.api import key
from tests.journeys.house import House
from tests.journeys.test_erasing_matters import CONCERN, WHY, Matter, begun, office_of

pytestmark = pytest.mark.anyio
LEARNER = {
    "name": canaries.LEARNER,
    "date_of_birth": "2016-05-11",
    "setting": "burnside-primary",
    "identifiers": [{"system": "scn", "value": "220000028"}],
}


async def test_once_it_is_erased_it_never_was_there_but_for_whoever_decided_it(house: House):
    matter = await begun(house)
    assert (await matter.erase()).exit_code == 0
    for who in ("okafor", "bain", "hay"):
        for yes in ((), ("--yes",)):
            hidden = await matter.erase("--reason", "request_upheld", "--by", who, *yes)
            unknown = await matter.erase("--reason", "request_upheld", "--by", who, *yes, matter=uuid4())
            assert (hidden.exit_code, hidden.stdout, hidden.stderr) == (4, "", unknown.stderr), (who, yes)
    before = await looks_at(house, matter)
    for yes, said in (((), "it was erased before: 3 facts"), (("--yes",), "It had been decided before")):
        again = await matter.erase(*WHY, *yes)
        assert (again.exit_code, said in again.stdout) == (0, True)
    assert [one.subject for one in (await looks_at(house, matter))[: -len(before)]] == ["sinclair"] * 2


async def looks_at(house: House, matter: Matter) -> list[Any]:
    """Rows of who looked at the matter, the newest first; once it is erased nobody can ask for them at the door."""
    async with office_of(house) as office:
        looks: list[Any] = await office.journal.accesses.restricted(UUID(matter.id))
        return looks


async def test_a_repeated_registration_does_not_bring_an_erased_learner_back(house: House):
    same = key()
    first = await house.school.post("/v1/cases", LEARNER, headers=same)
    assert first.status_code == 201
    assert (await house.school.post("/v1/cases", LEARNER, headers=same)).content == first.content
    assert (await house.stagepost("erase", first.json()["id"], *WHY, "--yes")).exit_code == 0
    before = await last_position(house)
    repeated = await house.school.post("/v1/cases", LEARNER, headers=same)
    assert (repeated.status_code, repeated.json()["code"]) == (404, "not-found")
    other = await house.school.post("/v1/cases", {**LEARNER, "date_of_birth": "2016-05-12"}, headers=same)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-used")
    assert await last_position(house) == before
    assert (await house.school.post("/v1/cases", LEARNER)).status_code == 201, "a new key is a new command"


async def test_a_repeated_concern_does_not_begin_an_erased_matter_anew(house: House):
    matter, same = await begun(house), key()
    bain = house.door("teacher", sub="bain")
    concern = {**CONCERN, "case_id": matter.family.case_id}
    first = await bain.post("/v1/matters", concern, headers=same)
    assert first.status_code == 201
    assert (await matter.erase(matter=first.json()["id"])).exit_code == 0
    before = await last_position(house)
    repeated = await bain.post("/v1/matters", concern, headers=same)
    assert (repeated.status_code, repeated.json()["code"]) == (404, "not-found")
    assert await last_position(house) == before


async def last_position(house: House) -> int:
    async with office_of(house) as office:
        last: int = await office.journal.last_position()
        return last
