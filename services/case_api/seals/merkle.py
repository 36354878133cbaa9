"""The shape of an RFC 6962 tree: which of its nodes a proof needs, and which are complete when a leaf is added.

A node is known by its level and number: (0, n) is leaf n, (k, n) covers the leaves from n * 2**k on, 2**k of them.
Only complete nodes are kept; what lies on the right edge is put together from them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from case_api.seals.verifier import node_hash

Node = tuple[int, int]
"""Level and number of a complete node."""
Span = tuple[int, int]
"""Leaves from the first to before the second."""


class Frontier:
    """The complete nodes on the right edge: all that is needed to go on."""

    def __init__(self, size: int, hashes: Mapping[Node, bytes]) -> None:
        self.size = size
        self._edge = [(node, hashes[node]) for node in covering((0, size))]

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf; every node above it that it completes, the lowest first."""
        made: list[tuple[Node, bytes]] = []
        node, value = (0, self.size), leaf
        while node[1] % 2:
            _, left = self._edge.pop()
            node, value = (node[0] + 1, node[1] // 2), node_hash(left, value)
            made.append((node, value))
        self._edge.append((node, value))
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root of the tree as it is now; raises ValueError when it is empty."""
        return folded([value for _, value in self._edge])


def covering(span: Span) -> list[Node]:
    """The fewest complete nodes that cover a span, from left to right."""
    start, end = span
    nodes: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over what such nodes cover together."""
    if not hashes:
        raise ValueError("an empty tree has no nodes")
    return reduce(lambda right, left: node_hash(left, right), reversed(hashes[:-1]), hashes[-1])


def inclusion(number: int, size: int) -> list[Span]:
    """The spans whose hashes prove that leaf *number* is in the tree of *size* (RFC 6962, 2.1.1)."""
    return list(_path(number, 0, size))[::-1]


def consistency(old: int, new: int) -> list[Span]:
    """The spans whose hashes prove that a tree of *new* leaves begins with one of *old* (RFC 6962, 2.1.2)."""
    if not 0 < old < new:
        return []
    return list(_between(old, 0, new, whole=True))[::-1]


def _path(number: int, start: int, size: int) -> Iterator[Span]:
    while size > 1:
        half = _largest_below(size)
        if number < half:
            yield start + half, start + size
            size = half
        else:
            yield start, start + half
            number, start, size = number - half, start + half, size - half


def _between(old: int, start: int, size: int, *, whole: bool) -> Iterator[Span]:
    while old < size:
        half = _largest_below(size)
        if old <= half:
            yield start + half, start + size
            size = half
        else:
            yield start, start + half
            old, start, size, whole = old - half, start + half, size - half, False
    if not whole:
        yield start, start + size


def _largest_below(size: int) -> int:
    """The largest power of two that is smaller than *size*."""
    return 1 << ((size - 1).bit_length() - 1)
