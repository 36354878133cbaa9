"""Mappings to which a fold adds one entry after the other, without copying for each all that is there already."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SHORT: Final = 64
"""Entries that are copied for each new one."""


def with_entry(before: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """The entries of *before* and one more, or one that is changed; *before* stays as it is."""
    if isinstance(before, LongEntries):
        return before.with_entry(key, value)
    return {**before, key: value} if len(before) < SHORT else LongEntries(dict(before), {key: value})


class LongEntries(Mapping[K, V]):
    """Immutable, in the order in which the keys first came, as a dict would have them.

    Args:
        long: the most of the entries, shared with the mappings before and after this one.
        short: entries that came later, or that stand in the place of one in *long*.
    """

    __slots__ = ("_long", "_merged", "_short")

    def __init__(self, long: dict[K, V], short: dict[K, V]) -> None:
        self._long, self._short = long, short
        self._merged: dict[K, V] | None = None

    def with_entry(self, key: K, value: V) -> "LongEntries[K, V]":
        if len(self._short) < SHORT:
            return LongEntries(self._long, {**self._short, key: value})
        return LongEntries(self._whole(), {key: value})

    def __getitem__(self, key: K) -> V:
        return self._short[key] if key in self._short else self._long[key]

    def __contains__(self, key: object) -> bool:
        return key in self._short or key in self._long

    def __iter__(self) -> Iterator[K]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def __repr__(self) -> str:
        return repr(self._whole())

    def keys(self) -> KeysView[K]:
        return self._whole().keys()

    def values(self) -> ValuesView[V]:
        return self._whole().values()

    def items(self) -> ItemsView[K, V]:
        return self._whole().items()

    def _whole(self) -> dict[K, V]:
        """All of them as one dict, made when it is first asked for."""
        if self._merged is None:
            self._merged = {**self._long, **self._short}
        return self._merged
