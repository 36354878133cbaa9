"""How one fact is announced: a thin CloudEvent of ids and codes, with links to more (CloudEvents 1.0, D18)."""

from datetime import UTC, datetime, tzinfo
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from case_api.domain.event import Recorded
from case_api.domain.words import start_of


class Links(BaseModel):
    """Where to read more."""

    case: str | None = None
    recipients: str | None = None
    request: str | None = Field(default=None, description="The request for assistance, as its service may see it.")


class Data(BaseModel):
    """Ids and codes only; the event's own references stand beside `case_id`."""

    model_config = ConfigDict(extra="allow")

    case_id: UUID | None = None
    links: Links


class CloudEvent(BaseModel):
    """An event as it is announced (CloudEvents 1.0, JSON format)."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str | None = None
    time: AwareDatetime = Field(description="When it happened; the start of the day where only the day is known.")
    recordedtime: AwareDatetime
    correlationid: UUID | None = None
    causationid: UUID | None = None
    traceparent: str | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    data: Data


def cloud_event(
    event: Recorded, authority: str, public_url: str, zone: tzinfo, *, for_service: bool = False
) -> CloudEvent:
    """The announcement of one fact: ids, type, and links to what its reader may read."""
    case_id = _case_of(event)
    envelope = event.envelope
    fields: dict[str, Any] = {"correlationid": envelope.correlation_id} if envelope else {}
    if envelope:
        fields |= {"causationid": envelope.causation_id, "traceparent": envelope.traceparent}
    return CloudEvent(
        id=event.event_id,
        source=f"/stagepost/{authority}",
        type=event.name,
        subject=str(case_id) if case_id else None,
        time=_instant(event, zone),
        recordedtime=event.recorded_at,
        dataschema=f"{public_url}/schemas/feed.{event.name}.json#/properties/data",
        data=Data(case_id=case_id, links=_links(event, case_id, for_service=for_service), **_refs(event)),
        **fields,
    )


def _instant(event: Recorded, zone: tzinfo) -> datetime:
    return start_of(event.occurred_at, zone).astimezone(UTC)


def _case_of(event: Recorded) -> UUID | None:
    """The case that an event belongs to; the ledger's events carry it in the key that seals them (D10)."""
    if event.kind == "case":
        return event.stream
    return event.key_id if event.kind == "told" else None


def _links(event: Recorded, case_id: UUID | None, *, for_service: bool) -> Links:
    if case_id is None:
        return Links()
    request_id = getattr(event.fact, "request_id", None)
    request = f"/v1/cases/{case_id}/assistance-requests/{request_id}" if request_id else None
    if for_service:
        return Links(request=request)
    recipients = f"/v1/events/{event.event_id}/recipients" if event.kind == "case" else None
    return Links(case=f"/v1/cases/{case_id}", recipients=recipients, request=request)


def _refs(event: Recorded) -> dict[str, Any]:
    found = {name: getattr(event.fact, name) for name in event.fact.refs}
    return {name: value for name, value in found.items() if value is not None}
