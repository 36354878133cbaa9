"""For auditors: signed checkpoints of the log, and proofs that it holds a fact and was never rewritten (D1)."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from case_api.access.roles import AUDIT
from case_api.http import problem_kinds as kinds
from case_api.http.documents import READ_ERRORS
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem
from case_api.order import Caller
from case_api.seals.keeper import Broken, NotSealed

router = APIRouter(tags=["audit"])

SEALS_BROKEN = kinds.kind(
    "seals-broken",
    503,
    "The log is not what was sealed.",
    "Tell the operator and the authority's data protection officer; `stagepost verify --log` names the place.",
)
Base64 = Annotated[str, Field(description="Base64.")]
Size = Annotated[int, Query(ge=1, le=2**53)]


class CheckpointBody(BaseModel):
    """How far the log reaches, signed. It counts every fact, hidden ones too."""

    size: int
    root: Base64
    checkpoint: str = Field(description="A signed note (C2SP tlog-checkpoint), byte for byte as it was signed.")
    key: str = Field(description="The verification key; compare it with the one that the authority publishes.")


class InclusionBody(BaseModel):
    """That a fact is leaf `number` of the tree of `size` facts (RFC 6962, 2.1.1)."""

    event_id: UUID
    number: int
    size: int
    leaf_hash: Base64
    proof: list[Base64]


class ConsistencyBody(BaseModel):
    """That the tree of the later size begins with the whole of the earlier one (RFC 6962, 2.1.2)."""

    earlier: int
    later: int
    proof: list[Base64]


@router.get(
    "/v1/audit/checkpoint",
    operation_id="checkpoint",
    summary="How far the log reaches, signed",
    responses=READ_ERRORS,
)
async def checkpoint(_: Annotated[Caller, Depends(Roles(AUDIT, "audit"))], office: InOffice) -> CheckpointBody:
    """Over everything that was recorded before it was asked for; 404 while that is nothing."""
    with _as_problems():
        signed = await office.seals.checkpoint()
    if signed is None:
        raise Problem(kinds.NOT_FOUND)
    key = office.seals.signer.key
    return CheckpointBody(size=signed.size, root=_written([signed.root])[0], checkpoint=signed.note, key=key)


@router.get(
    "/v1/audit/proofs/inclusion",
    operation_id="prove_inclusion",
    summary="Prove that the log holds a fact",
    responses=READ_ERRORS,
)
async def inclusion(
    _: Annotated[Caller, Depends(Roles(AUDIT, "audit"))], office: InOffice, event_id: UUID, size: Size | None = None
) -> InclusionBody:
    """In the tree of a size, or of the newest checkpoint. What child-protection matters hold is not found here."""
    with _as_problems():
        found = await office.seals.inclusion(event_id, size)
    [leaf, *proof] = _written([found.leaf, *found.proof])
    return InclusionBody(event_id=event_id, number=found.number, size=found.size, leaf_hash=leaf, proof=proof)


@router.get(
    "/v1/audit/proofs/consistency",
    operation_id="prove_consistency",
    summary="Prove that an earlier checkpoint was only added to",
    responses=READ_ERRORS,
)
async def consistency(
    _: Annotated[Caller, Depends(Roles(AUDIT, "audit"))],
    office: InOffice,
    earlier: Annotated[int, Query(alias="from", ge=0, le=2**53)],
    later: Annotated[int, Query(alias="to", ge=0, le=2**53)],
) -> ConsistencyBody:
    """From a size to a later one, both of them sizes that the log has reached."""
    with _as_problems():
        proof = await office.seals.consistency(earlier, later)
    return ConsistencyBody(earlier=earlier, later=later, proof=_written(proof))


@contextmanager
def _as_problems() -> Iterator[None]:
    try:
        with as_problems():
            yield
    except NotSealed:
        raise Problem(kinds.NOT_FOUND) from None
    except Broken:
        raise Problem(SEALS_BROKEN) from None


def _written(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(value).decode() for value in hashes]
