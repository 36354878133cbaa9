"""Access tokens (RFC 9068): which are ours, and who they say is asking. Every failure is the same failure."""

import re
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import CompactSignature, JWSRegistry

from case_api.access.principal import Principal
from case_api.http import fetching, strict_json
from case_api.http.claims import Claims
from case_api.http.jwks import Jwks, PublicKey
from case_api.settings import Issuer

LONGEST: Final = 8192
LEEWAY: Final = 30
REMEMBERED: Final = 10_000
FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})


SignedOut = Callable[[Principal, float], Awaitable[bool]]


class NotAccepted(Exception):
    """The token is not one that we accept. It never says why: that would help whoever forged it."""


class Allowed(JWSRegistry):
    """The algorithms of one issuer, and no others: neither `none` nor a shared secret can be among them."""

    max_header_length = 4096

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        """The algorithm of this name; unlike the library, without a warning at EdDSA's older name."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError("not allowed")
        return self.algorithms[name]


READABLE: Final = Allowed(())


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer from the settings, with its keys."""

    settings: Issuer
    keys: Jwks
    authorities: frozenset[str]
    """The authorities for which it may speak."""

    def accepts(self, claims: Claims, now: float, longest_life: float) -> bool:
        """Whether the claims of a token that it signed hold for us now."""
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        return (
            claims.iss == self.settings.issuer
            and self.settings.audience in audiences
            and claims.authority in self.authorities
            and now - LEEWAY < claims.exp <= claims.iat + longest_life
            and max(claims.iat, claims.nbf) <= now + LEEWAY
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A verified token: from when and until when it holds, whose key says so, and who it speaks for."""

    issued: float
    until: float
    issuer: str
    kid: str
    key: PublicKey
    principal: Principal


class Tokens:
    """Verifies tokens; remembers a verified one, by its hash, until it expires or its key is replaced.

    Args:
        issuers: whose tokens are taken.
        longest_life: seconds from `iat` to `exp` at most.
        now: real time in seconds.
        signed_out: whether somebody's tokens that were issued at a time are accepted no longer; asked each time.
    """

    def __init__(
        self,
        issuers: Sequence[TrustedIssuer],
        longest_life: float,
        now: Callable[[], float],
        signed_out: SignedOut | None = None,
    ) -> None:
        self._issuers = {trusted.settings.issuer: trusted for trusted in issuers}
        self._longest_life, self._now, self._signed_out = longest_life, now, signed_out
        self._known: OrderedDict[bytes, Accepted] = OrderedDict()

    async def principal(self, token: str) -> Principal:
        """Who *token* speaks for.

        Raises NotAccepted; KeysUnavailable, StoreUnavailable when there is nothing to go by.
        """
        if len(token) > LONGEST:
            raise NotAccepted
        name = sha256(token.encode()).digest()
        known = self._known.get(name)
        if known is None or not await self._still_holds(known):
            self._known.pop(name, None)
            known = await self._verified(token)
        if self._signed_out and await self._signed_out(known.principal, known.issued):
            self._known.pop(name, None)
            raise NotAccepted
        self._known[name] = known
        self._known.move_to_end(name)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known.principal

    async def _still_holds(self, known: Accepted) -> bool:
        unexpired = self._now() - LEEWAY < known.until
        return unexpired and await self._issuers[known.issuer].keys.key(known.kid) is known.key

    async def _verified(self, token: str) -> Accepted:
        signed, kid, claims = _opened(token)
        trusted = self._issuers.get(claims.iss)
        key = await trusted.keys.key(kid) if trusted else None
        if trusted is None or key is None or not _is_genuine(signed, key, trusted):
            raise NotAccepted
        if not trusted.accepts(claims, self._now(), self._longest_life):
            raise NotAccepted
        return Accepted(claims.iat, claims.exp, claims.iss, kid, key, claims.principal())


def _opened(token: str) -> tuple[CompactSignature, str, Claims]:
    """The parts of *token*, not yet verified; nothing in it may stand twice (RFC 7519, 4; RFC 7515, 4).

    Keys or addresses of keys in its header are not looked at.
    """
    if not FORM.fullmatch(token):
        raise NotAccepted
    try:
        signed = jws.extract_compact(token.encode(), registry=READABLE)
        for part in (urlsafe_b64decode(token.partition(".")[0] + "=="), signed.payload or b""):
            strict_json.check(part)
        header = signed.headers()
        if str(header["typ"]).lower() not in TYPES or "crit" in header or "b64" in header:
            raise NotAccepted
        return signed, str(header["kid"]), Claims.model_validate_json(signed.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise NotAccepted from None


def _is_genuine(signed: CompactSignature, key: PublicKey, trusted: TrustedIssuer) -> bool:
    try:
        return jws.validate_compact(signed, key, registry=Allowed(trusted.settings.algorithms))
    except (JoseError, ValueError, TypeError):
        return False


def authorities_of(issuer: Issuer, served: Collection[str]) -> frozenset[str]:
    """The authorities that are served here and for which *issuer* may speak."""
    return frozenset(served) if issuer.authorities is None else issuer.authorities & frozenset(served)


def trusted(
    issuers: Sequence[Issuer], served: Collection[str], http: httpx.AsyncClient, now: Callable[[], float]
) -> list[TrustedIssuer]:
    """Every issuer of the settings with its keys, which are fetched when first needed."""

    def keys(issuer: Issuer) -> Jwks:
        if issuer.jwks_url is not None:
            return Jwks(fetching.from_url(http, issuer.jwks_url), now)
        return Jwks(fetching.from_file(issuer.jwks_file or Path()), now)

    return [TrustedIssuer(each, keys(each), authorities_of(each, served)) for each in issuers]
