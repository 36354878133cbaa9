"""Answers that the server itself gives, to what is no request of the API: problem documents, as all are."""

import json

from case_api.http import problem_kinds as kinds
from case_api.http.problem_kinds import Kind
from case_api.http.problems import MEDIA_TYPE

NO_HTTP = kinds.kind(
    "unreadable-request", 400, "This is not HTTP that can be read.", "Send a well-formed HTTP/1.1 request."
)


def bare_answer(kind: Kind) -> bytes:
    """The whole of an answer that ends its connection."""
    document = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status}
    body = json.dumps({**document, "detail": kind.title, "code": kind.slug, "advice": kind.advice}).encode()
    head = (
        f"HTTP/1.1 {kind.status} Refused\r\ncontent-type: {MEDIA_TYPE}\r\ncache-control: no-store\r\n"
        "x-content-type-options: nosniff\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
