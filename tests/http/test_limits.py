"""A body is JSON with one meaning, small, flat, and here in time."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from case_api.http import strict_json
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import Idp

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}


async def put(client: httpx.AsyncClient, body: bytes | AsyncIterator[bytes], **headers: str) -> tuple[int, str | None]:
    answer = await client.put("/v1/anything", content=body, headers=JSON | headers)
    return answer.status_code, answer.json().get("code")


async def pieces(size: int) -> AsyncIterator[bytes]:
    yield b'"'
    for _ in range(size // 1000):
        yield b"x" * 1000
    yield b'"'


async def test_a_body_of_exactly_64_kib_is_taken(client: httpx.AsyncClient):
    assert await put(client, b'"' + b"x" * (65536 - 2) + b'"') == (200, None)


@pytest.mark.owasp("API4")
@pytest.mark.parametrize("size", [65537, 10_000_000])
async def test_a_larger_one_is_not(size: int, client: httpx.AsyncClient):
    assert await put(client, b'"' + b"x" * (size - 2) + b'"') == (413, "body-too-large")


@pytest.mark.owasp("API4")
async def test_nor_is_a_larger_one_that_does_not_announce_its_length(client: httpx.AsyncClient):
    assert await put(client, pieces(10_000)) == (200, None)
    assert await put(client, pieces(10_000_000)) == (413, "body-too-large")


@pytest.mark.owasp("API4")
async def test_what_is_announced_too_large_is_not_read(client: httpx.AsyncClient):
    assert await put(client, b"{}", **{"Content-Length": "99999999999"}) == (413, "body-too-large")


async def test_32_levels_are_enough(client: httpx.AsyncClient):
    assert await put(client, b"[" * 32 + b"]" * 32) == (200, None)
    assert await put(client, b"[" * 33 + b"]" * 33) == (400, "body-too-deep")
    assert await put(client, b'{"a":' * 33 + b"1" + b"}" * 33) == (400, "body-too-deep")


@pytest.mark.owasp("API4")
@pytest.mark.parametrize("depth", [1000, 30_000])
async def test_a_body_a_thousand_deep_is_refused_before_it_is_parsed(depth: int, client: httpx.AsyncClient):
    assert await put(client, b"[" * depth) == (400, "body-too-deep")


@pytest.mark.parametrize("body", [b'"[[[[[' + b"[" * 100 + b'"', b'["\\"' + b"{" * 100 + b'"]', rb'["\\"]'])
async def test_brackets_in_text_are_text(body: bytes, client: httpx.AsyncClient):
    assert await put(client, body) == (200, None)


UNREADABLE = {
    "nothing but a brace": b"{",
    "blank": b"   ",
    "two values": b"{} {}",
    "single quotes": b"{'a': 1}",
    "a comma too many": b"[1,]",
    "a comment": b"[1] // one",
    "NaN": b'{"a": NaN}',
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "a number beyond all numbers": b"[1e999]",
    "a whole number of 5,000 digits": b"1" * 5000,
    "a name twice": b'{"a": 1, "a": 2}',
    "a name twice, once escaped": b'{"a": 1, "\\u0061": 2}',
    "a name twice, deep inside": b'[{"b": {"a": 1, "a": 1}}]',
    "bytes that are not UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc0\x80"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "half a surrogate": b'"\\ud800"',
    "the other half": b'"\\uDC00 x"',
    "halves the wrong way round": b'"\\udc00\\ud800"',
    "half a surrogate in a name": b'{"\\ud800": 1}',
    "NUL": b'"\\u0000"',
    "NUL in a name": b'{"a\\u0000": 1}',
    "NUL after a backslash": b'"\\\\\\u0000"',
    "NUL unescaped": b'"\x00"',
    "a line break in text": b'"a\nb"',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_json_that_can_be_read_in_two_ways_or_none_is_refused(body: bytes, client: httpx.AsyncClient):
    assert await put(client, body) == (400, "unreadable-body")


READABLE = [
    *(b"{}", b"null", b"1", b'"\\ud83d\\ude00"', '"naïve 😀"'.encode(), b'"\\\\u0000"', b"1e308", b'{"a":{"a":1}}'),
]


@pytest.mark.parametrize("body", READABLE)
async def test_all_other_json_is_read(body: bytes, client: httpx.AsyncClient):
    assert await put(client, body) == (200, None)


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "application/jsonp", "application/xml", "application/json; charset=utf-16", "json", ""),
        *("multipart/form-data", "application/problem+json", "application/json, text/html"),
    ],
)
async def test_only_json_is_taken(content_type: str, client: httpx.AsyncClient):
    assert await put(client, b"{}", **{"Content-Type": content_type}) == (415, "unsupported-media-type")


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", "application/json; charset=UTF-8"])
async def test_json_may_be_named_in_each_way_it_has(content_type: str, client: httpx.AsyncClient):
    assert await put(client, b"{}", **{"Content-Type": content_type}) == (200, None)


@pytest.mark.owasp("API4")
async def test_a_compressed_body_is_not_unpacked(client: httpx.AsyncClient):
    assert await put(client, b"{}", **{"Content-Encoding": "gzip"}) == (415, "unsupported-media-type")


async def test_a_request_without_a_body_needs_no_type(client: httpx.AsyncClient):
    answer = await client.put("/v1/anything")
    assert (answer.status_code, answer.json()) == (200, {"bytes": 0})


@pytest.mark.owasp("API4")
@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 32_000,
        b'"' * 64_000,
        b"[" + b'"\\' * 32_000,
        b"\\" * 64_000,
        b'"' + b"\\\\" * 32_000 + b'\\u0000"',
        b"[]" * 32_000,
        b'{"\\u0061":' * 30,
    ],
)
def test_no_body_of_64_kib_takes_long_to_look_through(body: bytes):
    began = time.perf_counter()
    with pytest.raises((strict_json.UnreadableJson, strict_json.TooDeep)):
        strict_json.check(body)
    assert time.perf_counter() - began < 0.5


@pytest.mark.owasp("API4")
async def test_who_asks_too_often_is_told_when_to_come_back(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch), quota=3), token) as client:
        answers = [await client.get("/v1/me") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"principal";q=3;w=60'
        assert answers[0].headers["RateLimit"].startswith('"principal";r=2;t=')
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 20
        assert answers[3].json()["code"] == "too-many-requests"
        assert (await client.get("/livez")).status_code == 200
