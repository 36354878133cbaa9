"""A token issuer of our own, for the demo and for tests; it refuses to exist in production."""

import json
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from case_api.clock import Clock, SystemClock
from case_api.key_files import write_once
from case_api.settings import Issuer, Settings, UnsafeSettings

NAME = "https://local-issuer.invalid"
LIFETIME = timedelta(hours=1)


class LocalIssuer:
    """Mints ES256 access tokens with a key of its own under `var/`; raises UnsafeSettings in production.

    By its own *name* no service trusts it in production; a benchmark, which plays at production, gives it another.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None, name: str = NAME) -> None:
        if settings.mode == "production":
            raise UnsafeSettings("The local token issuer is for demo and test mode only.")
        folder = settings.var / "issuer"
        self._clock, self.name = clock or SystemClock(), name
        self._key = _key(folder / "signing.pem")
        self.jwks_file = folder / "jwks.json"
        self.jwks_file.write_text(self.jwks(), "utf-8")

    def jwks(self) -> str:
        """Its public key as a JWKS document."""
        return json.dumps({"keys": [self._key.as_dict(private=False)]})

    def settings(self) -> Issuer:
        """What to add to the trusted issuers."""
        return Issuer(issuer=self.name, algorithms=frozenset({"ES256"}), jwks_file=self.jwks_file)

    def mint(  # noqa: PLR0913 - the claims of a token, by name
        self,
        sub: str,
        *,
        authority: str,
        roles: Collection[str],
        org: str = "local",
        client: str = "demo",
        services: Collection[str] = (),
        person: UUID | None = None,
        case: UUID | None = None,
        lifetime: timedelta = LIFETIME,
    ) -> str:
        """An access token for *sub*, in real time whatever the demo's clock shows (D16)."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self.name,
            "aud": "stagepost",
            "sub": sub,
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "authority": authority,
            "org": org,
            "client_id": client,
            "roles": sorted(roles),
        }
        if services:
            claims["services"] = sorted(services)
        claims |= {name: str(it) for name, it in {"person": person, "case": case}.items() if it}
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}, claims, self._key)


def _key(path: Path) -> ECKey:
    """The signing key in *path*, made (0600) when it is missing."""
    if not path.exists():
        write_once(path, ECKey.generate_key("P-256", private=True).as_pem(private=True))
    key = ECKey.import_key(path.read_bytes(), {"use": "sig", "alg": "ES256"})
    key.ensure_kid()
    return key
