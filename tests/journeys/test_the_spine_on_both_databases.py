"""From a request to the family's letter and the service's webhook, with three real processes, on each database."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import httpx
import pytest

from case_api.http.issuer import LocalIssuer
from case_api.settings import Settings
from demo import programs
from demo.files import write_private
from demo.ports import Ports
from demo.processes import Household
from demo.programs import Site
from demo.tokens import AUTHORITY
from tests import postgres
from tests.journeys.api import as_address, free_port
from tests.journeys.demo_process import until
from tests.journeys.family import REQUEST, SERVICE, Family, agreed, register
from tests.journeys.spine import Town, arrived_about, later_copies

pytestmark = pytest.mark.anyio
ANNA = "anna@home.example"
PIOTR = "piotr@home.example"
BARE = {name: REQUEST[name] for name in ("route", "service", "purpose", "categories", "need_refs")}
HARDLY_BEGUN = 3
MANY = 25


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp(f"spine-{request.param}") / "var"
    ports = Ports(free_port(), free_port(), free_port(), free_port())
    if request.param == "sqlite":
        yield Site(var, ports, "test")
        return
    server = request.getfixturevalue("postgres_server")
    with ExitStack() as stack:
        cases, messages = (stack.enter_context(postgres.database(server.dsn)) for _ in range(2))
        yield Site(var, ports, "test", as_address(cases), as_address(messages))


@pytest.fixture(scope="module")
async def town(site: Site) -> AsyncIterator[Town]:
    issuer = LocalIssuer(Settings(mode="test", var=site.var, authorities=(AUTHORITY,)))
    write_private(site.notifier_token, issuer.mint("notifier", authority=AUTHORITY, roles=("notifier",)))
    programs.make_webhook_secrets(site)
    with Household(site.var / "logs") as household:
        household.start(programs.case_api(site), programs.capture(site))
        household.start(programs.notifier(site))
        async with httpx.AsyncClient(base_url=site.case_api, timeout=30.0) as http:
            town = Town(site, household, http, issuer)
            listed = {**SERVICE, "webhook_url": f"{site.mail}/hooks/slt"}
            await town.door("authority_admin").done("/v1/directory/services", listed)
            yield town


async def test_without_agreement_a_request_names_every_rule_and_person_and_changes_nothing(town: Town):
    family = await reachable(await register(town.school), town)
    before, cursor = (await town.school.get(family.path)).headers["ETag"], await end_of_feed(town)
    refused = await town.school.post(family.requests, BARE)
    problem = refused.json()
    assert (refused.status_code, problem["rule_id"]) == (409, "I1")
    assert {one["rule_id"] for one in problem["refusals"]} == {"I1", "I2", "I10", "I12"}
    assert {one["person"] for one in problem["missing"] if "person" in one} == {
        family.anna,
        family.piotr,
        family.learner,
    }
    assert (await town.school.get(family.path, headers={"If-None-Match": before})).status_code == 304
    assert (await town.school.seen(f"/v1/events?after={cursor}"))["items"] == []


async def test_once_all_agree_the_service_and_both_parents_hear_of_the_request(town: Town):
    family = await reachable(await agreed(town.school), town)
    asked = await town.school.done(family.requests, REQUEST)
    until(lambda: bool(town.hooks("AssistanceRequested.v1", family.case_id)) and town.is_idle())
    [hook] = town.hooks("AssistanceRequested.v1", family.case_id)
    assert (hook["to"], hook["verified"]) == ("service:slt", True)
    assert asked["id"] in hook["body"]
    letters = [one for one in arrived_about(town, family, "assistance-requested") if one["kind"] == "mail"]
    assert {letter["to"]: letter["language"] for letter in letters} == {ANNA: "pl", PIOTR: "en"}
    assert "Dzień dobry" in next(letter["body"] for letter in letters if letter["to"] == ANNA)


async def test_a_notifier_killed_in_the_middle_sends_every_message_and_marks_what_may_be_double(town: Town):
    family = await reachable(await register(town.school), town)
    until(town.is_idle)
    town.kill_notifier()
    measure = {"strategy_code": "visual_timetable"}
    for _ in range(MANY):
        await town.school.done(f"{family.path}/supports", measure)
    known = len(town.arrived())
    town.start_notifier()
    until(lambda: len(town.arrived()) >= known + HARDLY_BEGUN)
    town.kill_notifier()
    town.let_leases_run_out()
    town.start_notifier()
    until(lambda: len(town.deliveries(family.case_id)) == 2 * MANY and town.is_idle_in_time())
    assert {row["state"] for row in town.deliveries(family.case_id)} == {"sent"}
    arrived = arrived_about(town, family, "support-started")
    assert len(Counter(one["message_id"] for one in arrived)) == 2 * MANY
    assert all(one["possible_duplicate"] for one in later_copies(arrived))


async def test_a_withdrawal_pauses_what_the_service_does_and_tells_it_so(town: Town):
    family = await reachable(await agreed(town.school), town)
    request = f"{family.requests}/{(await town.school.done(family.requests, REQUEST))['id']}"
    accepted = {"kind": "accept", "input_kind": "consultation", "practitioner": "A therapist"}
    await town.slt.done(f"{request}/updates", {"kind": "acknowledge", "received_by": "The desk"})
    await town.slt.done(f"{request}/updates", accepted)
    assert await state_of(town, family) == "accepted"

    assert (await family.withdraw(town.school, family.anna)).status_code == 201
    until(lambda: bool(town.hooks("InvolvementPaused.v1", family.case_id)))
    [hook] = town.hooks("InvolvementPaused.v1", family.case_id)
    assert (hook["to"], hook["verified"]) == ("service:slt", True)
    assert await state_of(town, family) == "on_hold"
    worked = {"kind": "input", "input_kind": "consultation", "place": "school", "summary": "Talked with the teacher."}
    refused = await town.slt.post(f"{request}/updates", worked)
    assert (refused.status_code, refused.json()["rule_id"]) == (409, "I29")
    assert (await town.slt.post(f"{request}/updates", {"kind": "acknowledge_pause"})).status_code == 201


async def reachable(family: Family, town: Town) -> Family:
    """Both parents give an address; Anna reads Polish, Piotr a language that no letter is written in yet."""
    for person, address, language in ((family.anna, ANNA, "pl"), (family.piotr, PIOTR, "gd")):
        channels = [{"channel": "email", "address": address}]
        body = {"person_id": person, "channels": channels, "language": language}
        seen = (await town.school.get(family.path)).headers["ETag"]
        await town.school.done(f"{family.path}/contact-preferences", body, headers={"If-Match": seen})
    return family


async def end_of_feed(town: Town) -> str:
    """The cursor after all there is."""
    page = await town.school.seen("/v1/events?limit=500")
    while page["items"]:
        page = await town.school.seen(f"/v1/events?limit=500&after={page['next']}")
    cursor: str = page["next"]
    return cursor


async def state_of(town: Town, family: Family) -> str:
    [agency] = (await town.school.seen(f"{family.path}/agencies"))["items"]
    state: str = agency["state"]
    return state
