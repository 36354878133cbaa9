"""Facts stored by a released version are read for ever (D21)."""

import json
from pathlib import Path

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.store import body

GOLDEN = Path(__file__).parents[1] / "golden/events"
FILES = sorted(GOLDEN.glob("*.json"))


def test_every_event_type_has_a_golden_file_of_its_version():
    assert {event.topic for event in CATALOGUE.values()} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_fact_is_read_by_this_version(path: Path):
    name, _, version = path.stem.rpartition(".v")
    envelope, fact = body.read(CATALOGUE[name], int(version), path.read_bytes())
    assert type(fact) is CATALOGUE[name]
    if int(version) == fact.schema_version:
        assert json.loads(body.write(envelope, fact)) == json.loads(path.read_bytes())
