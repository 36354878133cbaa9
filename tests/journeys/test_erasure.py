"""A learner is erased while two processes serve: at once nobody reads what was recorded, and no file holds it."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.erasing import Erasing, Wanted
from case_api.forgetting import Forgetting
from case_api.http.app import create_app, local_issuers
from case_api.order import CommandRefused
from case_api.store.tombstones import Tombstones, written
from case_api.streams import told_of
from tests import canaries
from tests.journeys.api import AUTHORITY, NEIGHBOUR, PATIENCE
from tests.journeys.commands import stagepost
from tests.journeys.family import Door, Family
from tests.journeys.sowing import LEARNER, WHY, held, offices, shown, sown, sown_again
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
IN_THE_LEDGER = 1
HERE = "http://127.0.0.1:8080"


async def newest_event(town: Town, family: Family) -> str:
    page = await town.door("notifier").seen("/v1/events", params={"limit": 500})
    mine = [item for item in page["items"] if item.get("subject") == family.case_id]
    return str(next(item["id"] for item in mine if item["type"] == "ConcernRaised.v1"))


def files_of(town: Town, request: pytest.FixtureRequest) -> list[Path]:
    """Every folder in which something of the store can lie."""
    folders = [town.api.settings.var, town.api.log.parent]
    if town.api.settings.database_url != "sqlite" and (server := request.getfixturevalue("postgres_server")):
        with psycopg.connect(town.api.settings.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        folders.append(server.data)
    return folders


async def test_an_erased_learner_is_gone_from_both_processes_at_once(town: Town, request, tmp_path):
    here, there = town.door("auditor"), town.door("auditor", at=town.other)
    family = await sown(town.school)
    assert held(await shown(here, family)) == held(await shown(there, family))
    assert canaries.FREE_TEXT in await shown(there, family)
    facts = len((await here.seen(f"{family.path}/timeline"))["items"])
    event = await newest_event(town, family)

    done = await stagepost(town, "erase", family.uuid, *WHY, "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    for door in (there, here):
        assert held(await shown(door, family)) == []
        story = (await door.seen(f"{family.path}/timeline"))["items"]
        assert [entry["summary"] for entry in story[:-1]] == ["This entry was erased."] * facts
        assert (story[-1]["type"], story[-1]["data"]["facts"]) == ("PersonalDataKeyDestroyed.v1", facts)
        assert story[-1]["actor"]["subject"] == "okafor"
    await nothing_can_be_done(town, family, event)
    await the_proofs_still_hold(town, family, facts, tmp_path)
    assert family.uuid in Tombstones(town.api.settings.var / "tombstones", AUTHORITY).read()
    assert [found for folder in files_of(town, request) for found in canaries.found(folder)] == []


async def nothing_can_be_done(town: Town, family: Family, event: str) -> None:
    """No command, no search, no message; and whoever comes anew under the same number is somebody new."""
    for at in (town.one, town.other):
        school, notifier = town.school.at(at), town.door("notifier", at=at)
        again = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": "x"}
        assert (await school.post(f"{family.path}/concerns", again)).status_code == 404
        carer = {
            "name": "Late",
            "relationship": "aunt",
            "parental_responsibilities_and_rights": {"held": False},
        }
        assert (await school.post(f"{family.path}/carers", carer)).status_code == 404
        for words in (canaries.LEARNER, canaries.PUPIL_NUMBER):
            found = (await school.post("/v1/case-searches", {"q": words})).json()
            assert found["items"] == []
        wanted = {
            "event_id": event,
            "recipient": family.anna,
            "template": "concern-received",
            "channel": "email",
            "message_id": str(uuid4()),
        }
        refused = await notifier.post("/v1/send-permits", wanted)
        assert (refused.status_code, refused.json()["reason"]) == (409, "erased")
        assert (await notifier.seen(f"/v1/events/{event}/recipients"))["recipients"] == []
    of_a_school = await town.door("mis").seen("/v1/events", params={"types": "PersonalDataKeyDestroyed"})
    assert of_a_school["items"][-1]["subject"] == family.case_id
    feed = await town.door("notifier").seen("/v1/events", params={"limit": 500})
    assert feed["items"][-1]["type"] == "PersonalDataKeyDestroyed.v1"
    assert feed["items"][-1]["subject"] == family.case_id
    assert (await town.school.post("/v1/cases", LEARNER)).status_code == 201


async def the_proofs_still_hold(town: Town, family: Family, facts: int, folder: Path) -> None:
    whole = await stagepost(town, "verify", "--log")
    assert (whole.exit_code, whole.stderr) == (0, "")
    file = folder / "erased.json"
    assert (await stagepost(town, "export", family.uuid, "--output", file)).exit_code == 0
    key = (await town.door("auditor").seen("/v1/audit/checkpoint"))["key"]
    checked = await stagepost(town, "verify", file, "--key", key, "--history")
    assert checked.exit_code == 0
    assert checked.stdout.count("(what it says is not shown)") == facts + IN_THE_LEDGER
    assert "personal data key destroyed, by operator okafor" in checked.stdout
    assert held(file.read_text()) == []
    assert len(json.loads(file.read_text())["facts"]) == facts + IN_THE_LEDGER + 1


async def test_no_answer_depends_on_what_lets_go_of_memory(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Forgetting, "run", lambda _: asyncio.Event().wait())
    family = await sown(town.school, number="220000036")
    app = create_app(town.api.settings.model_copy(update={"background": "beside"}), local_issuers(town.api.settings))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        door = Door(client, town.api.bearer("auditor"))
        assert canaries.FREE_TEXT in (await door.get(f"{family.path}/told")).text
        assert canaries.FREE_TEXT in await shown(door, family)
        assert (await stagepost(town, "erase", family.uuid, *WHY, "--yes")).exit_code == 0
        assert held(await shown(door, family)) == []


async def test_a_process_that_leaves_the_work_to_another_lets_go_of_it_by_itself(town: Town):
    family = await sown_again(town)
    app = create_app(town.api.settings.model_copy(update={"background": "beside"}), local_issuers(town.api.settings))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        office = await app.state.offices.of(AUTHORITY)
        await shown(Door(client, town.api.bearer("auditor")), family)
        assert office.folds.version_of(family.uuid) > 0
        assert (await stagepost(town, "erase", family.uuid, *WHY, "--yes")).exit_code == 0
        async with asyncio.timeout(PATIENCE):
            while office.folds.version_of(family.uuid) > 0:  # noqa: ASYNC110 - what another process has not done
                await asyncio.sleep(0.05)


async def test_without_yes_an_erasure_is_only_said(town: Town):
    family = await sown_again(town)
    said = await stagepost(town, "erase", family.uuid, *WHY)
    assert (said.exit_code, said.stderr) == (0, "")
    assert "Nothing was changed" in said.stdout
    assert canaries.FREE_TEXT in await shown(town.school, family)


async def test_a_legal_hold_stands_in_the_way(town: Town):
    family = await sown_again(town)
    admin = town.door("authority_admin")
    await admin.done(f"{family.path}/retention-holds", {"reason": "legal_claim"})
    for yes in ((), ("--yes",)):
        refused = await stagepost(town, "erase", family.uuid, *WHY, *yes)
        assert (refused.exit_code, refused.stdout) == (5, "")
        assert refused.stderr.startswith("stagepost: refused (I34): A legal hold stands")
        assert refused.stderr.count("\n") == 1
    assert canaries.FREE_TEXT in await shown(town.school, family)


async def test_no_other_case_is_touched_and_an_unknown_one_is_said_to_be_unknown(town: Town):
    gone, stays = await sown_again(town), await sown_again(town)
    assert (await stagepost(town, "erase", gone.uuid, *WHY, "--yes")).exit_code == 0
    assert canaries.FREE_TEXT in await shown(town.school, stays)
    for unknown in (uuid4(), told_of(stays.uuid)):
        missing = await stagepost(town, "erase", unknown, *WHY, "--yes")
        assert (missing.exit_code, missing.stderr) == (4, "stagepost: there is no such case\n")


@pytest.mark.parametrize("cut_at", ["destroy", "forget"])
async def test_an_erasure_that_was_cut_short_is_finished_by_the_next(cut_at, town: Town, monkeypatch):
    family = await sown_again(town)
    async with offices(town) as (store, office):
        erasing = Erasing(office, store.tombstones_of(AUTHORITY))

        async def cut(_: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(office.journal.eraser, cut_at, cut)
        with pytest.raises(ConnectionError):
            await erasing.erase(Wanted(family.uuid, "request_upheld", "okafor"))
    assert held(await shown(town.door("auditor", at=town.other), family)) == []
    again = await stagepost(town, "erase", family.uuid, *WHY, "--yes")
    assert again.exit_code == 0
    assert "decided before" in again.stdout
    async with town.api.journal() as journal:
        assert family.uuid in await journal.eraser.destroyed()


async def test_a_list_that_is_applied_to_a_store_that_is_served_counts_within_a_second(town: Town, tmp_path):
    family = await sown_again(town)
    here, there = town.door("auditor"), town.door("auditor", at=town.other)
    assert canaries.FREE_TEXT in await shown(here, family)
    assert canaries.FREE_TEXT in await shown(there, family)
    await asyncio.to_thread((tmp_path / f"{NEIGHBOUR}.tombstones").write_text, written({}, NEIGHBOUR))
    listed = written({family.uuid: "2026-11-30T00:00:00+00:00"}, AUTHORITY)
    await asyncio.to_thread((tmp_path / f"{AUTHORITY}.tombstones").write_text, listed)
    done = await stagepost(town, "tombstones", tmp_path, "--apply")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{AUTHORITY}: 1 keys on the list, 1 of them destroyed now" in done.stdout
    deadline = time.monotonic() + 1.0
    for door in (here, there):
        while held(await shown(door, family)) and time.monotonic() < deadline:
            continue
        assert held(await shown(door, family)) == []
    found = (await town.school.post("/v1/case-searches", {"q": canaries.LEARNER})).json()["items"]
    assert family.case_id not in [item["case_id"] for item in found]


async def test_who_is_linked_or_held_while_an_erasure_is_on_its_way_is_counted(town: Town, monkeypatch):
    one, other = await sown_again(town), await sown_again(town)
    aunt = {"name": "Late", "relationship": "aunt", "parental_responsibilities_and_rights": {"held": False}}
    hold = {"reason": "inquiry"}

    async def erased(family: Family, door: Door, path: str, body: object) -> tuple[str, PersonalDataKeyDestroyed]:
        """Erase, with something recorded between the look at the case and the decision; its id, and the fact."""
        async with offices(town) as (store, office):
            created: list[str] = []
            handle = office.cases.handle

            async def overtaken(order: Any) -> Any:
                if not created:
                    created.append((await door.done(f"{family.path}/{path}", body))["id"])
                return await handle(order)

            monkeypatch.setattr(office.cases, "handle", overtaken)
            erasing = Erasing(office, store.tombstones_of(AUTHORITY))
            done = await erasing.erase(Wanted(family.uuid, "request_upheld", "okafor"))
            return created[0], done.fact

    linked, fact = await erased(one, town.school, "carers", aunt)
    assert UUID(linked) in fact.key_ids
    with pytest.raises(CommandRefused):
        await erased(other, town.door("authority_admin"), "retention-holds", hold)
    assert canaries.FREE_TEXT in await shown(town.school, other)


async def test_every_process_lets_go_of_what_it_held_in_memory(town: Town):
    family = await sown_again(town)
    async with offices(town) as (_, office):
        forgetting = Forgetting(office)
        await forgetting.once()
        await office.histories.of(family.uuid)
        await office.folds.latest(family.uuid)
        await office.tellings.latest(told_of(family.uuid))
        assert office.folds.version_of(family.uuid) > 0
        assert (await stagepost(town, "erase", family.uuid, *WHY, "--yes")).exit_code == 0
        await forgetting.once()
        assert office.folds.version_of(family.uuid) == 0
        assert family.uuid not in office.histories._kept
        assert told_of(family.uuid).int not in office.tellings._held
        assert family.uuid.int not in office.journal._keys._known
