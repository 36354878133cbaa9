"""The page of what arrived, and the endpoint to which partner services' webhooks go."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pydantic import BaseModel, ConfigDict
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from demo.capture_box import Box, Captured

MOST_BYTES = 64 * 1024


class Order(BaseModel):
    """Whether a service's endpoint works: a story can put it out of order for a while."""

    model_config = ConfigDict(extra="forbid")

    works: bool


def create_app(box: Box, secrets: Mapping[str, str]) -> FastAPI:
    """The HTTP side of the capture."""
    app = FastAPI(title="Stagepost demo capture", docs_url=None, redoc_url=None)
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape())

    @app.get("/")
    async def page() -> HTMLResponse:
        shown = pages.get_template("capture.html").render(messages=box.newest_first())
        return HTMLResponse(shown, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})

    @app.get("/messages.json")
    async def messages() -> JSONResponse:
        return JSONResponse(box.as_json())

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    out_of_order = set[str]()

    @app.put("/hooks/{service}/order")
    async def order(service: str, state: Order) -> Response:
        (out_of_order.discard if state.works else out_of_order.add)(service)
        return Response(status_code=204)

    @app.post("/hooks/{service}")
    async def hook(service: str, request: Request) -> Response:
        body = await request.body()
        if len(body) > MOST_BYTES:
            return problem(413, "too-large", "The body is larger than 64 KiB.")
        secret = secrets.get(f"service:{service}")
        if secret is None:
            return problem(404, "not-found", "There is no such service here.")
        if service in out_of_order:
            return problem(503, "out-of-order", "This service's endpoint is out of order for now.")
        verified = is_signed(body, dict(request.headers), secret)
        box.put(read_hook(service, body, request.headers, verified=verified))
        return Response(status_code=204) if verified else problem(401, "not-signed", "The signature is wrong.")

    return app


def is_signed(body: bytes, headers: dict[str, str], secret: str) -> bool:
    """Whether the reference library of Standard Webhooks accepts the signature."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def read_hook(service: str, body: bytes, headers: Mapping[str, str], *, verified: bool) -> Captured:
    """A webhook as the page shows it."""
    try:
        event = json.loads(body)
    except ValueError:
        event = {}
    known = event if isinstance(event, dict) else {}
    return Captured(
        kind="webhook",
        at=datetime.now(UTC),
        to=f"service:{service}",
        message_id=headers.get("webhook-id", ""),
        subject=str(known.get("type", "unreadable")),
        body=json.dumps(known, indent=2, ensure_ascii=False),
        possible_duplicate=headers.get("x-stagepost-possible-duplicate") == "true",
        verified=verified,
    )


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """A problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": detail, "status": status, "detail": detail, "code": code}
    return JSONResponse(body, status, media_type="application/problem+json")
