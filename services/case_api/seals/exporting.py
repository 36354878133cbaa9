"""One case in one file that anybody can check offline: facts, proofs, a checkpoint, and its history in words (D2)."""

from base64 import b64encode
from collections.abc import Collection
from typing import Any
from uuid import UUID

from case_api.domain.event import SEALED
from case_api.seals import merkle
from case_api.seals.keeper import Checkpoint, Keeper
from case_api.seals.verifier import FORMAT, header_of, seal_lines, told
from case_api.store.append import Shown, Stored
from case_api.streams import told_of


class NoSuchCase(LookupError):
    """There is no case of this id in the log."""


async def export(
    keeper: Keeper, case_id: UUID, *, people: bool = False, masked: Collection[str] = ()
) -> dict[str, Any]:
    """The document of a case and of who was told about it. `verifier.written` gives its bytes.

    What is masked stands there as it is stored, encrypted, so that its place can be proved and nothing of it read:
    facts of the types *masked*, those whose key was destroyed, and, unless *people*, what is sealed under a key of
    a carer's own (D10). Raises NoSuchCase, Broken, FrameError.
    """
    evidence = keeper.journal.evidence
    stored = await evidence.stream(case_id)
    if not stored or stored[0].name == SEALED:
        raise NoSuchCase
    stored += await evidence.stream(told_of(case_id))
    signed = await keeper.checkpoint()
    if signed is None:
        raise NoSuchCase
    bodies = await evidence.shown(stored)
    hidden = [_is_masked(one, case_id, people, masked) for one in stored]
    shown = [None if mask else body for mask, body in zip(hidden, bodies, strict=True)]
    document: dict[str, Any] = {
        "format": FORMAT,
        "authority": keeper.journal.authority,
        "case_id": str(case_id),
        "key": keeper.signer.key,
        "checkpoint": signed.note,
        "facts": [await _fact(keeper, signed, *pair) for pair in zip(stored, shown, strict=True)],
        "history": [line for one, body in zip(stored, shown, strict=True) for line in _lines(one, body)],
    }
    return {**document, "seal": keeper.signer.note(*seal_lines(document, keeper.signer.origin))}


def _is_masked(stored: Stored, case_id: UUID, people: bool, masked: Collection[str]) -> bool:
    header = header_of(stored.state)
    return stored.name.partition(".")[0] in masked or not (people or header["key_id"] == str(case_id))


def _lines(stored: Stored, body: Shown | None) -> list[str]:
    return told(header_of(stored.state), body.body.decode() if body else None)


async def _fact(keeper: Keeper, signed: Checkpoint, stored: Stored, body: Shown | None) -> dict[str, Any]:
    leaf = await keeper.nodes.at(stored.position)
    if leaf is None:
        raise NoSuchCase
    proof = await keeper.spans(merkle.inclusion(leaf.number, signed.size))
    fact = {
        "position": stored.position,
        "leaf": leaf.number,
        "state": _text(stored.state),
        "proof": [_text(one) for one in proof],
    }
    return fact if body is None else {**fact, "body": body.body.decode(), "salt": _text(body.salt)}


def _text(value: bytes) -> str:
    return b64encode(value).decode()
