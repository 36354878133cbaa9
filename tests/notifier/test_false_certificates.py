"""Whoever shows a certificate that nobody vouches for, or one of another name, is told nothing at all (V12.3.2)."""

import ssl
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from case_api.http import fetching
from case_api.http.fetching import SourceUnavailable
from notifier.calls import Calls, Request, Unreached
from notifier.channels.email import Relay
from tests.notifier.wires import answering, certified

pytestmark = pytest.mark.anyio
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"keys":[]}'


async def test_no_webhook_goes_to_a_certificate_that_nobody_vouches_for(tmp_path: Path):
    shows, trusts = certified("localhost", tmp_path)
    async with answering(ANSWER, shows) as server:
        request = Request("POST", f"https://localhost:{server.port}/", body=b"{}")
        async with Calls() as calls:
            with pytest.raises(Unreached) as refused:
                await calls.send(request)
        assert (refused.value.maybe_arrived, server.heads) == (False, [])
        async with Calls(trusts) as calls:
            assert (await calls.send(request)).status == 200, "it is the certificate alone that stood in the way"


async def test_no_keys_of_an_issuer_are_taken_from_a_certificate_that_nobody_vouches_for(tmp_path: Path):
    shows, _ = certified("localhost", tmp_path)
    async with answering(ANSWER, shows) as server, fetching.client() as client:
        with pytest.raises(SourceUnavailable):
            await fetching.from_url(client, f"https://localhost:{server.port}/jwks")()
        assert server.heads == []


async def test_no_letter_goes_to_a_relay_whose_certificate_nobody_vouches_for(tmp_path: Path):
    shows, _ = certified("localhost", tmp_path)
    async with answering(b"220 localhost\r\n", shows) as server:
        relay = Relay("localhost", server.port, "no-reply@stagepost.example", tls="implicit", seconds=2.0)
        with pytest.raises(aiosmtplib.SMTPConnectError) as refused:
            await relay.take(EmailMessage(), "anna@canary.example")
        assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
        assert server.heads == []
