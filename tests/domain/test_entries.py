"""Entries that share what they have in common are what dicts would be."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from case_api.domain.entries import SHORT, LongEntries, with_entry

changes = st.lists(st.tuples(st.integers(0, 3 * SHORT), st.integers()), max_size=8 * SHORT)
KEPT = (0, 1, SHORT - 1, SHORT, SHORT + 1, 2 * SHORT, 3 * SHORT)


@given(changes)
def test_each_is_what_a_dict_with_the_same_changes_would_be(made):
    expected: dict[int, int] = {}
    entries: Mapping[int, int] = {}
    kept: list[tuple[dict[int, int], Mapping[int, int]]] = []
    for number, (key, value) in enumerate(made):
        if number in KEPT:
            kept.append((dict(expected), entries))
        expected[key] = value
        entries = with_entry(entries, key, value)
    for plain, shared in (*kept, (expected, entries)):
        assert list(shared) == list(plain)
        assert list(shared.items()) == list(plain.items())
        assert (list(shared.keys()), list(shared.values())) == (list(plain.keys()), list(plain.values()))
        assert all(key in shared and shared[key] == plain[key] == shared.get(key) for key in plain)
        assert (len(shared), shared == plain, plain == shared) == (len(plain), True, True)
        assert repr(shared) == repr(plain)
        assert -1 not in shared
        assert shared.get(-1) is None


def test_few_entries_are_a_plain_dict_and_many_are_not_copied_for_each():
    entries: Mapping[int, int] = {}
    for number in range(1, 10 * SHORT):
        before, entries = entries, with_entry(entries, number, number)
        assert len(before) == number - 1
        assert isinstance(entries, dict if number <= SHORT else LongEntries)


@given(changes, changes, changes)
def test_what_is_made_of_the_same_entries_twice_does_not_mix(common, one, other):
    def extended(entries: Mapping[int, int], made: list[tuple[int, int]]) -> Mapping[int, int]:
        for key, value in made:
            entries = with_entry(entries, key, value)
        return entries

    before = extended(dict.fromkeys(range(SHORT), 0), common)
    kept = dict(before)
    first, second = extended(before, one), extended(before, other)
    assert list(first.items()) == list((kept | dict(one)).items())
    assert list(second.items()) == list((kept | dict(other)).items())
    assert list(before.items()) == list(kept.items())
    assert all((key in before, before.get(key)) == (key in kept, kept.get(key)) for key in range(3 * SHORT + 1))
