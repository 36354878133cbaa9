"""Personal text of the tests that can be told again wherever it turns up (D27).

Two kinds. SOWN are a few texts that a test seeks itself, in every file below a folder: plain, UTF-16, JSON escapes,
percent-encoding, base64, hex. And every name, address and free text that the tests' builders make holds one of 500
canaries: words that are nowhere else, for which `sinks` looks through all that a run leaves behind.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final
from urllib.parse import quote, quote_plus
from zlib import crc32

MARK: Final = "Quillmarrow"
"""Every canary begins with it; letters only, so that escapes and encodings of URLs leave it as it is."""
CANARIES: Final = 500
TOLD_AT_LENGTH: Final = {
    *("description", "views", "evidence", "summary", "rationale", "exception_reason", "learning", "concern"),
    *("strengths", "challenges", "wellbeing_impact", "basis", "explanation", "advice"),
}
LONGEST: Final = 180
"""Signs of a text that a canary still fits behind."""
_numbers = count()


def canary(number: int | None = None) -> str:
    """One of the 500; the next one in turn, unless it is asked for by its number."""
    high, low = divmod((next(_numbers) if number is None else number) % CANARIES, 26)
    return f"{MARK}{ascii_lowercase[high]}{ascii_lowercase[low]}"


def named(name: str) -> str:
    """A name of somebody who is nobody."""
    return f"{name} {canary()}"


def said(text: str) -> str:
    """A free text."""
    return f"{text} {canary()}."


def mailbox() -> str:
    """An address that nobody has (RFC 2606)."""
    return f"{canary().lower()}@canary.example"


def sown(body: Any, field: str = "") -> Any:
    """*body* with a canary in each sentence under the fields of TOLD_AT_LENGTH, the same whenever it is sent again."""
    match body:
        case dict():
            return {name: sown(value, name) for name, value in body.items()}
        case list() | tuple():
            return [sown(value, field) for value in body]
        case str() if field in TOLD_AT_LENGTH and body.endswith(".") and MARK not in body and len(body) < LONGEST:
            return f"{body} {canary(crc32(body.encode()))}"
        case _:
            return body


LEARNER = f"Zebedee {canary(0)}-Łoś"
CARER = f"Wilhelmina {canary(1)}-Łoś"
EMAIL = f"wilhelmina.{canary(2).lower()}@canary.example"
TELEPHONE = "+447700900987"
PUPIL_NUMBER = "220000028"
FREE_TEXT = f"hides beneath the marmalade staircase {canary(3)}"
SENT_ASTRAY = "hides behind the marmalade curtain"
"""Sent where no text belongs, in addresses and fields of a header too; so no sink is searched for it."""

SOWN = (LEARNER, CARER, EMAIL, TELEPHONE, PUPIL_NUMBER, FREE_TEXT)


_FORMS: Final = tuple(
    dict.fromkeys(
        form
        for lead in range(3)
        for form in (
            MARK.lower().encode(),
            MARK.lower().encode("utf-16-le"),
            MARK.encode().hex().encode(),
            MARK.lower().encode().hex().encode(),
            base64.b64encode(MARK[lead : lead + (len(MARK) - lead) // 3 * 3].encode()).lower(),
            base64.b64encode(MARK.lower()[lead : lead + (len(MARK) - lead) // 3 * 3].encode()).lower(),
        )
    )
)


def hatched(data: bytes) -> str | None:
    """Whether *data* holds any canary in any shape: the first, with what stands around it."""
    lowered = data.lower()
    for form in _FORMS:
        place = lowered.find(form)
        if place >= 0:
            return re.sub(r"[^ -~]+", ".", data[max(place - 40, 0) : place + 60].decode("latin-1"))
    return None


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
