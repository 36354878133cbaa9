"""One thread through a request: its own id, and the trace it belongs to (W3C Trace Context)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from os import urandom
from uuid import UUID

import uuid_utils
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid4

from case_api.http.fields import sent

KEY = "stagepost.trace"
TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
NO_STORE = (b"cache-control", b"no-store")
SHOWN_ALONE = (
    b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No answer loads or runs anything, nor stands inside another page; the page of a problem brings its own style."""
HARDENED = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", SHOWN_ALONE),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(slots=True)
class Trace:
    """What is known about one request, for its events and its log line."""

    correlation_id: UUID
    """The trace id as a UUID: the same for all requests of one trace. Stored on events."""
    traceparent: str
    """The caller's trace with a span of our own. Stored on events and passed on."""
    request_id: str = field(default_factory=lambda: str(uuid_utils.uuid4()))
    """A UUID, of this request alone. Answered in X-Request-Id and written to the log."""
    problem: str | None = None
    rule_ids: tuple[str, ...] = ()
    access_rules: tuple[str, ...] = ()
    """The rules of access by which the caller was let in or kept out (access/rules.py)."""
    role: str = ""
    """In which the caller acts; empty where the operation is for none of theirs."""
    learners: tuple[UUID, ...] = ()
    """The cases, or matters, of which the answer shows something, beside the one that the path names."""
    unseen: tuple[UUID, ...] = ()
    """The cases that a command was meant for, and that are not there for the caller."""
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Header fields that the answer gets, whoever answers."""
    status: int | None = None
    """Of the answer, once it has begun."""


def looked(scope: Scope, learners: Iterable[UUID]) -> None:
    """Say whose cases this answer shows, for the record of who looked (http/looking.py)."""
    trace_of(scope).learners = tuple(dict.fromkeys(learners))


def missed(scope: Scope, learners: Iterable[UUID]) -> None:
    """Say whose cases were asked for that are not there for the caller, beside the one that the path names."""
    trace_of(scope).unseen = tuple(dict.fromkeys(learners))


def trace_of(scope: Scope) -> Trace:
    """The trace of this request; a new one where the middleware did not run."""
    trace = scope.get(KEY)
    if not isinstance(trace, Trace):
        trace = scope[KEY] = begun(None)
    return trace


def begun(header: bytes | None) -> Trace:
    """A trace that goes on from a valid `traceparent`; an invalid one is ignored, as the standard asks."""
    match = TRACEPARENT.fullmatch(header) if header else None
    if match is None or not _valid(match):
        trace_id, flags = uuid4(), "00"
    else:
        trace_id, flags = UUID(hex=match[2].decode()), match[4].decode()
    return Trace(trace_id, f"00-{trace_id.hex}-{urandom(8).hex()}-{flags}")


def _valid(match: re.Match[bytes]) -> bool:
    """Version ff is forbidden, version 00 has no more parts, and ids are never all zero."""
    version, trace_id, parent, _, more = match.groups()
    return version != b"ff" and not (version == b"00" and more) and bool(trace_id.strip(b"0") and parent.strip(b"0"))


class Tracing:
    """ASGI middleware, outermost: gives each request its trace, and each answer its fields.

    It is the only one that looks at what is sent: the others find in the trace whether and how the answer began.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        parents = sent(scope, b"traceparent")
        trace = scope[KEY] = begun(parents[0] if len(parents) == 1 else None)
        trace.fields += [(b"x-request-id", trace.request_id.encode()), *HARDENED]
        no_store = scope["path"].startswith("/v1/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                trace.status, headers = message["status"], message["headers"]
                if no_store:
                    headers = [*(pair for pair in headers if pair[0] != b"cache-control"), NO_STORE]
                message["headers"] = [*headers, *trace.fields]
            await send(message)

        await self.app(scope, receive, sending)
