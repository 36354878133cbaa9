"""The issuer's keys come and go, and the issuer itself too."""

import json

import anyio
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OctKey

from case_api.http import fetching
from case_api.http.jwks import Jwks, KeysUnavailable, usable_keys
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import GOOD, NEXT, OTHER, Idp, b64, claims, header, signed

pytestmark = pytest.mark.anyio


async def test_keys_are_fetched_once_and_kept(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch)), token) as client:
        for _ in range(20):
            assert (await client.get("/v1/me")).status_code == 200
    assert idp.asked == 1


async def test_many_who_come_at_once_cause_one_request(idp: Idp, watch: Watch):
    jwks = Jwks(idp.jwks, watch)
    async with anyio.create_task_group() as together:
        for _ in range(50):
            together.start_soon(jwks.key, "one")
    assert idp.asked == 1


async def test_a_new_key_is_known_with_its_first_token(idp: Idp, watch: Watch):
    jwks = Jwks(idp.jwks, watch)
    assert await jwks.key("two") is None
    idp.keys = (GOOD, NEXT)
    watch.wait(30)
    assert await jwks.key("two") is not None


@pytest.mark.owasp("API2")
async def test_a_flood_of_unknown_ids_asks_the_issuer_twice_a_minute(idp: Idp, watch: Watch):
    jwks = Jwks(idp.jwks, watch)
    for number in range(600):
        assert await jwks.key(f"unknown-{number}") is None
        watch.wait(0.1)
    assert idp.asked <= 2


@pytest.mark.owasp("API2")
async def test_a_retired_key_is_refused_five_minutes_later_even_for_a_known_token(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch)), token) as client:
        assert (await client.get("/v1/me")).status_code == 200
        idp.keys = (NEXT,)
        watch.wait(300)
        assert (await client.get("/v1/me")).status_code == 401


@pytest.mark.parametrize("since", [0, 1, 120, 239, 241])
async def test_whenever_a_key_leaves_the_set_it_is_refused_within_five_minutes_of_steady_calls(
    since: int, idp: Idp, watch: Watch
):
    token = signed(GOOD, header(), claims(watch, exp=int(watch.seconds) + 3600))
    async with calling(small_api(idp.tokens(watch)), token) as client:
        for _ in range(since + 1):
            assert (await client.get("/v1/me")).status_code == 200
            watch.wait(1)
        idp.keys, left = (NEXT,), watch.seconds
        while (await client.get("/v1/me")).status_code == 200:
            watch.wait(5)
            assert watch.seconds - left <= 300
        idp.keys = (GOOD, NEXT)
        watch.wait(300)
        assert (await client.get("/v1/me")).status_code == 200


async def test_a_flood_of_tokens_of_unknown_keys_asks_once_and_keeps_nobody_out(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch)), token) as client:
        assert (await client.get("/v1/me")).status_code == 200
        watch.wait(30)
        flood = [signed(GOOD, header(kid=f"unknown-{number}"), claims(watch)) for number in range(100)]
        answers: list[int] = []

        async def call(token: str) -> None:
            answers.append((await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code)

        async with anyio.create_task_group() as together:
            for each in (*flood, token):
                together.start_soon(call, each)
        assert sorted(answers) == [200, *[401] * 100]
        assert idp.asked == 2
        watch.wait(29)
        await call(flood[0])
        assert idp.asked == 2


@pytest.mark.owasp("API2")
async def test_a_key_replaced_under_its_id_no_longer_vouches(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch)), token) as client:
        assert (await client.get("/v1/me")).status_code == 200
        idp.keys = (OTHER,)
        watch.wait(300)
        assert (await client.get("/v1/me")).status_code == 401


async def test_during_an_outage_the_last_good_keys_do_for_an_hour_then_nobody_gets_in(idp: Idp, watch: Watch):
    app = small_api(idp.tokens(watch, longest_life=12 * 3600))
    long = signed(GOOD, header(), claims(watch, exp=int(watch.seconds) + 7200))
    async with calling(app, long) as client:
        assert (await client.get("/v1/me")).status_code == 200
        idp.away = True
        watch.wait(3599)
        assert (await client.get("/v1/me")).status_code == 200
        watch.wait(31)
        answer = await client.get("/v1/me")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "30"
        idp.away = False
        watch.wait(30)
        assert (await client.get("/v1/me")).status_code == 200


async def test_an_issuer_that_is_away_is_asked_twice_a_minute_at_most(idp: Idp, watch: Watch):
    idp.away = True
    jwks = Jwks(idp.jwks, watch)
    for _ in range(60):
        with pytest.raises(KeysUnavailable):
            await jwks.key("one")
        watch.wait(1)
    assert idp.asked <= 2


async def test_while_stale_keys_are_renewed_others_go_on_with_them(idp: Idp, watch: Watch):
    begun, go_on = anyio.Event(), anyio.Event()
    hanging = False

    async def slow() -> bytes:
        if hanging:
            begun.set()
            await go_on.wait()
        return await idp.jwks()

    jwks = Jwks(slow, watch)
    assert await jwks.key("one") is not None
    hanging = True
    watch.wait(300)
    async with anyio.create_task_group() as together:
        together.start_soon(jwks.key, "one")
        with anyio.fail_after(5):
            await begun.wait()
            assert await jwks.key("one") is not None
        go_on.set()


WEAK = rsa.generate_private_key(65537, 1024).public_key()
GOOD_ENTRY = GOOD.as_dict(private=False)


@pytest.mark.parametrize(
    "entry",
    [
        {**GOOD_ENTRY, "use": "enc"},
        {name: value for name, value in GOOD_ENTRY.items() if name != "kid"},
        {**GOOD_ENTRY, "kid": 1},
        {**GOOD_ENTRY, "x": "AAAA"},
        {**GOOD_ENTRY, "crv": "P-521"},
        GOOD.as_dict(private=True),
        OctKey.generate_key(256, {"kid": "s"}).as_dict(),
        ECKey.generate_key("secp256k1", {"kid": "k"}).as_dict(private=False),
        {"kty": "RSA", "kid": "r", "e": "AQAB", "n": b64(WEAK.public_numbers().n.to_bytes(128))},
        {"kty": "RSA", "kid": "r"},
        {},
        "key",
        None,
    ],
)
def test_a_key_that_should_not_be_used_is_passed_over(entry: object):
    assert list(usable_keys(json.dumps({"keys": [entry, {**GOOD_ENTRY, "kid": "kept"}]}).encode())) == ["kept"]


def test_the_first_of_two_keys_with_one_id_counts():
    two = [key.as_dict(private=False) for key in (GOOD, OTHER)]
    found = usable_keys(json.dumps({"keys": two}).encode())["one"]
    assert found.thumbprint() == GOOD.thumbprint()


@pytest.mark.owasp("API10")
@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"null", b"\xff", b'{"keys": []}', b'{"keys": 1}', b"[" * 5000]
)
def test_what_is_no_jwks_is_refused(document: bytes):
    with pytest.raises(ValueError):
        usable_keys(document)


@pytest.mark.owasp("API2")
@pytest.mark.owasp("API10")
async def test_a_broken_document_does_not_displace_good_keys(idp: Idp, watch: Watch):
    documents = [await idp.jwks(), b'{"keys": []}']

    async def changing() -> bytes:
        return documents.pop(0)

    jwks = Jwks(changing, watch)
    assert await jwks.key("one") is not None
    watch.wait(300)
    assert await jwks.key("one") is not None


def answering(answer: httpx.Response) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer), follow_redirects=False)


async def test_keys_are_fetched_by_http():
    async with answering(httpx.Response(200, content=b"{}")) as http:
        assert await fetching.from_url(http, "https://idp.example/jwks")() == b"{}"


@pytest.mark.owasp("API10")
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(404),
        httpx.Response(302, headers={"Location": "http://127.0.0.1/"}),
        httpx.Response(200, content=b"x" * (256 * 1024 + 1)),
    ],
)
async def test_an_odd_answer_is_an_outage(answer: httpx.Response):
    async with answering(answer) as http:
        with pytest.raises(fetching.SourceUnavailable):
            await fetching.from_url(http, "https://idp.example/jwks")()


@pytest.mark.owasp("API10")
async def test_an_issuer_that_refuses_the_connection_is_an_outage():
    async with fetching.client() as http:
        with pytest.raises(fetching.SourceUnavailable):
            await fetching.from_url(http, "http://127.0.0.1:9/jwks")()


async def test_a_missing_file_of_keys_is_an_outage(tmp_path):
    with pytest.raises(fetching.SourceUnavailable):
        await fetching.from_file(tmp_path / "none.json")()
