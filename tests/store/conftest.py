"""The store's tests keep facts of a type of their own."""

import pytest

from case_api.domain.catalogue import CATALOGUE
from tests.store.facts import NoteTaken


@pytest.fixture(autouse=True)
def _note_taken_is_known(monkeypatch):
    monkeypatch.setitem(CATALOGUE, "NoteTaken", NoteTaken)
