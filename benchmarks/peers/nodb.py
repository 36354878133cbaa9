"""The same endpoint with nothing behind it: body, model and token are checked, and an answer is made up."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from benchmarks.peers.bearer import Asking
from case_api.access.principal import Principal
from case_api.domain.decisions.concerns import RaiseConcern


class Receipt(BaseModel):
    """As long as ours."""

    id: UUID
    etag: str
    cursor: str


def create_app(who: Asking) -> FastAPI:
    """As plain as FastAPI makes it."""
    app = FastAPI()

    @app.post("/v1/cases/{case_id}/concerns", status_code=201)
    async def raise_concern(
        case_id: UUID,
        body: RaiseConcern,
        response: Response,
        asks: Annotated[Principal, Depends(who)],
        idempotency_key: Annotated[str, Header()],
    ) -> Receipt:
        made = uuid7()
        response.headers["Location"] = f"/v1/cases/{case_id}"
        response.headers["ETag"] = f'"{made}{idempotency_key}"'
        return Receipt(id=made, etag=f'"{made}{idempotency_key}"', cursor=f"{made}{case_id}")

    return app
