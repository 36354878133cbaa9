"""Every answer that is not 2xx, as a problem document (RFC 9457). None quotes what was sent."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: what it is called and what to do about it."""

    status: int
    title: str
    advice: str


KINDS = {
    "input-unreadable": Kind(400, "The request could not be read", "Compare the request with /openapi.json."),
    "not-signed-in": Kind(401, "A valid operator token is needed", "Send `Authorization: Bearer <operator token>`."),
    "not-found": Kind(404, "There is nothing here", "Compare the address with /openapi.json."),
    "method-not-allowed": Kind(405, "This address knows other methods", "Use one of those in the Allow field."),
    "clock-runs-forward": Kind(409, "The clock only runs forward", "Ask for a later time than GET /clock gives."),
    "failed": Kind(500, "Something went wrong here", "Look for the error in the notifier's log."),
    "not-ready": Kind(503, "The notifier cannot work just now", "Look at its database, then ask again."),
}
BY_STATUS = {400: "input-unreadable", 401: "not-signed-in", 404: "not-found", 405: "method-not-allowed"}


class Problem(Exception):
    """Ends a request with the problem of that slug."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(slug)
        self.slug, self.detail = slug, detail


def install(app: FastAPI, public_url: str) -> None:
    """Let every error of *app*, the framework's own included, leave as a problem document."""

    def answer(slug: str, detail: str, status: int | None = None, headers: dict[str, str] | None = None) -> Response:
        kind = KINDS[slug]
        body = {
            "type": f"{public_url}/problems/{slug}",
            "title": kind.title,
            "status": status or kind.status,
            "detail": detail,
            "code": slug,
            "advice": kind.advice,
        }
        return JSONResponse(body, status or kind.status, headers, media_type="application/problem+json")

    async def ours(_request: Request, problem: Problem) -> Response:
        headers = {"WWW-Authenticate": "Bearer"} if problem.slug == "not-signed-in" else {}
        return answer(problem.slug, problem.detail, headers=headers)

    async def unread(_request: Request, error: RequestValidationError) -> Response:
        names = sorted({str(each["loc"][-1]) for each in error.errors() if each["type"] != "json_invalid"})
        return answer("input-unreadable", f"Wrong or missing: {', '.join(names)}." if names else "This is not JSON.")

    async def framework(_request: Request, error: HTTPException) -> Response:
        slug = BY_STATUS.get(error.status_code, "failed")
        return answer(slug, HTTPStatus(error.status_code).phrase, error.status_code, dict(error.headers or {}))

    async def failed(_request: Request, _error: Exception) -> Response:
        return answer("failed", "The error was logged.")

    app.exception_handler(Problem)(ours)
    app.exception_handler(RequestValidationError)(unread)
    app.exception_handler(HTTPException)(framework)
    app.exception_handler(Exception)(failed)
