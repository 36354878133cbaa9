"""The token check of the peers: the very one of the case API, with its memory of verified tokens."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import Header, HTTPException

from benchmarks.ground import AUTHORITY
from case_api.access.principal import Principal
from case_api.http.tokens import NotAccepted, Tokens, trusted
from case_api.settings import Issuer

Asking = Callable[[str], Awaitable[Principal]]


def asking(jwks: Path, issuer: str) -> Asking:
    """A dependency: who asks, or a 401 answer."""
    trust = Issuer(issuer=issuer, algorithms=frozenset({"ES256"}), jwks_file=jwks)
    tokens = Tokens(trusted([trust], [AUTHORITY], httpx.AsyncClient(), time.time), 3600, time.time)

    async def who(authorization: Annotated[str, Header()]) -> Principal:
        try:
            return await tokens.principal(authorization.removeprefix("Bearer "))
        except NotAccepted:
            raise HTTPException(401) from None

    return who
