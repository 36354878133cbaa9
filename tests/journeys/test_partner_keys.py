"""A partner reads and posts by a key exactly as by a token, until the operator revokes it; on both databases."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from case_api.http.partner_keys import name_of
from tests.http.key_desk import KeyDesk
from tests.journeys.api import AUTHORITY
from tests.journeys.family import REQUEST, Door, agreed
from tests.journeys.test_stream import STREAM, messages
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
ACCEPT = {"kind": "accept", "input_kind": "consultation", "practitioner": "Ms Rao"}
AT_ONCE = 5.0
"""Seconds within which a key that was revoked opens nothing at any process."""


@pytest.fixture
def desk(town: Town) -> KeyDesk:
    settings = town.api.settings
    return KeyDesk(settings.database_url, settings.var, AUTHORITY)


def with_key(town: Town, key: str) -> Door:
    return Door(town.one, {"Authorization": f"Bearer {key}"})


async def is_accepted(door: Door) -> bool:
    return (await door.get("/v1/events?limit=1")).status_code == 200


async def test_a_partner_reads_and_posts_by_a_key_as_by_a_token(town: Town, desk: KeyDesk):
    family = await agreed(town.school)
    request = f"{family.requests}/{(await town.school.done(family.requests, REQUEST))['id']}"
    key = await desk.new("slt-desk")
    partner = with_key(town, key)
    by_token = town.door("agency", services=["slt"])
    seen = [await door.seen(request) for door in (partner, by_token)]
    assert [{**view, "valid_at": None} for view in seen] == [{**seen[0], "valid_at": None}] * 2
    await partner.at(town.other).done(f"{request}/updates", ACCEPT)
    assert (await by_token.seen(request))["state"] == (await partner.seen(request))["state"] == "accepted"

    feed = (await partner.seen("/v1/events?limit=500"))["items"]
    assert {event["type"].partition(".v")[0] for event in feed} >= {"AssistanceRequested", "AssistanceAccepted"}
    for path in (family.path, f"{family.path}/timeline", "/v1/cases"):
        assert (await partner.get(path)).status_code == (await by_token.get(path)).status_code in {403, 404}
    assert (await partner.post("/v1/directory/settings", {"setting": "x", "title": "X"})).status_code == 403
    await desk.run("revoke", str(name_of(key)))


async def test_a_revoked_key_opens_nothing_at_any_process_a_moment_later(town: Town, desk: KeyDesk):
    key = await desk.new("slt-desk")
    partner = with_key(town, key)
    doors = [partner.at(client) for client in (town.one, town.other)]
    assert [await is_accepted(door) for door in doors] == [True, True]
    async with town.one.stream("GET", "/v1/events", headers={**doors[0].headers, **STREAM}) as stream:
        assert stream.status_code == 200
        assert (await desk.run("revoke", str(name_of(key)), "--reason", "leaked")).exit_code == 0
        begun = time.monotonic()
        async with asyncio.timeout(AT_ONCE):
            async for _ in messages(stream):
                pass
    for door in doors:
        while await is_accepted(door):
            assert time.monotonic() - begun < AT_ONCE


async def test_a_program_changes_over_from_one_key_to_the_next_without_a_gap(town: Town, desk: KeyDesk):
    first, second = await desk.new("eps-desk"), await desk.new("eps-desk")
    third = await desk.run("new", "eps-desk", "--organisation", "o", "--role", "mis")
    assert (third.exit_code, third.stdout) == (4, "")
    assert str(name_of(first)) in third.stderr
    before, after = with_key(town, first), with_key(town, second)
    assert await is_accepted(before)
    assert (await desk.run("revoke", str(name_of(first)))).exit_code == 0
    begun = time.monotonic()
    while await is_accepted(before):
        assert await is_accepted(after)
        assert time.monotonic() - begun < AT_ONCE
    assert await is_accepted(after)
    await desk.new("eps-desk")


async def test_the_operator_sees_what_each_key_may_and_when_it_was_used_and_never_a_key(town: Town, desk: KeyDesk):
    key = await desk.new("young-carers", "--organisation", "hub", "--role", "mis", "--network", "127.0.0.0/8")
    assert await is_accepted(with_key(town, key))
    listed = (await desk.run("list")).stdout
    (line,) = [line for line in listed.splitlines() if line.startswith(str(name_of(key)))]
    today = datetime.now(UTC).date().isoformat()
    assert " live young-carers of hub: mis from 127.0.0.0/8, until " in line
    assert line.endswith(f", used {today}")
    assert (await desk.run("revoke", str(name_of(key)), "--reason", "leaked")).exit_code == 0
    after = (await desk.run("list")).stdout
    assert line.replace(" live ", " revoked ") in after.splitlines(), "when a leaked key was last used is still told"
    assert key not in listed
    secret = key.split("_")[3]
    files = [path for path in town.api.settings.var.rglob("*") if path.is_file()] + [town.api.log]
    assert [path for path in files if secret.encode() in path.read_bytes()] == []


async def test_a_key_that_there_is_not_is_said_to_be_none(desk: KeyDesk):
    done = await desk.run("revoke", "zzzzzzzz")
    assert (done.exit_code, done.stdout, done.stderr) == (4, "", "stagepost: there is no such key\n")


async def test_that_a_key_was_made_and_revoked_is_on_record(town: Town, desk: KeyDesk):
    key = await desk.new("camhs-desk")
    [listed] = [line for line in (await desk.run("list")).stdout.splitlines() if " live camhs-desk of " in line]
    assert ": agency for slt, until " in listed
    await desk.run("revoke", str(name_of(key)), "--reason", "ended")
    events = await town.door("authority_admin").seen("/v1/events?types=PartnerKeyIssued,PartnerKeyRevoked&limit=500")
    about = [event["type"] for event in events["items"] if event["data"].get("key") == name_of(key)]
    assert about == ["PartnerKeyIssued.v1", "PartnerKeyRevoked.v1"]
    assert key.split("_")[3] not in str(events)
