"""The one module with httpx: a request goes out, an answer or Unreached comes back."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import httpx

NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""Failures before the first byte of a request was sent."""


class Unreached(Exception):
    """No answer came. `maybe_arrived` says whether the request may have taken effect all the same."""

    def __init__(self, *, maybe_arrived: bool) -> None:
        super().__init__("no answer")
        self.maybe_arrived = maybe_arrived


@dataclass(frozen=True, slots=True)
class Request:
    """What to send; the body never shows in a log or a traceback."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    seconds: float = 10.0
    address: str | None = field(default=None, repr=False)
    """Connect to this address, whatever the name resolves to by then; TLS still checks the name."""
    keep: int = 8 * 2**20
    """Read at most this many bytes of the answer's body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, its header fields by lower-case name, and the first bytes of the body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Calls:
    """Sends requests; follows no redirect and takes no proxy from the environment.

    Args:
        trust: whose certificates count; by default those that are known to the public.
    """

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, verify=trust or True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, request: Request) -> Answer:
        """Send *request*. Raises Unreached when no answer came back in time."""
        try:
            async with asyncio.timeout(request.seconds):
                return await self._stream(request)
        except NEVER_LEFT:
            raise Unreached(maybe_arrived=False) from None
        except (httpx.HTTPError, TimeoutError):
            raise Unreached(maybe_arrived=True) from None

    async def _stream(self, request: Request) -> Answer:
        outgoing = self._build(request)
        answer = await self._client.send(outgoing, stream=True)
        try:
            return Answer(answer.status_code, dict(answer.headers), await _first_bytes(answer, request.keep))
        finally:
            self._client.cookies.clear()  # nobody's cookie goes to anybody else
            await answer.aclose()

    def _build(self, request: Request) -> httpx.Request:
        url, headers, extensions = httpx.URL(request.url), dict(request.headers), {}
        if request.address is not None:
            headers["Host"] = url.netloc.decode("ascii")
            headers["Connection"] = "close"  # a kept connection was checked for one name only
            extensions["sni_hostname"] = url.raw_host.decode("ascii")
            url = url.copy_with(host=request.address)
        return self._client.build_request(
            request.method,
            url,
            headers=headers,
            content=request.body or None,
            timeout=httpx.Timeout(request.seconds),
            extensions=extensions,
        )


async def _first_bytes(answer: httpx.Response, most: int) -> bytes:
    kept = bytearray()
    if most == 0:
        return b""
    async for chunk in answer.aiter_bytes():
        kept += chunk[: most - len(kept)]
        if len(kept) >= most:
            break
    return bytes(kept)
