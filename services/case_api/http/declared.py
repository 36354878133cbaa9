"""What the routes declare beside their paths: roles, conditions, and the names of their parameters."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request

from case_api.http import problem_kinds as kinds
from case_api.http.mistakes import Mistake
from case_api.http.problems import Problem, routes_of

K = TypeVar("K")
UNKNOWN = "This operation does not know a parameter of this name."


def operations(app: FastAPI) -> Iterator[APIRoute]:
    """The routes that the API document describes."""
    return (each for each in routes_of(app.routes) if isinstance(each, APIRoute) and each.include_in_schema)


def dependencies(route: APIRoute) -> Iterator[Callable[..., Any]]:
    """Everything that a route depends on, and what that depends on."""
    return (each.call for each in _within(route.dependant) if each.call is not None)


def dependency(route: APIRoute, kind: type[K]) -> K | None:
    """The one of a route's dependencies that is a *kind*."""
    return next((each for each in dependencies(route) if isinstance(each, kind)), None)


async def known_parameters(request: Request) -> None:
    """Refuse, with a 400 Problem, a query that names what the operation does not declare.

    A misspelt filter would otherwise be passed over in silence. Only a name that some operation declares is repeated;
    any other is the client's own text.
    """
    given = set(request.query_params)
    route = request.scope.get("route")
    strange = given - query_names(route) if given and isinstance(route, APIRoute) else set()
    if strange:
        declared = {name for each in operations(request.app) for name in query_names(each)}
        places = sorted({name if name in declared else "query" for name in strange})
        raise Problem(kinds.INVALID, errors=[Mistake(place, UNKNOWN, parameter=True) for place in places])


def query_names(route: APIRoute) -> frozenset[str]:
    """The names of the parameters that an operation reads from the query."""
    return frozenset(parameter.alias for each in _within(route.dependant) for parameter in each.query_params)


def _within(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _within(each)
