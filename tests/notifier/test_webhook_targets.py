"""No webhook goes to this machine, its network or a cloud's metadata, however the address is written (OWASP API7)."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from notifier.calls import Calls
from notifier.channels.channel import CannotPrepare, Result
from notifier.channels.endpoint import Resolve, resolved
from notifier.channels.public_addresses import NOT_PUBLIC, closed_by, is_public
from notifier.channels.webhook import Webhook
from notifier.database import Database
from notifier.endpoints import GoneEndpoints
from notifier.outbox import Entry
from notifier.wire import Permit
from tests.notifier.servers import SECRET
from tests.notifier.wires import Listener, Wire, answering, certified, leading_to, listening, watched
from tests.webhook_targets import BY_ADDRESS, BY_FORM, written_out

pytestmark = pytest.mark.anyio

PUBLIC = "151.101.1.1"
NOWHERE = frozenset[str]()
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate, and is quickly made."""

Post = Callable[..., Awaitable[Result]]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """Post an event to a URL, as the deliverer does; what may not even be prepared ends as `never`."""
    database = await Database.open(None, tmp_path)
    made: list[Calls] = []

    async def post(
        url: str, wire: Wire, resolve: Resolve, allow: frozenset[str] = NOWHERE, trust: ssl.SSLContext = NOBODY
    ) -> Result:
        made.append(calls := watched(Calls(trust), wire))
        channel = Webhook(calls, {"service:slt": SecretStr(SECRET)}, allow, GoneEndpoints(database), resolve)
        try:
            parcel = await channel.prepare(an_entry(), Permit(permit="p", to=url, facts={"event": {"id": "1"}}))
        except CannotPrepare as refused:
            return Result("never", refused.code)
        return await parcel.call()

    yield post
    for calls in made:
        await calls.close()
    await database.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as listener:
        yield listener


def an_entry() -> Entry:
    return Entry(
        message_id=uuid4(),
        event_id=uuid4(),
        event_type="AssistanceRequested.v1",
        case_id=uuid4(),
        recipient="service:slt",
        role="service",
        template="event",
        channel="webhook",
        urgency=0,
    )


def test_there_are_enough_vectors():
    assert len(BY_FORM) + len(BY_ADDRESS) >= 120
    assert len({*BY_FORM.values(), *BY_ADDRESS.values()}) == len(BY_FORM) + len(BY_ADDRESS)


@pytest.mark.parametrize("url", BY_FORM.values(), ids=BY_FORM)
async def test_an_address_of_doubtful_form_is_not_connected_to(url: str, post: Post, listener: Listener):
    """Even where the resolver would say that it is public."""
    wire, (resolve, _) = Wire(), leading_to([PUBLIC])
    result = await post(url.replace("{port}", str(listener.port)), wire, resolve)
    assert (result.end, wire.begun, listener.reached) == ("never", [], 0)


@pytest.mark.parametrize("address", BY_ADDRESS.values(), ids=BY_ADDRESS)
async def test_an_address_that_is_not_public_is_not_connected_to(address: str, post: Post, listener: Listener):
    """Neither written out, nor behind a name, nor behind a name beside a public one."""
    wire = Wire(leads={address: listener.port})
    for url, answer in (
        (written_out(address), [PUBLIC]),
        ("https://slt.example/hooks", [address]),
        ("https://slt.example/hooks", [PUBLIC, address]),
        ("https://slt.example/hooks", [address, PUBLIC]),
    ):
        result = await post(url, wire, leading_to(answer)[0])
        assert (result.end, result.reason) == ("never", "endpoint_not_public")
    assert (wire.begun, listener.reached) == ([], 0)


@pytest.mark.parametrize("address", BY_ADDRESS.values(), ids=BY_ADDRESS)
async def test_a_name_that_leads_elsewhere_after_it_was_checked_gains_nothing(
    address: str, post: Post, listener: Listener
):
    """DNS rebinding: what was checked is what is connected to, and the name is not looked up again."""
    wire, (resolve, asked) = Wire(leads={address: listener.port}), leading_to([PUBLIC], [address])
    first = await post("https://slt.example/hooks", wire, resolve)
    assert (first.end, asked, wire.begun) == ("again", ["slt.example"], [(PUBLIC, 443)])

    second = await post("https://slt.example/hooks", wire, resolve)
    assert (second.reason, wire.begun, listener.reached) == ("endpoint_not_public", [(PUBLIC, 443)], 0)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_leads_nowhere(status: int, post: Post, listener: Listener, tmp_path: Path):
    shows, trusts = certified("slt.example", tmp_path)
    moved = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:{listener.port}/\r\nContent-Length: 0\r\n\r\n"
    async with answering(moved.encode(), shows) as server:
        wire = Wire(leads={PUBLIC: server.port})
        result = await post("https://slt.example/hooks", wire, leading_to([PUBLIC])[0], trust=trusts)
    assert (result.end, result.reason) == ("again", f"http_{status}")
    assert (wire.begun, listener.reached) == ([(PUBLIC, 443)], 0)


async def test_the_call_names_the_host_to_tls_and_to_the_server_and_connects_to_the_address(post: Post, tmp_path: Path):
    shows, trusts = certified("slt.example", tmp_path)
    async with answering(b"HTTP/1.1 204 Done\r\n\r\n", shows) as server:
        wire = Wire(leads={PUBLIC: server.port})
        result = await post("https://slt.example/hooks?from=us", wire, leading_to([PUBLIC])[0], trust=trusts)
    assert (result.end, wire.begun, server.names) == ("sent", [(PUBLIC, 443)], ["slt.example"])
    assert server.heads[0].startswith("POST /hooks?from=us HTTP/1.1\r\n")
    assert "Host: slt.example\r\n" in server.heads[0]


async def test_a_certificate_for_another_name_is_not_spoken_to(post: Post, tmp_path: Path):
    shows, trusts = certified("other.example", tmp_path)
    async with answering(b"HTTP/1.1 204 Done\r\n\r\n", shows) as server:
        wire = Wire(leads={PUBLIC: server.port})
        result = await post("https://slt.example/hooks", wire, leading_to([PUBLIC])[0], trust=trusts)
    assert (result.end, server.heads) == ("again", [])


@pytest.mark.parametrize(
    ("answer", "reason"),
    {
        "an endless body": (b"HTTP/1.1 500 No\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 2**20, "http_500"),
        "an endless head": (b"HTTP/1.1 500 No\r\n" + b"X: " + b"x" * 2**20, "no_answer"),
        "no HTTP": (b"\x00" * 4096, "no_answer"),
    }.values(),
)
async def test_an_answer_beyond_all_size_is_not_read(answer: bytes, reason: str, post: Post, tmp_path: Path):
    shows, trusts = certified("slt.example", tmp_path)
    async with answering(answer, shows) as server:
        wire = Wire(leads={PUBLIC: server.port})
        result = await post("https://slt.example/hooks", wire, leading_to([PUBLIC])[0], trust=trusts)
    assert (result.end, result.reason) == ("again", reason)


async def test_this_machine_is_called_only_where_the_operator_named_it(post: Post, listener: Listener):
    url, (resolve, _) = f"http://127.0.0.1:{listener.port}/", leading_to([])
    assert (await post(url, Wire(), resolve, frozenset({"127.0.0.1:1", "localhost"}))).end == "never"
    assert listener.reached == 0
    assert (await post(url, Wire(), resolve, frozenset({"127.0.0.1"}))).end == "again"
    assert listener.reached == 1


async def test_the_systems_resolver_knows_this_machine_and_it_is_closed(post: Post):
    wire = Wire()
    assert "127.0.0.1" in await resolved("localhost", 443)
    assert (await post("https://127.0.0.1/", wire, resolved)).reason == "endpoint_not_public"
    assert wire.begun == []


@pytest.mark.parametrize(
    "url",
    [
        "https://slt.example",
        "https://slt.example/",
        "https://slt.example:443/hooks",
        "https://SLT.Example/Hooks?of=us&to=them",
        "https://xn--strae-oqa.example/hooks",
        "https://a-b.c3.example/%20/~hooks;v=1",
        f"https://{PUBLIC}/hooks",
    ],
)
async def test_a_public_address_is_connected_to(url: str, post: Post):
    wire = Wire()
    await post(url, wire, leading_to([PUBLIC])[0])
    assert wire.begun == [(PUBLIC, 443)]


@pytest.mark.parametrize("row", NOT_PUBLIC, ids=lambda row: str(row.network))
def test_every_network_of_the_table_is_closed_to_its_edges_and_says_why(row):
    for address in (row.network[0], row.network[-1]):
        found = closed_by(address)
        assert found is not None
        assert not is_public(str(address))
    assert row.name
    assert row.source


SPECIAL = """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32 224.0.0.0/4
::1/128 ::/128 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:2::/48
2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 ff00::/8"""


@pytest.mark.parametrize("network", SPECIAL.split())
def test_every_network_of_the_registries_is_closed(network: str):
    """IANA's registries of special-purpose addresses, with multicast; mapped addresses by what is inside."""
    ends = ip_network(network)
    inner = {"::ffff:0:0/96": ["::ffff:127.0.0.1", "::ffff:10.1.2.3"]}.get(network, [str(ends[0]), str(ends[-1])])
    assert [address for address in inner if is_public(address)] == []


@pytest.mark.parametrize("address", ["1.1.1.1", "9.255.255.255", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_the_internet_is_open(address: str):
    assert is_public(address)
    assert closed_by(ip_address(address)) is None
