"""Tokens that must not be accepted, and why each looks as if it could be; as data, in one place (safety.md, T7)."""

import json
from collections.abc import Callable
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey

from tests.http.desk import Watch
from tests.http.idp import ED, EVERY, GOOD, NEXT, OTHER, RSA, b64, claims, header, raw, signed, signed_with_public_key

CASE = "4b0f4b64-6b0b-4a53-8d3e-31c2a9a2e111"
FOREIGN = ECKey.generate_key("P-256", {"kid": "mine"})
P384 = ECKey.generate_key("P-384", {"kid": "one"})

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

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


def said_twice(name: str, first: Any) -> Forgery:
    """A claim that stands twice, the first time as somebody else might read it; signed by the true key."""

    def forge(watch: Watch) -> str:
        payload = json.dumps(claims(watch))
        return signed(GOOD, header(), f'{{"{name}": {json.dumps(first)}, {payload[1:]}'.encode())

    return forge


def headed_twice(name: str, first: str) -> Forgery:
    """A header field that stands twice; the signature is right for both readings."""

    def forge(watch: Watch) -> str:
        head = f'{{"{name}": {json.dumps(first)}, {json.dumps(header())[1:]}'
        return resigned(head.encode(), json.dumps(claims(watch)).encode())

    return forge


def resigned(head: bytes, payload: bytes) -> str:
    """Any header and payload under a true signature of the good key."""
    signing_input = f"{b64(head)}.{b64(payload)}"
    return f"{signing_input}.{b64(EVERY.algorithms['ES256'].sign(signing_input.encode(), GOOD))}"


def nested(**changed: Any) -> Forgery:
    """A token whose payload is a token (RFC 7519, 5.2)."""

    def forge(watch: Watch) -> str:
        inner = signed(GOOD, header(), claims(watch))
        return signed(GOOD, header(**changed), inner.encode())

    return forge


def respelled(watch: Watch) -> str:
    """The same signature, with a bit set that no byte comes from."""
    token = signed(GOOD, header(), claims(watch))
    return token[:-1] + LETTERS[LETTERS.index(token[-1]) ^ 1]


def encrypted(watch: Watch) -> str:
    """To the issuer's public key, which everybody has (RFC 7516)."""
    head = {"alg": "ECDH-ES", "enc": "A256GCM", "typ": "at+jwt", "kid": "one"}
    everybody = ECKey.import_key(GOOD.as_pem(private=False))
    return jwe.encrypt_compact(head, json.dumps(claims(watch)).encode(), everybody)


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
    "an issuer that stands twice": said_twice("iss", "https://evil.example"),
    "roles that stand twice": said_twice("roles", ["authority_admin"]),
    "an authority that stands twice": said_twice("authority", "shire"),
    "an expiry that stands twice": said_twice("exp", 4102444800),
    "a subject that stands twice in the same words": said_twice("sub", "staff-1"),
    "alg that stands twice": headed_twice("alg", "none"),
    "kid that stands twice": headed_twice("kid", "two"),
    "typ that stands twice": headed_twice("typ", "JWT"),
    "a claim behind half a surrogate pair": lambda watch: signed(
        GOOD, header(), json.dumps(claims(watch, name="?")).replace('"?"', '"\\ud800"').encode()
    ),
    "a token within a token": nested(),
    "a token within a token, as its header says": nested(cty="JWT"),
    "encrypted to the public key": encrypted,
    "a signature in another spelling": respelled,
    "an empty kid": headed(kid=""),
    "kid is beyond all length": headed(kid="x" * 5000),
    "kid is an address": headed(kid="https://attacker.example/key"),
    "kid asks a database": headed(kid="one' OR '1'='1"),
    "kid holds NUL": headed(kid="one\0"),
    "kid is a list": headed(kid=["one"]),
    "alg in small letters": lambda watch: raw(header(alg="es256"), claims(watch)),
    "an identity token of the same issuer": lambda watch: signed(
        GOOD, header(typ="JWT"), claims(watch, nonce="n", aud="school-app", roles=None, authority=None)
    ),
    "a refresh token of the same issuer": headed(typ="rt+jwt"),
    "authority as an empty word": saying(authority=""),
    "a learner who is staff too": saying(roles=["learner", "pupil_support"], person=CASE, case=CASE),
    "a carer who is a learner too": saying(roles=["carer", "learner"], person=CASE, case=CASE),
    "a carer who is of a service": saying(roles=["carer", "agency"], services=["slt"], person=CASE, case=CASE),
    "sub is a number": saying(sub=1),
    "org is an object": saying(org={"id": "burnside"}),
    "client_id is a list": saying(client_id=["school-app"]),
    "iat is text": saying(iat="1770112800"),
    "iat below zero": saying(iat=-1),
    "exp is null": lambda watch: signed(GOOD, header(), {**claims(watch), "exp": None}),
    "roles beyond all number": saying(roles=["teacher"] * 51),
    "no token at all": lambda _: "",
    "any word": lambda _: "letmein",
    "beyond all length": lambda watch: signed(GOOD, header(), claims(watch, filler="x" * 9000)),
}
