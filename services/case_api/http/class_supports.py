"""A support for a whole class or a group, by one command (R27, D12)."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from uuid_utils.compat import uuid7

from case_api.access.principal import Principal
from case_api.access.reach import reach
from case_api.access.roles import SCHOOL
from case_api.boards.class_list import CLASSES
from case_api.boards.selection import EVERYTHING
from case_api.domain.command import Situation
from case_api.domain.decisions import class_supports
from case_api.domain.decisions.class_supports import LARGEST, ClassSupport, GroupSupport, first_day
from case_api.domain.words import Code, day_of
from case_api.feed import receipt_cursor
from case_api.http.bodies import body_of, documented, json_body
from case_api.http.conditional import case_etag
from case_api.http.documents import ERRORS, REPLAYED
from case_api.http.idempotency import IdempotencyKey
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems, asked_by
from case_api.http.receipts import Answered, viewer
from case_api.http.tracing import looked
from case_api.joint import JointOrder, WouldRecordTogether
from case_api.office import Office
from case_api.order import Caller, Receipt
from case_api.store.journal import Reply
from case_api.store.keys import Keyring

router = APIRouter(tags=["supports"])
Given = ClassSupport | GroupSupport


class GivenTo(BaseModel):
    """One learner who was given the support."""

    case_id: UUID
    measure_id: UUID = Field(
        description="The learner's own measure: effects, adjustments and its end are recorded on it."
    )
    etag: str = Field(description="The case's new ETag, for If-Match.")


class JointReceipt(BaseModel):
    """What was recorded for each learner, all in one step."""

    id: UUID = Field(description="`joint_id` of the measures.")
    items: list[GivenTo]
    cursor: str = Field(description="A place in the feed: events after this command come after it.")


class WouldBeGiven(BaseModel):
    """One event that a dry run would have recorded."""

    case_id: UUID
    type: str
    data: dict[str, object]


class WouldRecordJointly(BaseModel):
    """What a dry run found."""

    would_record: list[WouldBeGiven]


RECORDED: dict[int | str, dict[str, Any]] = {
    201: {"model": JointReceipt, "description": "Recorded for every learner.", "headers": REPLAYED},
    200: {"model": WouldRecordJointly, "description": "The outcome of a dry run."},
}


@router.post(
    "/v1/settings/{setting_id}/supports",
    operation_id="give_support_together",
    openapi_extra=documented(class_supports.GiveSupport, "GiveSupport"),
    status_code=201,
    response_class=Response,
    responses={**RECORDED, **ERRORS},
    summary="Record that a support was put in place for a class or a group",
)
async def give_support_together(
    request: Request,
    setting_id: Code,
    body: Annotated[Any, json_body(class_supports.GiveSupport)],
    acting: Annotated[Caller, Depends(Roles(SCHOOL, "work"))],
    office: InOffice,
    key: IdempotencyKey,
) -> Response:
    """Recorded for all of the learners or for none; a refusal names every learner in whose way it is.

    Of a class, who is placed in it on the first day of the support is given it, each for those of the needs named
    that are theirs.
    """
    keyring, state, joint_id = office.journal.keyring, request.app.state, uuid7()
    order = JointOrder(
        caller=acting,
        command=body,
        gather=partial(_gathered, office, setting_id, body),
        rules=partial(class_supports.what_holds_for_all, setting_id),
        decision=lambda case, told, at: class_supports.give_support_together(case, setting_id, joint_id, told, at),
        reply=replier(keyring, acting.who, day_of(state.clock.now(), state.zone), joint_id),
        told_of=told_of,
        key=key,
        fingerprint=keyring.fingerprint(request.method, asked_by(request, acting.who), body_of(request)),
        may_see=reach(acting.who, "work"),
        names_them=isinstance(body, GroupSupport),
    )
    with as_problems():
        outcome = await office.jointly.handle(order)
    if not isinstance(outcome, WouldRecordTogether):
        return Answered(outcome)
    looked(request.scope, (case_id for case_id, _ in outcome.events))
    return _would(outcome)


async def _gathered(office: Office, setting: str, command: Given, at: Situation) -> Collection[UUID]:
    """The cases named; or those of the class as it is on the first day, read no earlier than now."""
    if isinstance(command, GroupSupport):
        return command.cases
    day = first_day(command, at)
    there = EVERYTHING.having(setting=setting, setting_class=command.setting_class)
    rows = await office.boards.rows(CLASSES, there.upto(shown_from=day).beyond(shown_until=day), limit=LARGEST + 1)
    return [row.case_id for row in rows]


def replier(keyring: Keyring, who: Principal, day: date, joint_id: UUID) -> Callable[[Sequence[Receipt]], Reply]:
    """Makes the one receipt from those of the cases that were given it; the last of them was recorded last."""

    def reply(receipts: Sequence[Receipt]) -> Reply:
        given = [one for one in receipts if one.recorded]
        items = [
            {
                "case_id": str(one.stream),
                "measure_id": str(one.created),
                "etag": case_etag(keyring, one.stream, one.version, viewer=viewer(who), day=day),
            }
            for one in given
        ]
        cursor = receipt_cursor(keyring, given[-1].stream, given[-1].version)
        body = {"id": str(joint_id), "items": items, "cursor": cursor}
        return Reply(201, (), msgspec.json.encode(body))

    return reply


def told_of(kept: Reply) -> Collection[UUID]:
    """The cases in a receipt that was kept."""
    items: list[dict[str, str]] = msgspec.json.decode(kept.body)["items"]
    return [UUID(item["case_id"]) for item in items]


def _would(outcome: WouldRecordTogether) -> Response:
    events = [
        {"case_id": str(case_id), "type": event.topic, "data": event.model_dump(mode="json", exclude_none=True)}
        for case_id, event in outcome.events
    ]
    return JSONResponse({"would_record": events})
