"""A case API of a few lines that keeps a ledger of all it was asked and told."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "notifier-token"


@dataclass
class FakeCaseApi:
    """Holds a feed; answers as the contract says (D18, D19)."""

    events: list[dict[str, object]] = field(default_factory=list)
    recipients: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    poisoned: dict[str, int] = field(default_factory=dict)
    """Event id → the status with which its recipients are refused."""
    statuses: list[int] = field(default_factory=list)
    """Answered, in turn, to whatever is asked next."""
    down: bool = False
    deaf: bool = False
    """Accepts reports, but its answer is lost."""
    permits: list[dict[str, object]] = field(default_factory=list)
    disclosures: dict[str, dict[str, object]] = field(default_factory=dict)
    reports: int = 0
    pages_asked: list[str | None] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def happens(self, kind: str, *recipients: dict[str, object], case: UUID | None = None) -> str:
        """Something happened; gives the event's id."""
        event_id, case_id = str(uuid4()), str(case or uuid4())
        self.recipients[event_id] = list(recipients)
        self.events.append(
            {
                "specversion": "1.0",
                "id": event_id,
                "source": "/stagepost/test",
                "type": kind,
                "subject": case_id,
                "time": "2026-03-03T09:00:00Z",
                "data": {"case_id": case_id},
            }
        )
        self.news.set()
        return event_id

    def app(self) -> FastAPI:  # noqa: C901 - one small function for each address
        app = FastAPI()

        @app.middleware("http")
        async def gate(request: Request, follow_on):
            if self.down:
                return problem(503)
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return problem(401)
            if self.statuses:
                return problem(self.statuses.pop(0))
            return await follow_on(request)

        @app.get("/v1/events")
        async def feed(after: str | None = None, wait: int = 0, limit: int = 100) -> dict[str, object]:
            self.pages_asked.append(after)
            start = int(after.removeprefix("c")) if after else 0
            if wait and start == len(self.events):
                await self._news(wait)
            items = self.events[start : start + limit]
            return {"items": items, "next": f"c{start + len(items)}", "new_field": True}

        @app.get("/v1/events/{event_id}/recipients")
        async def recipients(event_id: str) -> Response:
            if event_id in self.poisoned:
                return problem(self.poisoned[event_id])
            if event_id not in self.recipients:
                return problem(404)
            return JSONResponse({"event_id": event_id, "recipients": self.recipients[event_id], "extra": 1})

        @app.post("/v1/send-permits")
        async def permit(body: dict[str, str]) -> Response:
            self.permits.append(dict(body))
            who = body["recipient"]
            reason = self.refusals.get(who) or (None if who in self.addresses else "no_address")
            if reason:
                return problem(409, reason=reason)
            event = next(each for each in self.events if each["id"] == body["event_id"])
            facts = {"event": event} if body["channel"] == "webhook" else self.facts
            language = self.languages.get(who, "en")
            return JSONResponse({"permit": "sealed", "to": self.addresses[who], "language": language, "facts": facts})

        @app.post("/v1/disclosures")
        async def disclose(body: dict[str, object], request: Request) -> Response:
            self.reports += 1
            message_id = str(body["message_id"])
            assert request.headers["idempotency-key"] == message_id
            kept = self.disclosures.setdefault(message_id, body)
            if kept != body:
                return problem(422)
            return problem(503) if self.deaf else JSONResponse({"etag": "e"}, 201)

        return app

    async def _news(self, wait: int) -> None:
        self.news.clear()
        try:
            async with asyncio.timeout(wait):
                await self.news.wait()
        except TimeoutError:
            return


def problem(status: int, **more: str) -> JSONResponse:
    body = {"type": "about:blank", "title": "refused", "status": status, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def carer(channels: tuple[str, ...] = ("email",), role: str = "carer") -> dict[str, object]:
    return {"recipient": str(uuid4()), "role": role, "channels": list(channels), "duty": "F"}


def service(code: str = "slt") -> dict[str, object]:
    return {"recipient": f"service:{code}", "role": "service", "channels": ["webhook"], "duty": "A"}
