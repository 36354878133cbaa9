"""Nobody gets in with a token that is not theirs, and no answer says what was wrong with it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey

from tests.http.desk import Watch, calling, small_api
from tests.http.idp import (
    ED,
    GOOD,
    NEXT,
    OTHER,
    RSA,
    Idp,
    b64,
    claims,
    header,
    raw,
    signed,
    signed_with_public_key,
)

pytestmark = pytest.mark.anyio

CASE = "4b0f4b64-6b0b-4a53-8d3e-31c2a9a2e111"
FOREIGN = ECKey.generate_key("P-256", {"kid": "mine"})
P384 = ECKey.generate_key("P-384", {"kid": "one"})

Forgery = Callable[[Watch], str]


def saying(**changed: Any) -> Forgery:
    """Signed by the true key, but with other claims."""
    return lambda watch: signed(GOOD, header(), claims(watch, **changed))


def later(**seconds: float) -> Forgery:
    """Signed by the true key, with times that many seconds from now."""
    return lambda watch: signed(
        GOOD, header(), claims(watch, **{name: int(watch.seconds + by) for name, by in seconds.items()})
    )


def headed(key: Any = GOOD, **changed: Any) -> Forgery:
    """The right claims under another header."""
    return lambda watch: signed(key, header(**changed), claims(watch))


def keyed_alike(alg: str) -> Forgery:
    return lambda watch: signed_with_public_key(alg, header(alg=alg), claims(watch))


def tampered(part: int, change: Callable[[str], str]) -> Forgery:
    def forge(watch: Watch) -> str:
        parts = signed(GOOD, header(), claims(watch)).split(".")
        parts[part] = change(parts[part])
        return ".".join(parts)

    return forge


def unsigned(**changed: Any) -> Forgery:
    return lambda watch: raw(header(**changed), claims(watch), b"")


def swapped_payload(watch: Watch) -> str:
    head, _, signature = signed(GOOD, header(), claims(watch)).split(".")
    return f"{head}.{b64(json.dumps(claims(watch, roles=['authority_admin'])).encode())}.{signature}"


FORGERIES: dict[str, Forgery] = {
    "alg none with an empty signature": unsigned(alg="none"),
    "alg None": unsigned(alg="None"),
    "alg nOnE": lambda watch: raw(header(alg="nOnE"), claims(watch)),
    "alg none with the true kid and any signature": lambda watch: raw(header(alg="none"), claims(watch)),
    "HS256 with the public key as secret": keyed_alike("HS256"),
    "HS512 with the public key as secret": keyed_alike("HS512"),
    "RS256 under the id of an EC key": headed(RSA, alg="RS256"),
    "ES256 under the id of an RSA key": headed(kid="rsa"),
    "EdDSA under the id of an EC key": headed(ED, alg="EdDSA"),
    "PS256, which nobody allowed": headed(RSA, alg="PS256", kid="rsa"),
    "RS512, which nobody allowed": headed(RSA, alg="RS512", kid="rsa"),
    "ES384 with a key of that curve": headed(P384, alg="ES384"),
    "alg is a list": lambda watch: raw(header(alg=["ES256"]), claims(watch)),
    "no alg": lambda watch: raw(header(alg=None), claims(watch)),
    "alg that does not exist": lambda watch: raw(header(alg="ES257"), claims(watch)),
    "another key under the same id": headed(OTHER),
    "an id that is not known": headed(NEXT, kid="two"),
    "no kid": headed(kid=None),
    "kid is a number": headed(kid=1),
    "kid is a path": headed(kid="../../dev/null"),
    "a key brought along as jwk": headed(FOREIGN, jwk=FOREIGN.as_dict(private=False)),
    "a key brought along as jwk under another id": headed(FOREIGN, kid="mine", jwk=FOREIGN.as_dict(private=False)),
    "an address of keys brought along": headed(FOREIGN, jku="https://attacker.example/jwks"),
    "a certificate address brought along": headed(FOREIGN, x5u="https://attacker.example/cert"),
    "a certificate brought along": headed(FOREIGN, x5c=["MIIB"]),
    "crit that names nothing known": headed(crit=["exp"]),
    "crit with an extension": headed(crit=["b64"], b64=True),
    "an unencoded payload": headed(b64=False),
    "a payload that says it is encoded": headed(b64=True),
    "an empty crit": headed(crit=[]),
    "typ JWT": headed(typ="JWT"),
    "typ of an identity token": headed(typ="id+jwt"),
    "typ of a logout token": headed(typ="logout+jwt"),
    "no typ": headed(typ=None),
    "typ is a number": headed(typ=1),
    "expired": later(iat=-700, exp=-31),
    "expires at the edge of leeway": later(exp=-30),
    "not valid yet": later(nbf=31),
    "issued in the future": later(iat=31, exp=900),
    "lives too long": later(exp=3601),
    "no exp": saying(exp=None),
    "no iat": saying(iat=None),
    "no sub": saying(sub=None),
    "no iss": saying(iss=None),
    "no aud": saying(aud=None),
    "exp is text": saying(exp="never"),
    "exp is true": saying(exp=True),
    "exp is NaN": saying(exp=float("nan")),
    "exp is infinite": saying(exp=float("inf")),
    "exp is huge": saying(exp=10**400),
    "nbf is text": saying(nbf="0"),
    "another audience": saying(aud="payroll"),
    "a list of other audiences": saying(aud=["payroll", "stagepost2"]),
    "aud is an object": saying(aud={"stagepost": 1}),
    "an audience that only begins alike": saying(aud="stagepost.evil"),
    "another issuer": saying(iss="https://evil.example"),
    "an issuer that only begins alike": saying(iss="https://idp.example.evil"),
    "iss is a list": saying(iss=["https://idp.example"]),
    "no authority": saying(authority=None),
    "an authority that is not served": saying(authority="elsewhere"),
    "authority is a list": saying(authority=["burgh"]),
    "an authority with a path": saying(authority="burgh/../other"),
    "no organisation": saying(org=None),
    "no client": saying(client_id=None),
    "no roles": saying(roles=None),
    "roles is one text": saying(roles="teacher"),
    "roles holds a number": saying(roles=[1]),
    "roles holds no role of ours": saying(roles=["root"]),
    "roles is empty": saying(roles=[]),
    "services is text": saying(roles=["agency"], services="slt"),
    "a carer without a person": saying(roles=["carer"], case=CASE),
    "a carer without a case": saying(roles=["carer"], person=CASE),
    "a carer who is a teacher too": saying(roles=["carer", "teacher"], person=CASE, case=CASE),
    "a case that is no id": saying(roles=["carer"], person=CASE, case="mine"),
    "an empty subject": saying(sub=""),
    "a subject with a line break": saying(sub="a\nb"),
    "a subject beyond all length": saying(sub="a" * 201),
    "payload is a list": lambda watch: signed(GOOD, header(), [claims(watch)]),
    "payload is not JSON": lambda watch: signed(GOOD, header(), b"\xff\xfe not json"),
    "payload is empty": lambda watch: signed(GOOD, header(), b""),
    "payload is nested a thousand deep": lambda watch: signed(GOOD, header(), b"[" * 1000),
    "header is nested a thousand deep": lambda watch: raw(b"[" * 1000, claims(watch)),
    "header is a list": lambda watch: raw(["alg", "typ", "kid"], claims(watch)),
    "header is a text": lambda watch: raw("alg", claims(watch)),
    "header is null": lambda watch: raw(None, claims(watch)),
    "header is not JSON": lambda watch: raw(b"{", claims(watch)),
    "roles raised under an old signature": swapped_payload,
    "one letter of the signature changed": tampered(2, lambda text: ("A" if text[0] != "A" else "B") + text[1:]),
    "signature cut short": tampered(2, lambda text: text[:-2]),
    "signature as zeros": tampered(2, lambda _: b64(bytes(64))),
    "signature in DER": tampered(2, lambda _: b64(bytes.fromhex("3006020101020101"))),
    "signature missing": tampered(2, lambda _: ""),
    "header padded": tampered(0, lambda text: text + "="),
    "header with a blank": tampered(0, lambda text: text + " "),
    "two parts": lambda watch: signed(GOOD, header(), claims(watch)).rpartition(".")[0],
    "four parts": lambda watch: signed(GOOD, header(), claims(watch)) + ".e30",
    "five parts, as an encrypted one": lambda watch: signed(GOOD, header(), claims(watch)) + ".e30.e30",
    "no token at all": lambda _: "",
    "any word": lambda _: "letmein",
    "beyond all length": lambda watch: signed(GOOD, header(), claims(watch, filler="x" * 9000)),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_forged_or_misaimed_token_is_refused_in_the_same_words(forgery: Forgery, idp: Idp, watch: Watch):
    app = small_api(idp.tokens(watch))
    async with calling(app) as client:
        nothing = await client.get("/v1/me")
        answer = await client.get("/v1/me", headers={"Authorization": f"Bearer {forgery(watch)}"})
    assert answer.status_code == 401
    assert answer.content == nothing.content
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("scheme", ["Basic", "DPoP", "Bearer:", "", "Token"])
async def test_another_scheme_is_refused(scheme: str, idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch))) as client:
        assert (await client.get("/v1/me", headers={"Authorization": f"{scheme} {token}"})).status_code == 401


async def test_two_tokens_are_refused(idp: Idp, watch: Watch, token: str):
    async with calling(small_api(idp.tokens(watch))) as client:
        twice = [("Authorization", f"Bearer {token}")] * 2
        assert (await client.get("/v1/me", headers=twice)).status_code == 401


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


async def test_the_demo_may_mint_tokens_for_half_a_day(idp: Idp, watch: Watch):
    long = signed(GOOD, header(), claims(watch, exp=int(watch.seconds) + 12 * 3600))
    async with calling(small_api(idp.tokens(watch, longest_life=12 * 3600)), long) as client:
        assert (await client.get("/v1/me")).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/version", "/openapi.json", "/problems/not-found"])
async def test_public_paths_need_no_token(path: str, idp: Idp, watch: Watch):
    async with calling(small_api(idp.tokens(watch))) as client:
        assert (await client.get(path)).status_code == 200


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
