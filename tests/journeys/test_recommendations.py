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
    admin = town.door("authority_admin")
    await admin.done("/v1/directory/staff", {"staff": "okafor", **work})
    for staff, role in (("hay", "pupil_support"), ("roy", "pupil_support")):
        there = {"setting": "burnside-primary", "role": role, "from_day": "2025-08-18"}
        await admin.done("/v1/directory/staff", {"staff": staff, **there})
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
    invented = (await town.school.post(f"{path}/sharing", {"staff": ["okafor", "okafr"]})).json()
    assert (invented["code"], [one["ref"] for one in invented["missing"]]) == ("staff-not-listed", ["okafr"])
    assert (await teacher.post(f"{path}/acknowledgement", {})).json()["code"] == "not-shared-with-them"
    await town.school.done(f"{path}/sharing", {"staff": ["okafor", "hay"], "system": "MIS"})
    await teacher.done(f"{path}/acknowledgement", {})
    assert await state(town.school, family) == (2, 1, [])


async def test_a_service_does_not_say_who_in_the_school_reads_its_words(town: Town):
    _, path = await recommended(town)
    slt = town.door("agency", services=("slt",))
    assert (await slt.post(f"{path}/sharing", {"staff": ["okafor"]})).status_code == 403
    assert (await slt.post(f"{path}/acknowledgement", {})).status_code == 403


async def test_a_teacher_sees_the_services_around_their_own_learners_and_what_to_use(town: Town):
    family, path = await recommended(town)
    await town.school.done(f"{path}/sharing", {"staff": ["okafor"]})
    teacher = town.door("teacher", sub="okafor", at=town.other)
    mine = (await teacher.seen("/v1/my-learners/partners?limit=100"))["items"]
    [learner] = [one for one in mine if one["case_id"] == family.case_id]
    assert (learner["name"].partition(" ")[0], learner["setting_class"]) == ("Maja", "p5")
    [partner] = learner["partners"]
    assert (partner["service"], partner["role"], partner["state"]) == ("slt", "therapist", "accepted")
    [to_use] = learner["to_use"]
    assert to_use["strategies"] == RECOMMENDED["strategies"]
    assert "acknowledged_on" not in to_use


async def test_a_learner_who_leaves_the_class_leaves_the_teachers_list(town: Town):
    family, _ = await recommended(town)
    teacher = town.door("teacher", sub="okafor")

    async def mine() -> list[str]:
        return [one["case_id"] for one in (await teacher.seen("/v1/my-learners/partners?limit=100"))["items"]]

    assert family.case_id in await mine()
    moved = {"setting": "burnside-primary", "setting_class": "p6", "from_day": "2025-09-01"}
    await town.school.done(f"{family.path}/placements", moved)
    assert family.case_id not in await mine()
    colleague = town.door("teacher", sub="nobody-in-particular")
    assert (await colleague.seen("/v1/my-learners/partners"))["items"] == []
    assert (await colleague.get("/v1/my-learners/partners?after=elsewhere")).json()["code"] == "cursor-unreadable"
    assert (await town.door("agency", services=("slt",)).get("/v1/my-learners/partners")).status_code == 403


async def test_an_assistant_of_a_whole_setting_sees_all_its_learners_page_by_page(town: Town):
    settings = {family.case_id for family in [(await recommended(town))[0] for _ in range(2)]}
    work = {"setting": "burnside-primary", "role": "support_assistant", "from_day": "2025-08-18"}
    await town.door("authority_admin").done("/v1/directory/staff", {"staff": "dar", **work})
    assistant = town.door("support_assistant", sub="dar", at=town.other)
    seen, path = set(), "/v1/my-learners/partners?limit=1"
    page = await assistant.seen(path)
    while page.get("next"):
        seen |= {one["case_id"] for one in page["items"]}
        page = await assistant.seen(f"{path}&after={page['next']}")
    assert settings <= seen | {one["case_id"] for one in page["items"]}
