"""`GET /problems/{slug}`: what a problem's type URI leads to."""

from html import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from case_api.http import problem_kinds
from case_api.http.documents import ERRORS
from case_api.http.problem_kinds import Kind, find_kind
from case_api.http.problems import Problem

router = APIRouter(tags=["problems"])

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<body style="font: 1.1rem/1.5 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<h1>{title}</h1>
<p>{advice}</p>
<p><small>Status {status} &middot; code <code>{slug}</code></small></p>
</body>
</html>
"""


@router.get(
    "/problems/{slug}",
    operation_id="problem_page",
    summary="What a kind of problem means and what to do about it",
    responses={404: ERRORS[404]},
)
async def problem_page(request: Request, slug: str) -> Response:
    """A page for a browser, JSON for a program; both are public and hold nothing about a request."""
    found = find_kind(slug)
    if found is None:
        raise Problem(problem_kinds.NOT_FOUND)
    kept = {"Cache-Control": "public, max-age=3600", "Vary": "Accept"}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_page(found), headers={**kept, "Cross-Origin-Opener-Policy": "same-origin"})
    document = {"code": found.slug, "status": found.status, "title": found.title, "advice": found.advice}
    return JSONResponse(document, headers=kept)


def _page(kind: Kind) -> str:
    return PAGE.format(title=escape(kind.title), advice=escape(kind.advice), status=kind.status, slug=escape(kind.slug))
