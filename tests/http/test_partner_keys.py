"""Whoever has a partner's key gets in by it and nobody else; whoever guesses is held up, and holds nobody else up."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from case_api.clock import SystemClock
from case_api.http.partner_keys import PartnerKeys, checksum, name_of, new_key
from case_api.key_files import authority_keys
from case_api.office import Offices
from case_api.packs import Packs
from case_api.settings import Settings
from case_api.store.archive import StoreSettings
from case_api.store.journal import StoreUnavailable
from tests.http.desk import BASE, Watch, small_api
from tests.http.idp import Idp
from tests.http.key_desk import KeyDesk
from tests.journeys.api import as_address

pytestmark = pytest.mark.anyio
POLICIES = Path(__file__).parents[2] / "policies"
MIS = ("--organisation", "burnside", "--role", "mis")
on_one_database = pytest.mark.parametrize("url", ["sqlite"])
"""For what no database can change."""


@dataclass
class Keyed:
    """A small API that takes keys of two authorities."""

    desk: KeyDesk
    offices: Offices
    watch: Watch
    idp: Idp

    @asynccontextmanager
    async def calling(self, key: str, address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        transport = httpx.ASGITransport(self.api, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
            yield client

    def __post_init__(self) -> None:
        keys = PartnerKeys(self.offices, ("moray", "fife"), SystemClock(), self.watch)
        self.api = small_api(self.idp.tokens(self.watch), keys=keys)

    async def asked(self, key: str, address: str = "192.0.2.7") -> httpx.Response:
        async with self.calling(key, address) as client:
            return await client.get("/v1/me")


@pytest.fixture
async def keyed(url: str, tmp_path: Path, idp: Idp) -> AsyncIterator[Keyed]:
    address = url if url == "sqlite" else as_address(url)
    settings = Settings(
        mode="test", var=tmp_path, database_url=address, authorities=("moray", "fife"), policies=POLICIES
    )
    store = StoreSettings(settings.database, tmp_path, authority_keys(settings).keys)
    offices = Offices(store, SystemClock(), Packs(POLICIES), settings)
    for name in settings.authorities:
        await offices.of(name)
    yield Keyed(KeyDesk(address, tmp_path, "moray", "fife"), offices, Watch(datetime.now(UTC).timestamp()), idp)
    await offices.close()


def wrong_ones(key: str) -> Iterator[str]:
    """Keys that are nearly right, each with a right checksum where it can have one."""
    start, _, _ = key.rpartition("_")
    name, other = start[8:16], new_key()[1]
    for body in (
        start[:-1] + ("0" if start[-1] != "0" else "1"),
        f"sp_live_{name}_{'0' * 64}",
        start.replace(name, "zzzzzzzz"),
        start.upper().replace("SP_LIVE_", "sp_live_"),
        f"sp_live_{name}_",
        f"sp_live_{name}_{sha256(key.encode()).hexdigest()}",
    ):
        yield f"{body}_{checksum(body)}"
    yield from (other, start, f"{start}_00000000", key[:-1], key + "0", key + "_", "sp_live_", f"sp_live_{name}")
    yield from (key.replace("sp_live_", "sp_test_"), key[8:], f"sp_live_{key}", "sp_live_\0", "sp_live_" + "a" * 20_000)


async def test_a_key_is_a_principal_of_its_scope(keyed: Keyed):
    key = await keyed.desk.new("burnside-mis", *MIS)
    answer = await keyed.asked(key)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["authority"], said["client"], said["roles"]) == ("moray", "burnside-mis", ["mis"])
    assert said["subject"] == "key:burnside-mis"


async def test_a_key_opens_its_own_authority_alone(keyed: Keyed):
    there = await keyed.desk.new("burnside-mis", *MIS, authority="fife")
    assert (await keyed.asked(there)).json()["authority"] == "fife"


@on_one_database
async def test_every_wrong_key_gets_the_answer_of_no_key_to_the_byte(keyed: Keyed):
    key = await keyed.desk.new("burnside-mis", *MIS)
    nothing = await keyed.asked("")
    for wrong in wrong_ones(key):
        answer = await keyed.asked(wrong)
        assert (answer.status_code, answer.content) == (401, nothing.content), wrong
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert len(answer.headers) == len(nothing.headers)
        keyed.watch.wait(60)
    assert (await keyed.asked(key)).status_code == 200


@on_one_database
async def test_after_ten_wrong_keys_from_one_address_it_has_to_wait_and_nobody_else(keyed: Keyed):
    key = await keyed.desk.new("burnside-mis", *MIS)
    answers = [await keyed.asked(new_key()[1], "203.0.113.9") for _ in range(12)]
    assert [each.status_code for each in answers] == [401] * 10 + [429] * 2
    assert answers[-1].json()["code"] == "too-many-requests"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 6
    assert (await keyed.asked(new_key()[1], "192.0.2.7")).status_code == 401
    assert (await keyed.asked(key, "203.0.113.9")).status_code == 200
    keyed.watch.wait(int(answers[-1].headers["Retry-After"]))
    assert (await keyed.asked(new_key()[1], "203.0.113.9")).status_code == 401


@on_one_database
async def test_wrong_keys_of_one_name_are_held_up_from_wherever_and_the_right_one_is_not(keyed: Keyed):
    key = await keyed.desk.new("burnside-mis", *MIS)
    wrong = next(wrong_ones(key))
    answers = [(await keyed.asked(wrong, f"192.0.2.{number}")).status_code for number in range(12)]
    assert answers == [401] * 10 + [429] * 2
    assert (await keyed.asked(key)).status_code == 200


@on_one_database
async def test_who_has_a_whole_network_of_ipv6_is_one_guesser(keyed: Keyed):
    answers = [(await keyed.asked(new_key()[1], f"2001:db8::{number:x}")).status_code for number in range(12)]
    assert answers == [401] * 10 + [429] * 2


@on_one_database
async def test_a_key_is_accepted_until_its_last_second(keyed: Keyed):
    key = await keyed.desk.new("burnside-mis", *MIS, "--days", "1")
    keyed.watch.wait(86_400 - 30)
    assert (await keyed.asked(key)).status_code == 200
    keyed.watch.wait(60)
    assert (await keyed.asked(key)).status_code == 401


FROM_WHERE = {
    "192.0.2.7": 200,
    "::ffff:192.0.2.7": 200,
    "2001:db8::1": 200,
    "192.0.3.7": 401,
    "2001:db9::1": 401,
    "": 401,
}


@on_one_database
async def test_a_key_of_a_network_is_accepted_from_there_alone(keyed: Keyed):
    key = await keyed.desk.new("burnside-mis", *MIS, "--network", "192.0.2.0/24", "--network", "2001:db8::/32")
    assert {address: (await keyed.asked(key, address)).status_code for address in FROM_WHERE} == FROM_WHERE


async def test_whoever_can_write_to_the_database_cannot_make_a_key(keyed: Keyed):
    """Its hash is keyed, and the key's scope is a fact: neither a plain hash nor a row of one's own serves."""
    key = await keyed.desk.new("burnside-mis", *MIS)
    mine = f"sp_live_{name_of(key)}_{'ab' * 32}"
    mine = f"{mine}_{checksum(mine)}"
    name, unheard_of = new_key()
    journal = (await keyed.offices.of("moray")).journal
    await journal.api_keys._database.write(
        ("UPDATE api_keys SET hash=? WHERE name=?", [(sha256(mine.encode()).digest(), name_of(key))])
    )
    await journal.api_keys.put(name, unheard_of)
    assert [(await keyed.asked(each)).status_code for each in (mine, unheard_of)] == [401, 401]


@on_one_database
async def test_without_the_store_nobody_is_let_in_by_a_key(keyed: Keyed, monkeypatch: pytest.MonkeyPatch):
    async def away(*_: object) -> None:
        raise StoreUnavailable("away")

    key = await keyed.desk.new("burnside-mis", *MIS)
    office = await keyed.offices.of("moray")
    for name in ("at", "latest"):
        monkeypatch.setattr(type(office.precedent), name, away)
    answer = await keyed.asked(key)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")


def test_a_new_key_holds_256_random_bits_and_shows_a_slip_of_the_pen():
    made = [new_key()[1] for _ in range(200)]
    assert len({key.split("_")[3] for key in made}) == len({name_of(key) for key in made}) == 200
    assert all(len(bytes.fromhex(key.split("_")[3])) == 32 for key in made)
    assert name_of(made[0][:-1] + ("0" if made[0][-1] != "0" else "1")) is None


UNFIT = {
    ("new", "x", "--organisation", "o", "--role", "carer"): (2, "roles"),
    ("new", "x y", "--organisation", "o", "--role", "mis"): (2, "client"),
    ("new", "x", "--organisation", "o", "--role", "mis", "--network", "here"): (2, "networks"),
    ("new", "x", "--organisation", "o", "--role", "agency"): (4, "names the services"),
    ("new", "x", "--organisation", "o", "--role", "agency", "--service", "nowhere"): (4, "nowhere"),
    ("revoke", "nothing0"): (4, "there is no such key"),
    ("revoke", "no such"): (2, "key"),
}


async def test_what_cannot_be_is_said_in_one_line_and_leaves_nothing(keyed: Keyed):
    for arguments, (code, said) in UNFIT.items():
        done = await keyed.desk.run(*arguments)
        assert (done.exit_code, done.stdout) == (code, ""), arguments
        assert done.stderr.startswith("stagepost: ")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    journal = (await keyed.offices.of("moray")).journal
    assert await journal.api_keys.last_used() == {}


@on_one_database
async def test_of_several_authorities_one_is_named(keyed: Keyed):
    done = await keyed.desk.run("list", authority="nowhere")
    assert (done.exit_code, done.stderr) == (2, "stagepost: say --authority, one of: moray, fife\n")
