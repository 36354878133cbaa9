"""What is blank is blank to whoever reads the schema: pydantic, Python, and the pattern language of JSON Schema."""

import re
import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from case_api.domain.words import NOT_BLANK, Line, Text

ECMA_BLANKS = {*"\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff", *map(chr, range(0x2000, 0x200B))}
"""What `\\s` is in ECMA-262, 22.2.2.9: WhiteSpace and LineTerminator."""
NAMED = {*map(chr, range(0x1C, 0x20)), "\u0085", "\ufeff"}
"""Those that the pattern names itself."""
SIGNS = [chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number < 0xE000]


@pytest.mark.parametrize("kind", [Text, Line])
def test_every_sign_alone_is_judged_as_the_published_pattern_reads_in_javascript(kind: Any):
    adapter = TypeAdapter(kind)
    assert adapter.json_schema()["pattern"] == NOT_BLANK
    refused = {sign for sign in SIGNS if not is_taken(adapter, sign)}
    assert refused == ECMA_BLANKS | NAMED


def test_python_reads_the_published_pattern_alike():
    assert {sign for sign in SIGNS if not re.search(NOT_BLANK, sign)} == ECMA_BLANKS | NAMED


def test_a_word_among_blanks_is_no_blank_text():
    assert is_taken(TypeAdapter(Text), "\u0085\ufeff\x1c heard \u3000")


def is_taken(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
