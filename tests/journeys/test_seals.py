"""An auditor holds the authority to what it once signed, through HTTP, on both databases."""

from base64 import b64decode
from uuid import uuid4

import pytest

from case_api.seals.verifier import included, read_checkpoint, read_key
from tests.journeys.family import CONCERN, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio


async def signed(town: Town, at=None):
    """The checkpoint that an auditor gets, opened."""
    body = await town.door("auditor", at=at).seen("/v1/audit/checkpoint")
    size, root = read_checkpoint(body["checkpoint"], read_key(body["key"]))
    assert (body["size"], b64decode(body["root"])) == (size, root)
    return size, root


async def newest_event(town: Town) -> str:
    page = await town.door("auditor").seen("/v1/events", params={"limit": 500})
    return str(page["items"][-1]["id"])


async def test_what_was_just_recorded_is_in_the_next_checkpoint_of_either_process(town: Town):
    family = await register(town.school)
    size, _ = await signed(town)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    assert (await signed(town, at=town.other))[0] > size
    assert await signed(town) == await signed(town, at=town.other)


async def test_a_fact_is_proved_to_be_in_the_log(town: Town):
    family = await register(town.school)
    await town.school.done(f"{family.path}/concerns", CONCERN)
    size, root = await signed(town)
    proof = await town.door("auditor").seen(
        "/v1/audit/proofs/inclusion", params={"event_id": await newest_event(town), "size": size}
    )
    leaf, path = b64decode(proof["leaf_hash"]), [b64decode(one) for one in proof["proof"]]
    assert included(leaf, proof["number"], size, path) == root


async def test_the_log_is_proved_to_have_been_added_to(town: Town):
    earlier, _ = await signed(town)
    await register(town.school)
    later, _ = await signed(town)
    found = await town.door("auditor").seen("/v1/audit/proofs/consistency", params={"from": earlier, "to": later})
    assert (found["earlier"], found["later"]) == (earlier, later)
    assert found["proof"]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("inclusion", {"event_id": str(uuid4())}),
        ("consistency", {"from": 1, "to": 2**40}),
        ("consistency", {"from": 2, "to": 1}),
    ],
)
async def test_what_no_checkpoint_reaches_is_not_proved(path, params, town: Town):
    await register(town.school)
    answer = await town.door("auditor").get(f"/v1/audit/proofs/{path}", params=params)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("role", ["pupil_support", "authority_admin", "notifier", "mis", "agency", "child_protection"])
async def test_how_many_facts_there_are_is_for_auditors_alone(role, town: Town):
    answer = await town.door(role, services=["slt"]).get("/v1/audit/checkpoint")
    assert answer.status_code == 403


async def test_an_empty_log_has_no_checkpoint(town: Town):
    neighbour = town.door("auditor", authority="auchterlee")
    assert (await neighbour.get("/v1/audit/checkpoint")).status_code == 404
