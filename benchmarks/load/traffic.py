"""What is posted: cases, people and bodies, as lists that every load tool reads, and the keys that set runs apart."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from benchmarks import facts

BODIES = 1_000
Requests = Callable[[], bytes]
"""Makes one request after the other."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Concerns about some cases, posted by some people."""

    cases: Path
    tokens: Path
    bodies: Path

    def requests(self) -> Requests:
        """Posts, with a new idempotency key each."""
        pairs, bodies = self._pairs(), _lines(self.bodies)
        return lambda: post(*random.choice(pairs), random.choice(bodies))  # noqa: S311 - not a secret

    def reads(self, view: str) -> Requests:
        """Reads of one view of the cases; of the cases themselves where it is empty."""
        pairs = self._pairs()
        return lambda: get(*random.choice(pairs), view)  # noqa: S311 - not a secret

    def post_to_each(self, number: int) -> Iterator[bytes]:
        """A post to each of the first cases."""
        bodies = _lines(self.bodies)
        return (post(case, token, random.choice(bodies)) for case, token in self._pairs()[:number])  # noqa: S311

    def _pairs(self) -> list[tuple[str, str]]:
        """Each case with one of its school's staff, who are in turn the caller of many."""
        cases, tokens = _lines(self.cases), _lines(self.tokens)
        return [(case, tokens[number % len(tokens)]) for number, case in enumerate(cases)]


def _lines(path: Path) -> list[str]:
    return path.read_text("ascii").split("\n")[:-1]


def post(case: str, token: str, body: str) -> bytes:
    """A concern about a case."""
    return (
        f"POST /v1/cases/{case}/concerns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode("ascii")


def get(case: str, token: str, view: str) -> bytes:
    """A view of a case, or the case itself."""
    path = f"/v1/cases/{case}/{view}".rstrip("/")
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode("ascii")


def laid_out(folder: Path, name: str, cases: Sequence[UUID], tokens: Sequence[str]) -> Traffic:
    """The lists as files below *folder*."""
    bodies = [json.dumps(facts.posted()) for _ in range(BODIES)]
    made = {"cases": [str(one) for one in cases], "tokens": tokens, "bodies": bodies}
    paths = {what: folder / f"{name}.{what}" for what in made}
    for what, lines in made.items():
        paths[what].write_text("".join(f"{line}\n" for line in lines), "ascii")
    return Traffic(**paths)
