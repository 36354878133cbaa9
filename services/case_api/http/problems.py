"""Problem documents (RFC 9457): the one form of every answer that is not a success."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from case_api.domain.refusal import Refusal
from case_api.http import problem_kinds as kinds
from case_api.http.mistakes import Mistake, is_about_the_path, mistakes
from case_api.http.problem_kinds import Kind
from case_api.http.tracing import looked, missed, trace_of

MEDIA_TYPE = "application/problem+json"
BY_STATUS = {404: kinds.NOT_FOUND, 405: kinds.METHOD_NOT_ALLOWED, 413: kinds.BODY_TOO_LARGE}


class Problem(Exception):
    """Raise it anywhere in a request; it becomes the answer. Its words never quote what the client sent.

    *unseen* are the cases that were asked for and are not there for the caller, beside the one that the path names.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str | None = None,
        *,
        errors: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
        unseen: Sequence[UUID] = (),
    ) -> None:
        super().__init__(kind.slug)
        self.unseen = tuple(unseen)
        self.kind, self.detail, self.errors = kind, detail or kind.title, tuple(errors)
        self.headers, self.members = dict(headers or {}), dict(members or {})


class Refused(Exception):
    """Raise it with what a decision refused (D20), under the policy that governed it.

    *unseen* are cases that the command was meant for and that the caller may not see.
    """

    def __init__(self, refusals: Sequence[Refusal], policy_version: str, unseen: Sequence[UUID] = ()) -> None:
        super().__init__(refusals[0].slug)
        self.refusals, self.policy_version, self.unseen = tuple(refusals), policy_version, tuple(unseen)


class Problems:
    """Writes problem documents whose type URIs lie under one public address."""

    foreseen: Final = (Problem, Refused, RequestValidationError, HTTPException)
    """What a request may raise; see Incidents for the unforeseen."""

    def __init__(self, public_url: str) -> None:
        self._base = f"{public_url.rstrip('/')}/problems/"

    def install(self, app: FastAPI) -> None:
        """Answer with problem documents whatever of the foreseen is raised inside *app*."""

        async def handle(request: Request, error: Exception) -> Response:
            return self.answer(request, error)

        for kind in self.foreseen:
            app.add_exception_handler(kind, handle)

    def answer(self, request: Request, error: Exception) -> Response:
        """The answer for one of the foreseen."""
        match error:
            case Refused():
                return self.refused(request, error)
            case RequestValidationError():
                return self.response(request, _invalid(request, error))
            case HTTPException():
                return self.response(request, _by_status(request, error))
            case Problem():
                return self.response(request, error)
        raise error

    def response(self, connection: HTTPConnection, problem: Problem) -> Response:
        """The answer for *problem*; the log line of this request will name its slug."""
        trace_of(connection.scope).problem = problem.kind.slug
        missed(connection.scope, problem.unseen)
        document = self._head(problem.kind.slug, problem.kind.title, problem.kind.status)
        document |= {"detail": problem.detail, "advice": problem.kind.advice}
        if problem.errors:
            document["errors"] = [mistake.as_json() for mistake in problem.errors]
        return _written(document | problem.members, problem.kind.status, problem.headers)

    def refused(self, connection: HTTPConnection, error: Refused) -> Response:
        """The answer for a refused command: the first refusal gives the type, all are listed (D20)."""
        refusals, policy_version = error.refusals, error.policy_version
        first, trace = refusals[0], trace_of(connection.scope)
        trace.problem, trace.rule_ids = first.slug, tuple(refusal.rule_id for refusal in refusals)
        told_of = {one.case_id for refusal in refusals for one in refusal.missing if one.case_id}
        looked(connection.scope, sorted(told_of.difference(error.unseen)))
        missed(connection.scope, error.unseen)
        document = self._head(first.slug, first.title, first.status)
        document["detail"] = _why(refusals, policy_version)
        document |= {"rule_id": first.rule_id, "guidance_ref": first.guidance_ref, "advice": first.advice}
        document["policy_version"] = policy_version
        if missing := [_plain(item) for refusal in refusals for item in refusal.missing]:
            document["missing"] = missing
        if errors := [Mistake(each.pointer, each.title).as_json() for each in refusals if each.pointer]:
            document["errors"] = errors
        document["refusals"] = [self._listed(refusal) for refusal in refusals]
        return _written(document, first.status)

    def _head(self, slug: str, title: str, status: int) -> dict[str, Any]:
        return {"type": self._base + slug, "title": title, "status": status, "code": slug}

    def _listed(self, refusal: Refusal) -> dict[str, Any]:
        said = {"rule_id": refusal.rule_id, "guidance_ref": refusal.guidance_ref, "advice": refusal.advice}
        return self._head(refusal.slug, refusal.title, refusal.status) | said | _plain(refusal)


def _invalid(request: Request, error: RequestValidationError) -> Problem:
    if is_about_the_path(error):  # ids are opaque: one of another form names nothing, as any unknown one
        return Problem(kinds.NOT_FOUND)
    return Problem(kinds.INVALID, errors=mistakes(error, request.scope))


def _by_status(request: Request, error: HTTPException) -> Problem:
    status = error.status_code
    found = BY_STATUS.get(status) or Kind(kinds.OTHER.slug, status, kinds.OTHER.title, kinds.OTHER.advice)
    headers = {"Allow": _allowed(request)} if status == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return Problem(found, headers=headers)


def _allowed(request: Request) -> str:
    """The methods of every route at this address; the framework tells those of the first alone."""
    here = (route for route in routes_of(request.app.routes) if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in here for method in route.methods or ()}))


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """The routes themselves, out of the routers that were included."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            yield from routes_of(router.routes)
        elif isinstance(route, Route):
            yield route


def _why(refusals: Sequence[Refusal], policy_version: str) -> str:
    first = refusals[0]
    said = f"Rule {first.rule_id} ({first.guidance_ref}) does not allow it under policy {policy_version}."
    return said if len(refusals) == 1 else f"{said} {len(refusals)} rules stand in the way; see 'refusals'."


def _plain(value: BaseModel) -> dict[str, Any]:
    """Its fields as JSON, without those that are absent or empty."""
    fields = value.model_dump(mode="json", exclude_none=True)
    return {name: content for name, content in fields.items() if content not in ((), [], {})}


def _written(document: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    fields = {"Cache-Control": "no-store", **(headers or {})}
    return JSONResponse(document, status, fields, media_type=MEDIA_TYPE)
