"""The authority's policy, its directory of services, its staff."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import ADMINISTRATION
from case_api.domain.command import Command
from case_api.domain.decisions import authority
from case_api.domain.facts.authority import ServiceListed, SettingListed, StaffAssigned
from case_api.domain.policy import Policy
from case_api.domain.refusal import Decision
from case_api.domain.words import ROLES, end_of
from case_api.http.bodies import documented, json_body
from case_api.http.commands import RECORDED
from case_api.http.conditional import EntityTags, IfMatch
from case_api.http.documents import ERRORS, READ_ERRORS
from case_api.http.idempotency import IdempotencyKey
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import place
from case_api.http.times import QueryDay
from case_api.office import Office
from case_api.order import Caller
from case_api.packs import Packs
from case_api.streams import stream_of_authority

router = APIRouter(tags=["authority"])
ANSWERS: dict[int | str, dict[str, Any]] = {**RECORDED, **ERRORS}
Administrator = Annotated[Caller, Depends(Roles(ADMINISTRATION, "administer"))]
Anybody = Annotated[Caller, Depends(Roles(tuple(sorted(ROLES)), "look_up"))]


class Directory(BaseModel):
    """The partner services, and who works where."""

    services: list[ServiceListed]
    settings: list[SettingListed]
    staff: list[StaffAssigned]


async def _place(
    request: Request,
    office: Office,
    acting: Caller,
    body: Any,
    decision: Callable[..., Any],
    key: str | None,
    if_match: EntityTags | None,
) -> Response:
    return await place(
        request,
        office,
        office.own,
        acting,
        body,
        decision,
        stream=stream_of_authority(office.authority),
        key=key,
        if_match=if_match,
        opens=True,
    )


@router.post(
    "/v1/policy",
    operation_id="publish_policy",
    openapi_extra=documented(authority.PublishPolicy),
    status_code=201,
    response_class=Response,
    responses=ANSWERS,
    summary="Publish a version of a policy pack",
)
async def publish_policy(
    request: Request,
    body: Annotated[authority.PublishPolicy, json_body(authority.PublishPolicy)],
    acting: Administrator,
    office: InOffice,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Without content the pack of that name and version that ships with the service is published.

    For the same day the later publication counts: one that is still to come into force is put off by publishing for
    its day what is to hold instead. An earlier version may come into force again.
    """
    packs: Packs = request.app.state.packs
    if body.content is None:
        body = body.model_copy(update={"content": packs.content(body.name, body.version)})
    return await _place(request, office, acting, body, authority.publish_policy, key, if_match)


def _directory(path: str, kind: type[Command], decision: Callable[..., Decision], summary: str, about: str) -> None:
    """Declare `POST path` for a command that changes the directory."""

    async def endpoint(
        request: Request,
        body: Annotated[Any, json_body(kind)],
        acting: Administrator,
        office: InOffice,
        key: IdempotencyKey,
        if_match: IfMatch,
    ) -> Response:
        return await _place(request, office, acting, body, decision, key, if_match)

    router.post(
        path,
        operation_id=decision.__name__,
        openapi_extra=documented(kind),
        status_code=201,
        response_class=Response,
        responses=ANSWERS,
        summary=summary,
        description=about,
    )(endpoint)


_directory(
    "/v1/directory/services",
    authority.ListService,
    authority.list_service,
    "List a partner service, or change its entry",
    "The later listing of a code supersedes the earlier one.",
)
_directory(
    "/v1/directory/settings",
    authority.ListSetting,
    authority.list_setting,
    "List a school or nursery, or change its entry",
    "By the name that families know. Once one is listed, learners and staff belong to listed ones.",
)
_directory(
    "/v1/directory/staff",
    authority.AssignStaff,
    authority.assign_staff,
    "Record that a member of staff works in a setting",
    "Where to write to them at work, and the name that families know them by, may be given with it.",
)


On = Annotated[QueryDay | None, Query(description="The policy of that day, as far as it is published; now if absent.")]


class Publication(BaseModel):
    """That a version of a pack governs from a day on; the later publication counts for the same day."""

    policy: str = Field(description="Name and version, as decisions name it.")
    in_force_from: date


class Publications(BaseModel):
    """What was published, in that order."""

    items: list[Publication]


@router.get("/v1/policy", summary="The policy in force: ladder, strategies, agreements, roles", responses=READ_ERRORS)
async def policy(request: Request, _: Anybody, office: InOffice, on: On = None) -> Policy:
    """Any role may read it: everybody can see an outline of the staged process (R10)."""
    in_force = (await office.precedent.latest(request.app.state.clock.now()))[1]
    return office.precedent.policy_on(end_of(on, request.app.state.zone)) if on else in_force


@router.get(
    "/v1/policy/publications",
    operation_id="policy_publications",
    summary="Which policies were published, and from when each governs",
    responses=READ_ERRORS,
)
async def publications(request: Request, _: Administrator, office: InOffice) -> Publications:
    """Also those that are still to come into force."""
    published = (await office.precedent.latest(request.app.state.clock.now()))[0].policies
    items = [(f"{one.name_of_pack}@{one.version}", one.in_force_from) for one in published]
    return Publications(items=[Publication(policy=ref, in_force_from=day) for ref, day in items])


@router.get("/v1/directory", summary="The partner services and staff of the authority", responses=READ_ERRORS)
async def directory(request: Request, acting: Anybody, office: InOffice) -> Directory:
    """Families and agencies see the services alone (R2)."""
    found, _ = await office.precedent.latest(request.app.state.clock.now())
    outside = not acting.who.roles.isdisjoint({"carer", "learner", "agency", "external"})
    listed = [one.model_copy(update={"webhook_url": None}) if outside else one for one in found.services.values()]
    return Directory(
        services=listed, settings=list(found.settings.values()), staff=[] if outside else list(found.staff)
    )
