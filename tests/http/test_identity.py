"""Nobody gets in with a token that is not theirs, and no answer says what was wrong with it."""

import asyncio

import pytest
from joserfc.jwk import ECKey, OKPKey

from case_api.access.principal import Principal
from case_api.http import identity
from case_api.http.jwks import Jwks
from case_api.http.tokens import Tokens, TrustedIssuer
from case_api.settings import Issuer
from tests.http.desk import Watch, calling, small_api
from tests.http.forged_tokens import CASE, FORGERIES, Forgery, headed, later, saying
from tests.http.idp import ED, GOOD, RSA, Idp, claims, header, signed

pytestmark = pytest.mark.anyio

OF_EACH_REQUEST = {"x-request-id", "traceparent"}


@pytest.mark.owasp("API2")
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_or_misaimed_token_is_refused_in_the_same_words(forgery: Forgery, idp: Idp, watch: Watch):
    await refused_as_nobody(idp, watch, [("Authorization", f"Bearer {forgery(watch)}")])


@pytest.mark.owasp("API2")
@pytest.mark.parametrize("scheme", ["Basic", "DPoP", "Bearer:", "", "Token"])
async def test_another_scheme_is_refused_in_the_same_words(scheme: str, idp: Idp, watch: Watch, token: str):
    await refused_as_nobody(idp, watch, [("Authorization", f"{scheme} {token}")])


@pytest.mark.owasp("API2")
@pytest.mark.parametrize("first", ["Bearer {}", "Basic eDp4", "Bearer x", ""])
async def test_two_fields_are_refused_in_the_same_words(first: str, idp: Idp, watch: Watch, token: str):
    await refused_as_nobody(idp, watch, [("Authorization", first.format(token)), ("Authorization", f"Bearer {token}")])


async def refused_as_nobody(idp: Idp, watch: Watch, fields: list[tuple[str, str]]) -> None:
    """The answer is the one to a request without a token, to the byte, but for the number of the request."""
    async with calling(small_api(idp.tokens(watch))) as client:
        nothing = await client.get("/v1/me")
        answer = await client.get("/v1/me", headers=fields)
    assert (answer.status_code, answer.content) == (401, nothing.content)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    shown = [
        [field for field in each.headers.raw if field[0].decode() not in OF_EACH_REQUEST] for each in (answer, nothing)
    ]
    assert shown[0] == shown[1]


@pytest.mark.owasp("API2")
async def test_an_issuer_speaks_for_its_own_authorities_and_with_its_own_keys(watch: Watch):
    """Of two issuers with keys of the same id neither can say what the other may, nor sign in its name."""
    here, there = Idp(GOOD), Idp(ECKey.generate_key("P-256", {"kid": "one"}))
    trusted = [
        trusting("https://idp.example", here, "burgh", watch),
        trusting("https://idp.shire", there, "shire", watch),
    ]
    tokens = Tokens(trusted, 3600, watch)
    for key, issuer, authority, status in (
        (here.keys[0], "https://idp.example", "burgh", 200),
        (there.keys[0], "https://idp.shire", "shire", 200),
        (here.keys[0], "https://idp.example", "shire", 401),
        (there.keys[0], "https://idp.shire", "burgh", 401),
        (there.keys[0], "https://idp.example", "burgh", 401),
        (here.keys[0], "https://idp.shire", "shire", 401),
    ):
        token = signed(key, header(), claims(watch, iss=issuer, authority=authority))
        async with calling(small_api(tokens), token) as client:
            assert (await client.get("/v1/me")).status_code == status


def trusting(name: str, idp: Idp, authority: str, watch: Watch) -> TrustedIssuer:
    issuer = Issuer(issuer=name, algorithms=frozenset({"ES256"}), jwks_url=f"{name}/jwks")
    return TrustedIssuer(issuer, Jwks(idp.jwks, watch), frozenset({authority}))


@pytest.mark.owasp("API2")
async def test_a_token_in_the_query_is_not_looked_at(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch))) as client:
        assert (await client.get("/v1/me", params={"access_token": token})).status_code == 401


@pytest.mark.parametrize(
    "good",
    {
        "ES256": headed(),
        "RS256": headed(RSA, alg="RS256", kid="rsa"),
        "EdDSA": headed(ED, alg="EdDSA", kid="ed"),
        "typ in capitals": headed(typ="AT+JWT"),
        "typ in full": headed(typ="application/at+jwt"),
        "a fingerprint of a certificate": headed(x5t="abc"),
        "an address of keys, which is not looked at": headed(jku="https://attacker.example/jwks"),
        "a header field that nobody knows": headed(colour="blue"),
        "one of several audiences": saying(aud=["payroll", "stagepost"]),
        "azp for client_id": saying(client_id=None, azp="school-app"),
        "expired within leeway": later(iat=-600, exp=-29),
        "issued within leeway": later(iat=29),
        "a role of somebody else beside ours": saying(roles=["teacher", "root"]),
        "fractions of seconds": lambda watch: signed(GOOD, header(), claims(watch, exp=watch.seconds + 0.5)),
    }.values(),
)
async def test_a_good_token_is_accepted(good: Forgery, idp: Idp, watch: Watch):
    async with calling(small_api(idp.tokens(watch)), good(watch)) as client:
        answer = await client.get("/v1/me")
    assert answer.status_code == 200
    assert (answer.json()["subject"], answer.json()["authority"]) == ("staff-1", "burgh")
    assert (answer.json()["client"], answer.json()["roles"]) == ("school-app", ["teacher"])


async def test_an_algorithm_is_accepted_only_from_an_issuer_that_uses_it(idp: Idp, watch: Watch):
    rs256 = signed(RSA, header(alg="RS256", kid="rsa"), claims(watch))
    async with calling(small_api(idp.tokens(watch, algorithms="ES256")), rs256) as client:
        assert (await client.get("/v1/me")).status_code == 401


async def test_a_carers_token_carries_their_case(idp: Idp, watch: Watch):
    carer = signed(GOOD, header(), claims(watch, roles=["carer"], person=CASE, case=CASE))
    async with calling(small_api(idp.tokens(watch)), carer) as client:
        assert (await client.get("/v1/me")).json()["case"] == CASE


async def test_a_token_that_was_accepted_expires_all_the_same(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch)), token) as client:
        assert (await client.get("/v1/me")).status_code == 200
        watch.wait(629)
        assert (await client.get("/v1/me")).status_code == 200
        watch.wait(1)
        assert (await client.get("/v1/me")).status_code == 401


async def test_a_token_that_many_show_at_once_is_verified_once(
    idp: Idp, watch: Watch, token: str, monkeypatch: pytest.MonkeyPatch
):
    """While it is asked whether somebody was signed out, others come with the same token."""

    async def nobody_was_signed_out(_who: Principal, _issued: float) -> bool:
        await asyncio.sleep(0)
        return False

    tokens = Tokens([trusting("https://idp.example", idp, "burgh", watch)], 3600, watch, nobody_was_signed_out)
    asks = await tokens.principal(token)
    monkeypatch.setattr("case_api.http.tokens.jws.validate_compact", lambda *_, **__: pytest.fail("verified again"))
    assert await asyncio.gather(*[tokens.principal(token) for _ in range(8)]) == [asks] * 8


async def test_the_demo_may_mint_tokens_for_half_a_day(idp: Idp, watch: Watch):
    long = signed(GOOD, header(), claims(watch, exp=int(watch.seconds) + 12 * 3600))
    async with calling(small_api(idp.tokens(watch, longest_life=12 * 3600)), long) as client:
        assert (await client.get("/v1/me")).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/version", "/openapi.json", "/problems/not-found"])
async def test_public_paths_need_no_token(path: str, idp: Idp, watch: Watch):
    async with calling(small_api(idp.tokens(watch))) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.owasp("API9")
@pytest.mark.parametrize(
    "path",
    [
        "/v1/me",
        "/livez/",
        "/livezz",
        "/problems",
        "/v1/problems/x",
        "//livez",
        "/LIVEZ",
        "/problems%2f../v1/me",
    ],
)
async def test_all_other_paths_need_one_whether_they_exist_or_not(path: str, idp: Idp, watch: Watch):
    async with calling(small_api(idp.tokens(watch))) as client:
        answer = await client.get(path)
    assert answer.status_code in {401, 404}
    assert b"subject" not in answer.content


@pytest.mark.owasp("API2")
async def test_without_a_token_a_broken_body_is_not_looked_at(idp: Idp, watch: Watch):
    async with calling(small_api(idp.tokens(watch))) as client:
        answer = await client.post(f"/v1/cases/{CASE}/concerns", content=b'{"broken', headers={"Content-Type": "x"})
    assert answer.status_code == 401


async def test_ed25519_keys_of_another_curve_are_not_taken(watch: Watch):
    ed448 = OKPKey.generate_key("Ed448", {"kid": "ed"})
    idp = Idp(GOOD, ed448)
    forged = signed(ed448, header(alg="EdDSA", kid="ed"), claims(watch))
    async with calling(small_api(idp.tokens(watch)), forged) as client:
        assert (await client.get("/v1/me")).status_code == 401


@pytest.mark.owasp("API2")
async def test_whoever_shows_wrong_tokens_is_slowed_and_nobody_is_locked_out(
    idp: Idp, watch: Watch, token: str, monkeypatch
):
    monkeypatch.setattr(identity, "WRONG_A_MINUTE", 3)
    async with calling(small_api(idp.tokens(watch))) as client:

        async def status(*credential: str) -> int:
            fields = {"Authorization": f"Bearer {credential[0]}"} if credential else {}
            answer = await client.get("/v1/me", headers=fields)
            assert (answer.status_code == 429) == ("Retry-After" in answer.headers)
            return answer.status_code

        assert [await status(f"wrong.{number}.x") for number in range(5)] == [401, 401, 401, 429, 429]
        assert await status(token) == 200, "a right one is let in all the same"
        assert await status() == 401, "who shows none has tried nothing"
