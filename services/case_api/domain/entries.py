"""Mappings to which a fold adds one entry after the other, without copying for each all that is there already."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from itertools import islice
from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SHORT: Final = 64
"""The most entries that are copied for one that is new or changed."""


def with_entry(before: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """The entries of *before* and one more, or one that is changed; *before* stays as it is."""
    if isinstance(before, LongEntries):
        return before.with_entry(key, value)
    return {**before, key: value} if len(before) < SHORT else LongEntries(dict(before), {key: value}, 1)


class LongEntries(Mapping[K, V]):
    """Immutable, in the order in which the keys first came, as a dict would have them.

    Args:
        long: the most of the entries, shared with the mappings before and after this one.
        short: entries that came later, or that stand in the place of one in *long*.
        size: how many of *short* are its own; those behind them were added by mappings that were made of this one.
    """

    __slots__ = ("_long", "_merged", "_short", "_size")

    def __init__(self, long: dict[K, V], short: dict[K, V], size: int) -> None:
        self._long, self._short, self._size = long, short, size
        self._merged: dict[K, V] | None = None

    def with_entry(self, key: K, value: V) -> "LongEntries[K, V]":
        if self._is_last and key not in self._short:
            self._short[key] = value
            return LongEntries(self._long, self._short, self._size + 1)
        if self._size < SHORT:
            short = {**self._own(), key: value}
            return LongEntries(self._long, short, len(short))
        return LongEntries(self._whole(), {key: value}, 1)

    @property
    def _is_last(self) -> bool:
        return len(self._short) == self._size

    def _own(self) -> dict[K, V]:
        return self._short if self._is_last else dict(islice(self._short.items(), self._size))

    def __getitem__(self, key: K) -> V:
        own = self._short if self._is_last else self._whole()
        return own[key] if key in own else self._long[key]

    def __contains__(self, key: object) -> bool:
        return key in (self._short if self._is_last else self._whole()) or key in self._long

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
            self._merged = {**self._long, **self._own()}
        return self._merged
