"""Looks for personal text where none may be: sown through the API, sought in every file below a folder (D27).

A text counts as found in any shape in which it could leak: plain, UTF-16, JSON escapes, percent-encoding,
base64, hex.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

LEARNER = "Zebedee Quillfeather-Łoś"
CARER = "Wilhelmina Quillfeather-Łoś"
EMAIL = "wilhelmina.quillfeather@canary.example"
TELEPHONE = "+447700900987"
PUPIL_NUMBER = "220000028"
FREE_TEXT = "hides beneath the marmalade staircase"

SOWN = (LEARNER, CARER, EMAIL, TELEPHONE, PUPIL_NUMBER, FREE_TEXT)


def found(root: Path, texts: Iterable[str] = SOWN) -> list[tuple[Path, str]]:
    """Every file below *root* that holds one of *texts*, in its name or its bytes, with the text it holds."""
    shapes = {text: tuple(_shapes(text)) for text in texts}
    return [(path, text) for path in sorted(root.rglob("*")) if path.is_file() for text in _held(path, shapes)]


def _held(path: Path, shapes: dict[str, tuple[bytes, ...]]) -> Iterator[str]:
    haystack = (path.as_posix().encode() + b"\n" + path.read_bytes()).lower()
    return (text for text, needles in shapes.items() if any(needle in haystack for needle in needles))


def _shapes(text: str) -> Iterator[bytes]:
    plain = text.encode()
    yield plain.lower()
    yield text.upper().encode().lower()
    yield text.encode("utf-16-le").lower()
    yield json.dumps(text)[1:-1].encode().lower()
    yield quote(text).encode().lower()
    yield quote_plus(text).encode().lower()
    yield plain.hex().encode()
    yield from _base64(plain)


def _base64(plain: bytes) -> Iterator[bytes]:
    """What base64 shows of *plain* whatever stands around it, at each of the three alignments."""
    for lead in range(3):
        whole = plain[lead : lead + (len(plain) - lead) // 3 * 3]
        yield base64.b64encode(whole).lower()
        yield base64.urlsafe_b64encode(whole).lower()
