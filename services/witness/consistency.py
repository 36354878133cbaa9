"""Whether one tree begins with another (RFC 9162, 2.1.4.2)."""

from collections.abc import Sequence
from hashlib import sha256


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of *new* leaves begins with the whole tree of *old*."""
    if 0 < old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first, *rest = [old_root, *proof] if old & (old - 1) == 0 else proof
    roots = _climb(place, last, first, rest)
    return roots == (old_root, new_root)


def _climb(place: int, last: int, first: bytes, rest: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots as the proof has them; None if it is too short or too long."""
    old = new = first
    for sibling in rest:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = _node(sibling, old), _node(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
