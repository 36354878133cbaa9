"""Real servers on loopback for the tests: HTTP, mail that answers as told, and webhooks that are verified."""

import asyncio
import socket
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook

SECRET = "whsec_c3RhZ2Vwb3N0LXRlc3RzLW9ubHktMDAwMDAwMDA="


def free_port() -> int:
    """A port of this machine that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve *app* on a free port; gives its base URL. Without uvicorn's main loop, whose ticks take their time."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        await _shut(server)


async def _shut(server: uvicorn.Server) -> None:
    """As `Server.shutdown`, which rests a tenth of a second each time."""
    for listening in server.servers:
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    async with asyncio.timeout(10):
        while server.server_state.connections or server.server_state.tasks:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.001)


@dataclass
class Mailbox:
    """A mail server: keeps what it accepts; `replies` are given to the next recipients instead of 250."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    replies: deque[str] = field(default_factory=deque)
    recipients: list[str] = field(default_factory=list)
    """Everyone for whom a mail was offered."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.recipients.append(address)
        if self.replies:
            return self.replies.popleft()
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        content = envelope.original_content or b""
        self.mails.append(message_from_bytes(content, _class=EmailMessage, policy=policy.default))
        return "250 ok"


@asynccontextmanager
async def receiving_mail() -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True), "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mailbox


@dataclass
class Hook:
    """One verified webhook."""

    headers: dict[str, str]
    event: dict[str, object]


@dataclass
class Hooks:
    """A webhook endpoint; `answers` are given to the next calls instead of 204."""

    hooks: list[Hook] = field(default_factory=list)
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    """Service → what its answers wait for."""
    waiting: Counter[str] = field(default_factory=Counter)
    """How many calls to each slow service are open."""
    answers: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    calls: int = 0

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/hooks/{service}")
        async def receive(service: str, request: Request) -> Response:
            self.calls += 1
            headers = dict(request.headers)
            event = Webhook(SECRET).verify(await request.body(), headers)
            if service in self.slow:
                self.waiting[service] += 1
                await self.slow[service].wait()
                self.waiting[service] -= 1
            if self.answers:
                status, extra = self.answers.popleft()
                return Response(status_code=status, headers=extra)
            self.hooks.append(Hook(headers, event))
            return Response(status_code=204)

        return app
