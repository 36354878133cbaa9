"""A cursor tells nothing, cannot be made up, and is good for one list of one authority."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from case_api.boards.reviews_due import ORDER as BY_DAY
from case_api.boards.reviews_due import REVIEWS_DUE
from case_api.boards.watch_list import WATCHES
from case_api.http.paging import open_cursor, page, seal_cursor
from case_api.http.places import packed, unpacked
from case_api.http.problems import Problem
from case_api.store.keys import Keyring

KEYRING = Keyring("burgh", b"k" * 32)


@given(st.binary(max_size=127))
def test_a_cursor_leads_back_to_its_place(place: bytes):
    assert open_cursor(KEYRING, "cases", seal_cursor(KEYRING, "cases", place)) == place


@given(st.binary(max_size=127))
def test_all_cursors_are_of_one_length(place: bytes):
    assert len(seal_cursor(KEYRING, "cases", place)) == len(seal_cursor(KEYRING, "cases", b""))


def test_a_place_has_a_new_cursor_each_time():
    assert seal_cursor(KEYRING, "cases", b"1") != seal_cursor(KEYRING, "cases", b"1")


def test_a_place_that_would_not_fit_is_a_fault():
    with pytest.raises(ValueError):
        seal_cursor(KEYRING, "cases", b"x" * 128)


@pytest.mark.parametrize(
    "foreign",
    [
        *("", "x", "é", "A" * 120, "../..", "0"),
        seal_cursor(Keyring("other", b"k" * 32), "cases", b"1"),
        seal_cursor(Keyring("burgh", b"l" * 32), "cases", b"1"),
        seal_cursor(KEYRING, "events", b"1"),
        seal_cursor(KEYRING, "cases", b"1")[:-1],
        seal_cursor(KEYRING, "cases", b"1") + "A",
        KEYRING.seal_opaque("cases", b"1"),
        KEYRING.seal_opaque("cases", b"\xff" * 128),
        KEYRING.seal_opaque("cases", b""),
    ],
    ids=range(14),
)
def test_a_foreign_cursor_is_refused(foreign: str):
    with pytest.raises(Problem, match="cursor-unreadable"):
        open_cursor(KEYRING, "cases", foreign)


def asked(query: bytes) -> Request:
    address = {"scheme": "http", "server": ("s", 80), "path": "/v1/cases", "query_string": query, "headers": []}
    return Request({"type": "http", **address})


def test_a_page_names_itself_and_the_next():
    assert page(asked(b"limit=1"), ["a"], "c") == {"items": ["a"], "self": "/v1/cases?limit=1", "next": "c"}


def test_the_last_page_names_no_next():
    assert page(asked(b""), [], None) == {"items": [], "self": "/v1/cases"}


@given(st.uuids(), st.dates(), st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True))
def test_the_place_of_a_row_is_found_again(row: UUID, day: date, code: str):
    kinds = {"day": "date", "case_id": "uuid", "what": "text", "ref": "uuid"}
    assert unpacked(kinds, packed([day, row, code, row])) == (day, row, code, row)


def test_a_row_is_not_placed_by_what_is_neither_id_nor_day_nor_code():
    with pytest.raises(ValueError):
        packed([1.5])


@pytest.mark.parametrize("order", [WATCHES.key, BY_DAY])
def test_the_place_of_a_row_with_the_longest_codes_fits_into_a_cursor(order: tuple[str, ...]):
    longest = {"uuid": uuid4(), "date": date.max, "text": "x" * 64}
    kinds = {column.name: column.kind for board in (WATCHES, REVIEWS_DUE) for column in board.columns}
    place = packed([longest[kinds[name]] for name in order])
    assert open_cursor(KEYRING, "rows", seal_cursor(KEYRING, "rows", place)) == place
