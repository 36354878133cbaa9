"""The record of a learner goes to the next school, over HTTP on both databases."""

from hashlib import sha256

import pytest

from tests.journeys.family import CONCERN, Door, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
ACADEMY = "burnside-academy"
MOVE = {"to_setting": ACADEMY, "to_staff": "lennox", "from_day": "2026-08-18"}


@pytest.fixture
async def lennox(town: Town) -> Door:
    """Somebody of the academy's staff, at the door of the other process."""
    for staff in ("lennox", "ure"):
        assigned = {"staff": staff, "setting": ACADEMY, "role": "pupil_support", "from_day": "2025-08-18"}
        await town.door("authority_admin").done("/v1/directory/staff", assigned)
    return town.door("pupil_support", at=town.other, sub="lennox")


async def test_a_record_is_sent_fetched_hashed_and_confirmed(town: Town, lennox: Door):
    family = await register(town.school)
    sent = await town.school.post(f"{family.path}/transfers", MOVE)
    assert sent.status_code == 201, sent.text
    path = sent.headers["location"]
    view = await lennox.seen(path)
    assert (view["state"], view["unchanged"], view["events"]) == ("sent", True, 4)
    arrived = sha256(view["content"].encode()).hexdigest()
    assert arrived == view["content_hash"]

    broken = await lennox.post(f"{path}/receipt", {"content_hash": "0" * 64})
    assert (broken.status_code, broken.json()["code"], broken.json()["rule_id"]) == (409, "content-differs", "I33")
    other = town.door("pupil_support", sub="ure")
    assert (await other.post(f"{path}/receipt", {"content_hash": arrived})).json()["code"] == "not-the-receiver"
    assert (await town.school.seen(path))["state"] == "sent", "nothing was stored"

    assert (await lennox.post(f"{path}/receipt", {"content_hash": arrived})).status_code == 201
    assert (await lennox.post(f"{path}/receipt", {"content_hash": arrived})).status_code == 200, "nothing to do"
    assert (await town.school.seen(path))["state"] == "received"


async def test_what_is_recorded_later_is_sent_anew_and_the_older_transfer_counts_no_more(town: Town, lennox: Door):
    family = await register(town.school)
    first = await town.school.done(f"{family.path}/transfers", MOVE)
    assert (await town.school.post(f"{family.path}/transfers", MOVE)).status_code == 200
    await town.school.done(f"{family.path}/concerns", CONCERN)
    second = await town.school.done(f"{family.path}/transfers", MOVE)
    views = [await lennox.seen(f"{family.path}/transfers/{one['id']}") for one in (first, second)]
    assert [view["state"] for view in views] == ["replaced", "sent"]
    assert [view["unchanged"] for view in views] == [True, True]
    late = await lennox.post(
        f"{family.path}/transfers/{first['id']}/receipt", {"content_hash": views[0]["content_hash"]}
    )
    assert late.json()["code"] == "transfer-replaced"


async def test_the_day_of_the_move_is_within_our_centuries_and_a_new_day_is_a_new_transfer(town: Town, lennox: Door):
    family = await register(town.school)
    path = f"{family.path}/transfers"
    for slip in ("0202-08-18", "2926-08-18"):
        answer = await town.school.post(path, {**MOVE, "from_day": slip})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/from_day")
    first = await town.school.done(path, MOVE)
    second = await town.school.done(path, {**MOVE, "from_day": "2026-09-01"})
    views = [await lennox.seen(f"{path}/{one['id']}") for one in (first, second)]
    assert [(view["state"], view["from_day"]) for view in views] == [("replaced", "2026-08-18"), ("sent", "2026-09-01")]


async def test_a_record_goes_to_nobody_who_is_not_there(town: Town, lennox: Door):
    family = await register(town.school)
    refused = await town.school.post(f"{family.path}/transfers", {**MOVE, "to_staff": "hay"})
    assert (refused.status_code, refused.json()["code"]) == (409, "receiver-not-there")
    for role in ("teacher", "support_assistant", "auditor"):
        assert (await town.door(role).post(f"{family.path}/transfers", MOVE)).status_code == 403
    stranger = await register(town.school, "Somebody else")
    sent = await town.school.done(f"{family.path}/transfers", MOVE)
    assert (await lennox.get(f"{stranger.path}/transfers/{sent['id']}")).status_code == 404


async def test_the_feed_says_that_a_record_moves_and_nothing_of_what_is_in_it(town: Town, lennox: Door):
    family = await register(town.school)
    receipt = await town.school.done(f"{family.path}/concerns", CONCERN)
    sent = await town.school.done(f"{family.path}/transfers", MOVE)
    [told] = (await town.door("auditor").seen("/v1/events", params={"after": receipt["cursor"]}))["items"]
    assert told["data"].keys() == {"case_id", "transfer_id", "to_setting", "links"}
    assert (told["data"]["transfer_id"], told["data"]["to_setting"]) == (sent["id"], ACADEMY)
