"""An identity provider that does as it is told, and forgeries of its tokens."""

import base64
import hmac
import json
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from case_api.http.fetching import SourceUnavailable
from case_api.http.jwks import Jwks
from case_api.http.tokens import Tokens, TrustedIssuer
from case_api.settings import Issuer
from tests.http.desk import Watch

NAME = "https://idp.example"
GOOD = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
OTHER = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
NEXT = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"})
EVERY = jws.JWSRegistry(algorithms=[*jws.JWSRegistry.algorithms], strict_check_header=False)


class Idp:
    """Serves keys, counts how often it was asked, and can be away."""

    def __init__(self, *keys: Key) -> None:
        self.keys, self.away, self.asked = keys or (GOOD, RSA, ED), False, 0

    async def jwks(self) -> bytes:
        self.asked += 1
        if self.away:
            raise SourceUnavailable("away")
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()

    def tokens(self, watch: Watch, longest_life: float = 3600, algorithms: str = "ES256 EdDSA RS256") -> Tokens:
        issuer = Issuer.model_validate(
            {"issuer": NAME, "algorithms": algorithms.split(), "jwks_url": "https://idp.example/jwks"}
        )
        trusted = TrustedIssuer(issuer, Jwks(self.jwks, watch), frozenset({"burgh"}))
        return Tokens([trusted], longest_life, watch)


def claims(watch: Watch, **changed: Any) -> dict[str, Any]:
    """Claims that are accepted; an argument of None leaves one out."""
    now = int(watch.seconds)
    said = {
        "iss": NAME,
        "aud": "stagepost",
        "sub": "staff-1",
        "iat": now,
        "exp": now + 600,
        "authority": "burgh",
        "org": "burnside",
        "client_id": "school-app",
        "roles": ["teacher"],
    }
    return {name: value for name, value in (said | changed).items() if value is not None}


def header(**changed: Any) -> dict[str, Any]:
    said = {"alg": "ES256", "typ": "at+jwt", "kid": "one"} | changed
    return {name: value for name, value in said.items() if value is not None}


def signed(key: Key, head: dict[str, Any], payload: object) -> str:
    """A token with a true signature of *key*, whatever stands in it."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signing_input = f"{b64(json.dumps(head).encode())}.{b64(body)}"
    algorithm = jws.JWSRegistry.algorithms[str(head.get("alg"))]
    return f"{signing_input}.{b64(algorithm.sign(signing_input.encode(), key))}"


def raw(head: object, payload: object, signature: bytes = b"x" * 64) -> str:
    """A token of any three parts."""
    parts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, payload))
    return ".".join([*(b64(part) for part in parts), b64(signature)])


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed_with_public_key(alg: str, head: dict[str, Any], payload: object) -> str:
    """The RS-to-HS confusion: an HMAC whose secret is the issuer's public key as everybody has it."""
    signing_input = ".".join(b64(json.dumps(part).encode()) for part in (head, payload))
    mac = hmac.new(GOOD.as_pem(private=False), signing_input.encode(), f"sha{alg.removeprefix('HS')}")
    return f"{signing_input}.{b64(mac.digest())}"
