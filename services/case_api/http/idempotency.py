"""The Idempotency-Key of a command (D13; draft-ietf-httpapi-idempotency-key-header)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Query
from starlette.requests import Request

from case_api.http import problem_kinds as kinds
from case_api.http.problems import Problem

QUOTED = re.compile(r'"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
BARE = re.compile(r"[\x21\x23-\x7e]{1,128}")
LONGEST = 128
SHAPE = {"pattern": r'^("([!#-\[\]-~]|\\["\\]){1,128}"|[!#-~]{1,128})$'}
"""What QUOTED and BARE read, as the API document says it."""

DryRun = Annotated[bool, Query(description="Answer what would be recorded, or why not, and record nothing.")]


def read_key(text: str) -> str:
    """The key in the field's value, a quoted string (RFC 9651) or bare; raises a 400 Problem otherwise."""
    quoted = QUOTED.fullmatch(text)
    key = re.sub(r'\\(["\\])', r"\1", quoted[1]) if quoted else text
    if not (quoted or BARE.fullmatch(text)) or not 1 <= len(key) <= LONGEST:
        raise Problem(kinds.KEY_UNREADABLE)
    return key


async def idempotency_key(
    request: Request,
    dry_run: DryRun = False,
    _documented: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="A new random value for each new command; the same again to repeat it. "
            "Required unless dry_run is true.",
            json_schema_extra=SHAPE,
        ),
    ] = None,
) -> str | None:
    """The key of this command, or None on a dry run, which needs none and keeps nothing (D13)."""
    given = request.headers.getlist("idempotency-key")
    if len(given) > 1:
        raise Problem(kinds.KEY_UNREADABLE)
    key = read_key(given[0].strip()) if given else None
    if key is None and not dry_run:
        raise Problem(kinds.KEY_MISSING)
    return None if dry_run else key


IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
"""The key of a command; None exactly when it is a dry run."""
