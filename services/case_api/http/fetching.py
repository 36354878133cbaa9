"""The one place from which this service calls another: it fetches the keys of token issuers."""

import ssl
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Final

import anyio
import httpx

Source = Callable[[], Awaitable[bytes]]
"""Brings a JWKS document, or raises SourceUnavailable."""

PATIENCE: Final = 5.0
LARGEST: Final = 256 * 1024


class SourceUnavailable(Exception):
    """The document could not be had now."""


def client() -> httpx.AsyncClient:
    """A client that follows no redirect, trusts no proxy from the environment, and gives up in 5 s."""
    return httpx.AsyncClient(verify=_trusted(), timeout=PATIENCE, follow_redirects=False, trust_env=False)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are trusted: read once in a process, for that takes longer than all else of a client."""
    return httpx.create_ssl_context(trust_env=False)


def from_url(http: httpx.AsyncClient, url: str) -> Source:
    """Fetches *url*; anything but a 200 of at most 256 KiB is SourceUnavailable."""

    async def fetch() -> bytes:
        try:
            with anyio.fail_after(2 * PATIENCE):
                return await _fetched(http, url)
        except (httpx.HTTPError, TimeoutError) as error:
            raise SourceUnavailable(type(error).__name__) from error

    return fetch


def from_file(path: Path) -> Source:
    """Reads *path* anew each time."""

    async def read() -> bytes:
        try:
            return await anyio.Path(path).read_bytes()
        except OSError as error:
            raise SourceUnavailable(type(error).__name__) from error

    return read


async def _fetched(http: httpx.AsyncClient, url: str) -> bytes:
    body = bytearray()
    async with http.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise SourceUnavailable(f"status {answer.status_code}")
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > LARGEST:
                raise SourceUnavailable("too large")
    return bytes(body)
