"""The public keys of one token issuer, kept for a while (RFC 7517; safety.md, row 5)."""

import json
from collections.abc import Callable
from typing import Any, Final

import anyio
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from case_api.http.fetching import Source, SourceUnavailable

PublicKey = ECKey | OKPKey | RSAKey

log = structlog.get_logger()

REFRESH_AFTER: Final = 240.0
"""Seconds for which keys are taken as current: a retired key is refused at most 5 minutes later."""
RETRY_AFTER: Final = 30.0
"""Seconds between two requests to an issuer, however many unknown key ids come in."""
LAST_GOOD_FOR: Final = 3600.0
"""Seconds for which keys are used when the issuer cannot be reached; then nobody is let in."""
SHORTEST_MODULUS: Final = 342
"""Characters of an RSA modulus of 2048 bits in base64url."""


class KeysUnavailable(Exception):
    """The issuer's keys cannot be had, or are too old to trust."""


class Jwks:
    """One issuer's keys by key id."""

    def __init__(self, source: Source, now: Callable[[], float]) -> None:
        self._source, self._now = source, now
        self._keys: dict[str, PublicKey] = {}
        self._good_at = self._asked_at = float("-inf")
        self._asking = anyio.Lock()

    async def key(self, kid: str) -> PublicKey | None:
        """The key of this id, or None; raises KeysUnavailable after an hour without the issuer."""
        if self._age() > REFRESH_AFTER and (self._age() > LAST_GOOD_FOR or not self._asking.locked()):
            await self._refresh()  # unless somebody is asking already: the keys at hand do until then
        if kid not in self._keys:
            await self._refresh()
        if self._age() > LAST_GOOD_FOR:
            raise KeysUnavailable
        return self._keys.get(kid)

    def _age(self) -> float:
        return self._now() - self._good_at

    async def _refresh(self) -> None:
        """Ask the issuer, one request at a time and at most one in RETRY_AFTER, whatever ids come in."""
        async with self._asking:
            if self._now() - self._asked_at < RETRY_AFTER:
                return
            self._asked_at = self._now()
            try:
                self._keys = usable_keys(await self._source())
            except (SourceUnavailable, ValueError) as error:
                log.warning("token keys not refreshed", error=type(error).__name__)
            else:
                self._good_at = self._now()


def usable_keys(document: bytes) -> dict[str, PublicKey]:
    """The signature keys in a JWKS that we can use; raises ValueError when it is none or has none.

    Passed over: symmetric keys, keys without an id, an id seen before, weak RSA keys and unknown curves.
    """
    try:
        entries = json.loads(document)["keys"]
    except (TypeError, KeyError, RecursionError):
        raise ValueError("not a JWKS") from None
    found: dict[str, PublicKey] = {}
    for entry in entries if isinstance(entries, list) else []:
        key = _public_key(entry)
        if key is not None and key.kid is not None:
            found.setdefault(key.kid, key)
    if not found:
        raise ValueError("no usable key")
    return found


def _public_key(entry: Any) -> PublicKey | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    try:
        return _imported(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _imported(entry: dict[str, Any]) -> PublicKey | None:
    match entry.get("kty"), entry.get("crv"):
        case "EC", "P-256":
            return ECKey.import_key(entry)
        case "OKP", "Ed25519":
            return OKPKey.import_key(entry)
        case "RSA", None:
            return RSAKey.import_key(entry) if len(entry["n"]) >= SHORTEST_MODULUS else None
    return None
