"""The short way in for the plain form of a read of one case: no query, and ids in their canonical form.

Why there is one, and what else it means, says plain_requests.py.
"""

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, Final, TypeVar, get_args

from starlette.requests import Request

from case_api.http.conditional import if_none_match
from case_api.http.offices import Roles, office_of
from case_api.http.plain_requests import Given, Read, plain_ids
from case_api.http.times import times_of

E = TypeVar("E", bound=Callable[..., Any])
GIVEN: Final = {"request", "acting", "office", "times", "if_none_match"}
"""What every such endpoint takes beside the ids of its path."""


def plain_read(endpoint: E) -> E:
    """Give a read of one case its short way; what else its query may ask has a default. Raises TypeError without."""
    parameters = signature(endpoint).parameters
    if GIVEN - set(parameters) or any(map(_is_wanted, parameters.values())):
        raise TypeError(f"what {endpoint.__qualname__} takes is not that of a plain read")
    endpoint.plainly = _reading(_roles(parameters["acting"]))  # type: ignore[attr-defined]
    return endpoint


def _reading(roles: Roles) -> Read:
    async def read(request: Request) -> Given | None:
        if not is_plain(request):
            return None
        who = request.scope["principal"]
        acting, office = await roles(request, who), await office_of(request, who)
        times, tags = await times_of(request), await if_none_match(request)
        ids = plain_ids(request)
        return {"request": request, **ids, "acting": acting, "office": office, "times": times, "if_none_match": tags}

    return read


def is_plain(request: Request) -> bool:
    """Whether a request that is plain in its path is so altogether."""
    return not request.scope["query_string"]


def _is_wanted(parameter: Parameter) -> bool:
    return parameter.name not in GIVEN and not parameter.name.endswith("_id") and parameter.default is Parameter.empty


def _roles(acting: Parameter) -> Roles:
    found = [dependency for one in get_args(acting.annotation) if (dependency := getattr(one, "dependency", None))]
    [roles] = [one for one in found if isinstance(one, Roles)]
    return roles
