"""Webhooks to partner services."""

import socket

import pytest
from pydantic import SecretStr

from notifier.channels.channel import CannotPrepare
from notifier.channels.endpoint import AddressUnknown, Endpoint, read_endpoint, safe_address
from notifier.channels.public_addresses import is_public
from notifier.channels.webhook import Webhook
from notifier.endpoints import GoneEndpoints
from tests.notifier.fake_case_api import service
from tests.notifier.servers import SECRET
from tests.notifier.world import World

pytestmark = pytest.mark.anyio


async def test_a_service_gets_the_event_signed_by_standard_webhooks(world: World):
    partner = service()
    world.gives(partner)
    event = world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()

    (hook,) = world.hooks.hooks
    (row,) = await world.rows()
    assert hook.headers["webhook-id"] == str(row.message_id)
    assert hook.headers["content-type"] == "application/cloudevents+json"
    assert (hook.event["id"], hook.event["type"]) == (event, "AssistanceRequested.v1")
    assert world.outcomes() == [("sent", None)]


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
async def test_any_other_answer_is_tried_again(world: World, status: int):
    partner = service()
    world.gives(partner)
    world.hooks.answers.append((status, {"location": "http://127.0.0.1:9/"}))
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()
    assert [(row.state, row.reason) for row in await world.rows()] == [("queued", f"http_{status}")]

    world.clock.advance(seconds=6)
    await world.work()
    assert len(world.hooks.hooks) == 1


async def test_a_service_that_asks_for_time_gets_it(world: World):
    partner = service()
    world.gives(partner)
    world.hooks.answers.append((429, {"retry-after": "3600"}))
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()
    world.clock.advance(minutes=59)
    await world.work()
    assert world.hooks.calls == 1

    world.clock.advance(minutes=2)
    await world.work()
    assert len(world.hooks.hooks) == 1


@pytest.mark.owasp("API10")
async def test_a_wish_that_no_clock_can_show_leaves_the_planned_wait(world: World):
    partner = service()
    world.gives(partner)
    world.hooks.answers.append((503, {"retry-after": "1 Jan 999999999999999999999999 00:00:00 GMT"}))
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()
    assert [(row.state, row.reason, row.attempts) for row in await world.rows()] == [("queued", "http_503", 1)]

    world.clock.advance(seconds=6)
    await world.work()
    assert len(world.hooks.hooks) == 1


async def test_an_endpoint_that_is_gone_is_not_called_again_until_it_moves(world: World):
    partner = service()
    who = world.gives(partner)
    world.hooks.answers.append((410, {}))
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()
    world.case_api.happens("AssistanceWithdrawn.v1", partner)
    await world.work()
    assert world.hooks.calls == 1
    assert world.outcomes() == [("unreachable", "http_410"), ("unreachable", "endpoint_gone")]

    world.case_api.addresses[who] += "-new"
    world.case_api.happens("InvolvementPaused.v1", partner)
    await world.work()
    assert [hook.event["type"] for hook in world.hooks.hooks] == ["InvolvementPaused.v1"]


async def test_a_service_without_a_signing_secret_is_a_task_for_a_person(world: World):
    partner = service("physio")
    world.gives(partner)
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()
    assert world.outcomes() == [("unreachable", "no_signing_secret")]


@pytest.mark.owasp("API7")
async def test_without_the_allow_list_this_machine_is_never_called(world: World):
    secrets = {"service:slt": SecretStr(SECRET)}
    world.channels["webhook"] = Webhook(world.calls, secrets, frozenset(), GoneEndpoints(world.database))
    partner = service()
    who = world.gives(partner)
    world.case_api.happens("AssistanceRequested.v1", partner)
    world.case_api.addresses[who] = world.hooks_url.replace("http:", "https:")
    await world.work()
    world.case_api.addresses[who] = "https://127.0.0.1/hooks/slt"
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()

    assert world.hooks.calls == 0
    assert world.outcomes() == [("unreachable", "endpoint_not_https"), ("unreachable", "endpoint_not_public")]


@pytest.mark.owasp("API7")
@pytest.mark.parametrize(
    "url",
    [
        "http://slt.example/",
        "https://slt.example:8443/",
        "https://user:word@slt.example/",
        "https://slt.example#@127.0.0.1/",
        "https://slt.example\\@127.0.0.1/",
        "https://[::1",
        "https:///hooks",
        "https://slt.example:99999/",
        "https://ⓢlt.example/",
        "ftp://slt.example/",
        "file:///etc/hosts",
        "slt.example",
        "",
    ],
)
def test_a_doubtful_url_is_refused_by_its_form(url: str):
    with pytest.raises(CannotPrepare):
        read_endpoint(url, frozenset())


@pytest.mark.owasp("API7")
@pytest.mark.parametrize(
    "address",
    """0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
    192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1
    2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
    0x7f.1 2130706433 0177.0.0.1 localhost""".split(),  # noqa: SIM905 - reads as what it is, a list of addresses
)
def test_an_address_that_is_not_public_is_known_as_such(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "151.101.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_a_public_address_is_known_as_such(address: str):
    assert is_public(address)


@pytest.mark.owasp("API7")
async def test_one_address_that_is_not_public_spoils_the_name():
    async def both(_host: str, _port: int) -> list[str]:
        return ["1.1.1.1", "10.0.0.1"]

    with pytest.raises(CannotPrepare, match="endpoint_not_public"):
        await safe_address(Endpoint("https://a.example/", "a.example", 443, allowed=False), both)


async def test_a_name_that_does_not_resolve_may_do_so_later():
    async def nowhere(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(AddressUnknown):
        await safe_address(Endpoint("https://a.example/", "a.example", 443, allowed=False), nowhere)


async def test_a_service_whose_name_does_not_resolve_is_tried_again(world: World):
    async def nowhere(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    secrets, gone = {"service:slt": SecretStr(SECRET)}, GoneEndpoints(world.database)
    world.channels["webhook"] = Webhook(world.calls, secrets, frozenset(), gone, nowhere)
    partner = service()
    world.case_api.addresses[world.gives(partner)] = "https://slt.example/hooks"
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()

    assert [(row.state, row.reason) for row in await world.rows()] == [("queued", "endpoint_unresolved")]


@pytest.mark.owasp("API7")
async def test_the_call_goes_to_the_address_that_was_checked(world: World):
    """Even if the name were to resolve to something else a moment later."""

    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    secrets, gone = {"service:slt": SecretStr(SECRET)}, GoneEndpoints(world.database)
    world.channels["webhook"] = Webhook(world.calls, secrets, frozenset({"slt.invalid"}), gone, here)
    partner = service()
    who = world.gives(partner)
    world.case_api.addresses[who] = world.case_api.addresses[who].replace("127.0.0.1", "slt.invalid")
    world.case_api.happens("AssistanceRequested.v1", partner)
    await world.work()

    (hook,) = world.hooks.hooks
    assert hook.headers["host"].startswith("slt.invalid:")
