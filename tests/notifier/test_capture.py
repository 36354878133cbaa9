"""The demo's letter box."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest
from standardwebhooks import Webhook

from demo.capture import run_capture
from demo.capture_box import Box
from demo.capture_mail import read_mail
from tests.notifier.servers import SECRET, free_port

pytestmark = pytest.mark.anyio
SMTP_PORT, HTTP_PORT = free_port(), free_port()


@pytest.fixture
async def page() -> AsyncIterator[httpx.AsyncClient]:
    task = asyncio.create_task(run_capture(SMTP_PORT, HTTP_PORT, {"service:slt": SECRET}))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{HTTP_PORT}") as client:
        async with asyncio.timeout(10):
            while True:
                with suppress(httpx.TransportError):
                    await client.get("/livez")
                    break
                await asyncio.sleep(0.02)
        yield client
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def mail(subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "no-reply@stagepost.example", "p@home.example", subject
    message["Message-ID"] = "<one@stagepost.example>"
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message["Content-Language"] = "pl"
    return message


async def test_it_shows_mail_newest_first_and_escapes_it(page: httpx.AsyncClient):
    for subject in ("first", "second <script>"):
        await aiosmtplib.send(mail(subject, "Dzień dobry"), hostname="127.0.0.1", port=SMTP_PORT, start_tls=False)

    second, first = (await page.get("/messages.json")).json()
    assert (first["subject"], second["subject"]) == ("first", "second <script>")
    assert (first["to"], first["language"], first["message_id"]) == ("p@home.example", "pl", "<one@stagepost.example>")
    shown = (await page.get("/")).text
    assert "Dzień dobry" in shown
    assert "<script>" not in shown
    assert 'lang="pl"' in shown


async def test_it_takes_only_webhooks_that_are_signed(page: httpx.AsyncClient):
    body, now = json.dumps({"type": "AssistanceRequested.v1"}), datetime.now(UTC)
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("m1", now, body),
    }
    assert (await page.post("/hooks/slt", content=body, headers=headers)).status_code == 204
    assert (await page.post("/hooks/slt", content=body + " ", headers=headers)).status_code == 401
    assert (await page.post("/hooks/slt", content=body)).status_code == 401
    assert (await page.post("/hooks/nobody", content=body, headers=headers)).status_code == 404
    assert (await page.post("/hooks/slt", content=b"x" * 70_000)).status_code == 413

    captured = (await page.get("/messages.json")).json()
    assert [each["verified"] for each in captured] == [False, False, True]
    assert captured[-1]["subject"] == "AssistanceRequested.v1"


def test_the_box_never_grows_beyond_its_size():
    box = Box(most=3)
    for number in range(10):
        box.put(read_mail(f"Subject: {number}\n\nx".encode(), ["a@b.example"]))
    assert [each.subject for each in box.newest_first()] == ["9", "8", "7"]
