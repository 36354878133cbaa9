"""What is blank is blank to whoever reads the schema: pydantic, Python, and any language of patterns."""

import re
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from case_api.domain.words import NOT_BLANK, Line, Text

WHITE_SPACE = {*"\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))}
"""Unicode 15, PropList.txt: White_Space."""
SIGNS = [chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number < 0xE000]


@pytest.mark.parametrize("kind", [Text, Line])
def test_every_sign_alone_is_judged_as_the_published_pattern_reads(kind: Any):
    adapter = TypeAdapter(kind)
    assert adapter.json_schema()["pattern"] == NOT_BLANK
    refused = {sign for sign in SIGNS if not is_taken(adapter, sign)}
    assert refused == WHITE_SPACE


def test_python_reads_the_published_pattern_alike():
    assert {sign for sign in SIGNS if not re.search(NOT_BLANK, sign)} == WHITE_SPACE


def test_the_published_pattern_needs_no_escape_that_only_some_languages_know():
    assert not {"\\", "\\s", "\\u"} & {*NOT_BLANK}
    assert re.fullmatch(r"\[\^[^\\\[\]^]+\]", NOT_BLANK)


def test_a_word_among_blanks_is_no_blank_text():
    assert is_taken(TypeAdapter(Text), "\u0085\u2028 heard \u3000")


def is_taken(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
