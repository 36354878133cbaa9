"""What a service recommends, from its API to the teachers who say that they have it, over each database."""

import pytest

from tests.journeys.family import REQUEST, Door, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio

RECOMMENDED = {"kind": "recommend", "strategies": ["One step at a time"], "for_home": "Cards at bedtime."}


async def recommended(town: Town) -> tuple[Family, str]:
    """A family in Ms Okafor's class, and the path of what the service recommends for the learner."""
    family = await agreed(town.school)
    work = {"setting": "burnside-primary", "setting_class": "p5", "role": "teacher", "from_day": "2025-08-18"}
    await town.door("authority_admin").done("/v1/directory/staff", {"staff": "okafor", **work})
    placed = {"setting": "burnside-primary", "setting_class": "p5", "from_day": "2025-08-18"}
    await town.school.done(f"{family.path}/placements", placed)
    request = (await town.school.done(family.requests, REQUEST))["id"]
    updates, slt = f"{family.requests}/{request}/updates", town.door("agency", services=("slt",))
    await slt.done(updates, {"kind": "accept", "input_kind": "consultation", "practitioner": "Ms Rao"})
    return family, f"{family.path}/recommendations/{(await slt.done(updates, RECOMMENDED))['id']}"


async def state(door: Door, family: Family) -> tuple[int, int, list[str]]:
    [shown] = (await door.seen(f"{family.path}/recommendations"))["items"]
    return shown["shared"], shown["acknowledged"], shown.get("left_out", [])


async def test_a_recommendation_reaches_the_class_teacher_who_says_so(town: Town):
    family, path = await recommended(town)
    teacher = town.door("teacher", sub="okafor", at=town.other)
    assert await state(teacher, family) == (0, 0, ["okafor"])
    refused = (await town.school.post(f"{path}/sharing", {"staff": ["hay"]})).json()
    assert (refused["rule_id"], [one["ref"] for one in refused["missing"]]) == ("I26", ["okafor"])
    assert (await teacher.post(f"{path}/acknowledgement", {})).json()["code"] == "not-shared-with-them"
    await town.school.done(f"{path}/sharing", {"staff": ["okafor", "hay"], "system": "MIS"})
    await teacher.done(f"{path}/acknowledgement", {})
    assert await state(town.school, family) == (2, 1, [])


async def test_a_service_does_not_say_who_in_the_school_reads_its_words(town: Town):
    _, path = await recommended(town)
    slt = town.door("agency", services=("slt",))
    assert (await slt.post(f"{path}/sharing", {"staff": ["okafor"]})).status_code == 403
    assert (await slt.post(f"{path}/acknowledgement", {})).status_code == 403
