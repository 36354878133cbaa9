"""One case in one file that anybody can check offline: facts, proofs, a checkpoint, and its history in words (D2)."""

from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never
from uuid import UUID

from case_api.domain.event import SEALED
from case_api.seals import merkle
from case_api.seals.keeper import Checkpoint, Keeper
from case_api.seals.nodes import Leaf
from case_api.seals.verifier import FORMAT, VEILED, header_of, seal_lines, told
from case_api.store.append import Shown, Stored
from case_api.streams import stream_of_authority, told_of

Way = Literal["whole", "header", "veiled"]
"""How a fact stands in an export: with its body and salt, as it is stored and encrypted, or its place alone."""


class NoSuchCase(LookupError):
    """There is no case of this id in the log."""


async def export(
    keeper: Keeper, case_id: UUID, *, people: bool = False, masked: Collection[str] = ()
) -> dict[str, Any]:
    """The document of a case and of who was told about it. `verifier.written` gives its bytes.

    What is masked stands there as it is stored, encrypted, so that its place can be proved and nothing of it read:
    facts of the types *masked*, with a version or of every one, those whose key was destroyed, and, unless *people*,
    what is sealed under a key of a carer's own (D10). Raises NoSuchCase, Broken, FrameError.
    """

    def way_of(stored: Stored) -> Way:
        return "header" if _is_masked(stored, case_id, people, masked) else "whole"

    return await _document(keeper, case_id, FORMAT, await _streams(keeper, case_id), way_of)


async def disclosure(
    keeper: Keeper, case_id: UUID, upto: Callable[[Stored], bool], way_of: Callable[[Stored], Way]
) -> dict[str, Any]:
    """The same of the facts that are *upto* a moment, each shown in the way that was decided for it.

    Of what is *veiled* not even the type, the time and the key are said: they, too, would tell of other people.
    Raises NoSuchCase, Broken, FrameError.
    """
    stored = [one for one in await _streams(keeper, case_id) if upto(one)]
    return await _document(keeper, case_id, VEILED, stored, way_of)


async def _streams(keeper: Keeper, case_id: UUID) -> list[Stored]:
    evidence = keeper.journal.evidence
    stored = await evidence.stream(case_id)
    if not stored or stored[0].name == SEALED:
        raise NoSuchCase
    return stored + await evidence.stream(told_of(case_id))


async def _document(
    keeper: Keeper, case_id: UUID, form: str, stored: Sequence[Stored], way_of: Callable[[Stored], Way]
) -> dict[str, Any]:
    signed = await keeper.checkpoint()
    if signed is None:
        raise NoSuchCase
    bodies, places = await keeper.journal.evidence.shown(stored), await _places(keeper, signed, stored)
    facts, history = [], []
    for one, body, place in zip(stored, bodies, places, strict=True):
        way = way_of(one)
        facts.append(_fact(one, body, place, way))
        history += _lines(one, body, way)
    document: dict[str, Any] = {
        "format": form,
        "authority": keeper.journal.authority,
        "case_id": str(case_id),
        "key": keeper.signer.key,
        "checkpoint": signed.note,
        "facts": facts,
        "history": history,
    }
    return {**document, "seal": keeper.signer.note(*seal_lines(document, keeper.signer.origin))}


def _is_masked(stored: Stored, case_id: UUID, people: bool, masked: Collection[str]) -> bool:
    header = header_of(stored.state)
    ours = {str(case_id), str(stream_of_authority(header["authority"]))}
    is_named = stored.name in masked or stored.name.partition(".")[0] in masked
    return is_named or not (people or header["key_id"] in ours)


def _lines(stored: Stored, body: Shown | None, way: Way) -> list[str]:
    match way:
        case "veiled":
            return [f"{stored.version}. an entry that is not shown"]
        case "header":
            return told(header_of(stored.state), None)
        case "whole":
            return told(header_of(stored.state), body.body.decode() if body else None)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True)
class _Place:
    leaf: Leaf
    proof: Sequence[bytes]


async def _places(keeper: Keeper, signed: Checkpoint, stored: Sequence[Stored]) -> list[_Place]:
    """Where each fact stands in the tree, with the proof of it; many at a time."""
    leaves = await keeper.nodes.of_positions([one.position for one in stored])
    if len(leaves) < len(stored):
        raise NoSuchCase
    found = [leaves[one.position] for one in stored]
    ways = [merkle.inclusion(leaf.number, signed.size) for leaf in found]
    proved = iter(await keeper.spans([span for way in ways for span in way]))
    return [_Place(leaf, [next(proved) for _ in way]) for leaf, way in zip(found, ways, strict=True)]


def _fact(stored: Stored, body: Shown | None, at: _Place, way: Way) -> dict[str, Any]:
    place = {"leaf": at.leaf.number, "proof": [_text(one) for one in at.proof]}
    if way == "veiled":
        return {**place, "stream": str(stored.stream), "hash": _text(at.leaf.value)}
    fact = {**place, "position": stored.position, "state": _text(stored.state)}
    shows = body if way == "whole" else None
    return fact if shows is None else {**fact, "body": shows.body.decode(), "salt": _text(shows.salt)}


def _text(value: bytes) -> str:
    return b64encode(value).decode()
