"""A command comes with a key, or it is a dry run."""

import httpx
import pytest

from tests.http.desk import Watch, calling, small_api
from tests.http.idp import Idp

pytestmark = pytest.mark.anyio

CONCERNS = "/v1/cases/4b0f4b64-6b0b-4a53-8d3e-31c2a9a2e111/concerns"


async def raised(client: httpx.AsyncClient, *keys: str, query: str = "") -> httpx.Response:
    headers = [("Idempotency-Key", key) for key in keys]
    return await client.post(CONCERNS + query, json={"note": "x"}, headers=headers)


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        *(("abc", "abc"), ('"abc"', "abc"), (r'"a\"b\\c"', r"a\"b\\c".replace("\\\\", "\\").replace('\\"', '"'))),
        *(("7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa", "7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa"), ("!", "!")),
        *(("x" * 128, "x" * 128), (f'"{"x" * 128}"', "x" * 128), (" abc ", "abc")),
    ],
)
async def test_a_key_may_stand_in_quotes_or_bare(sent: str, key: str, client: httpx.AsyncClient):
    answer = await raised(client, sent)
    assert (answer.status_code, answer.json()["key"]) == (201, key)


@pytest.mark.parametrize(
    "sent", ["", '""', '"', "a b", '"a b"', "x" * 129, f'"{"x" * 129}"', 'a"b', r'"a\b"', '"a"b', "a\tb", "é"]
)
async def test_a_key_that_cannot_be_read_is_refused(sent: str, client: httpx.AsyncClient):
    answer = await client.post(CONCERNS, json={"note": "x"}, headers=[(b"Idempotency-Key", sent.encode("latin-1"))])
    assert answer.status_code == 400
    assert answer.json()["code"] in {"idempotency-key-unreadable", "invalid-request"}


async def test_without_a_key_nothing_is_recorded(client: httpx.AsyncClient):
    answer = await raised(client)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_two_keys_are_none(client: httpx.AsyncClient):
    assert (await raised(client, "a", "b")).json()["code"] == "idempotency-key-unreadable"


async def test_a_dry_run_reads_no_key(client: httpx.AsyncClient):
    assert (await raised(client, query="?dry_run=true")).json()["key"] is None
    assert (await raised(client, "a", query="?dry_run=true")).json()["key"] is None
    assert (await raised(client, "a", query="?dry_run=false")).json()["key"] == "a"


async def test_the_document_tells_of_the_key(idp: Idp, watch: Watch):
    async with calling(small_api(idp.tokens(watch))) as client:
        document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/cases/{case_id}/concerns"]["post"]
    told = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert told["Idempotency-Key"]["in"] == "header"
    assert told["dry_run"]["in"] == "query"
    assert operation["security"]
