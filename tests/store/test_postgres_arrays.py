"""What is sent to PostgreSQL as a whole column is read there as it was meant."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from struct import error as StructError  # noqa: N812 - the class has a lower-case name
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from case_api.store.postgres_arrays import bigints, byteas, dates, instants, ints, numbers, texts, uuids

pytestmark = pytest.mark.postgres

LARGE = st.integers(-(2**63), 2**63 - 1)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
COLUMNS: Mapping[str, tuple[str, Any, Any]] = {
    "ints": ("int4[]", ints, st.integers(-(2**31), 2**31 - 1)),
    "bigints": ("int8[]", bigints, LARGE),
    "numbers": ("int8[]", numbers, LARGE | st.none()),
    "uuids": ("uuid[]", uuids, st.uuids() | st.none()),
    "texts": ("text[]", texts, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.none()),
    "byteas": ("bytea[]", byteas, st.binary() | st.none()),
    "dates": ("date[]", dates, st.dates() | st.sampled_from([date.min, date.max, None])),
    "instants": (
        "timestamptz[]",
        instants,
        st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES) | st.none(),
    ),
}


@pytest.fixture
def connection(postgres_dsn):
    with psycopg.connect(postgres_dsn, autocommit=True) as connected:
        yield connected


@pytest.mark.parametrize("kind", COLUMNS)
@given(data=st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_column_comes_back_as_it_went(kind, data, connection):
    named, encoded, values = COLUMNS[kind]
    column = data.draw(st.lists(values, max_size=12))
    [(read,)] = connection.execute(f"SELECT %b::{named}", [encoded(column)], binary=True).fetchall()
    assert list(read) == column


def test_an_empty_column_has_no_elements(connection):
    assert connection.execute("SELECT cardinality(%b::uuid[])", [uuids([])], binary=True).fetchone() == (0,)


def test_what_does_not_fit_its_column_is_refused_before_it_is_sent():
    for unfit in (lambda: ints([2**31]), lambda: bigints([2**63]), lambda: texts(["a\0b"])):
        with pytest.raises((StructError, ValueError)):
            unfit()
    assert uuids([UUID(int=0), None])
