"""The parts of the API document that all operations share."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class MistakeBody(BaseModel):
    """One place in the request."""

    pointer: str | None = Field(default=None, description="JSON Pointer (RFC 6901) to it in the body.")
    parameter: str | None = None
    detail: str


class MissingBody(BaseModel):
    """One thing that stands in the way."""

    rule_id: str
    what: str
    person: str | None = None
    ref: str | None = None
    case_id: str | None = Field(default=None, description="Whose case it is, where a command is about several.")
    detail: str | None = None


class ProblemBody(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
    advice: str
    errors: list[MistakeBody] | None = None
    rule_id: str | None = None
    guidance_ref: str | None = None
    policy_version: str | None = None
    missing: list[MissingBody] | None = None
    refusals: list[dict[str, Any]] | None = None


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _field(name: str, description: str) -> dict[str, Any]:
    return {name: {"description": description, "schema": {"type": "string"}}}


ETAG = _field("ETag", "The version shown or made, for If-Match and If-None-Match; a dry run has none.")
LOCATION = _field("Location", "Where what was made can be read, if it has an address of its own.")
REPLAYED = _field("Idempotency-Replayed", "`true` where this is the stored answer to an earlier request.")

ERRORS: dict[int | str, dict[str, Any]] = {
    400: _problem("The request does not fit the published schema."),
    401: _problem("A valid access token is needed."),
    403: _problem("The caller's role does not include this."),
    404: _problem("There is nothing here that the caller can see."),
    408: _problem("The body did not arrive in time."),
    409: _problem("The rules do not allow it now; the problem says which and what to do."),
    412: _problem("It has changed since it was read."),
    413: _problem("The body is too large."),
    415: _problem("The body is not JSON."),
    422: _problem("The Idempotency-Key was used for another request."),
    428: _problem("The change needs an If-Match."),
    429: _problem("Too many requests."),
    500: _problem("Something went wrong on our side."),
    503: _problem("The service cannot answer just now."),
}
"""Every answer that a command may have beside success."""

READ_ERRORS: dict[int | str, dict[str, Any]] = {
    status: ERRORS[status] for status in (400, 401, 403, 404, 429, 500, 503)
}
"""Every answer that a read may have beside success."""
