"""What lies under the notifier's client: a wire that is watched, names that lead where a test says, TLS of our own."""

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from notifier.calls import Calls
from notifier.channels.endpoint import Resolve


@dataclass
class Wire(httpcore.AsyncNetworkBackend):
    """Where connections were begun. None leaves this machine: `leads` says which port stands for an address."""

    leads: dict[str, int] = field(default_factory=dict)
    begun: list[tuple[str, int]] = field(default_factory=list)
    real: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore.AsyncNetworkStream:
        self.begun.append((host, port))
        if host not in {"127.0.0.1", *self.leads}:
            raise httpcore.ConnectError("not from a test")
        return await self.real.connect_tcp("127.0.0.1", self.leads.get(host, port), *rest, **more)


def watched(calls: Calls, wire: Wire) -> Calls:
    """Put *wire* under the client, below all that is ours."""
    calls._client._transport._pool._network_backend = wire  # type: ignore[attr-defined]
    return calls


def leading_to(*answers: list[str]) -> tuple[Resolve, list[str]]:
    """A resolver that gives a name these answers, one after the other and then the last; and which names it was asked.

    What is no name but an address in any form leads where the system's own resolver says.
    """
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            asked.append(host)
            return answers[min(len(asked), len(answers)) - 1]
        return [str(each[4][0]) for each in found]

    return resolve, asked


@dataclass
class Listener:
    """A server of this machine that nobody is to reach."""

    port: int = 0
    reached: int = 0


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Listen on this machine, and count who comes."""

    async def reached(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.reached += 1
        writer.close()

    listener = Listener()
    async with await asyncio.start_server(reached, "127.0.0.1", 0) as server:
        listener.port = server.sockets[0].getsockname()[1]
        yield listener


@dataclass
class Answering:
    """A TLS server that gives one answer to whoever comes; `heads` are the requests, up to their bodies."""

    answer: bytes
    port: int = 0
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """Which name each asked TLS for."""
    sent: int = 0
    """Bytes of answers that were taken."""


@asynccontextmanager
async def answering(answer: bytes, certificate: ssl.SSLContext) -> AsyncIterator[Answering]:
    """Serve *answer* by TLS; an endless one goes on until the caller hangs up."""
    server = Answering(answer)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(server.answer)
            server.sent += len(server.answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def named(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> None:
        server.names.append(name)

    certificate.sni_callback = named
    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificate) as started:
        server.port = started.sockets[0].getsockname()[1]
        yield server


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server named *name* shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )
    file = folder / f"{name}.pem"
    file.write_bytes(made + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(file)
    return shows, ssl.create_default_context(cadata=made.decode())
