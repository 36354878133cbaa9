"""What is posted: cases, people and bodies, as lists that every load tool reads, and the keys that set runs apart."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from benchmarks import facts

BODIES = 1_000


@dataclass(frozen=True, slots=True)
class Traffic:
    """Concerns about some cases, posted by some people."""

    cases: Path
    tokens: Path
    bodies: Path

    def requests(self) -> "Requests":
        """One request after the other, made as it is asked for."""
        parts = [path.read_text("ascii").split("\n")[:-1] for path in (self.cases, self.tokens, self.bodies)]
        return Requests(*parts)


class Requests:
    """HTTP/1.1 requests with a new idempotency key each."""

    def __init__(self, cases: Sequence[str], tokens: Sequence[str], bodies: Sequence[str]) -> None:
        self._cases, self._tokens, self._bodies = cases, tokens, bodies

    def __call__(self) -> bytes:
        case, token, body = (random.choice(each) for each in (self._cases, self._tokens, self._bodies))  # noqa: S311
        return (
            f"POST /v1/cases/{case}/concerns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid4()}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode("ascii")


def laid_out(folder: Path, name: str, cases: Sequence[UUID], tokens: Sequence[str]) -> Traffic:
    """The lists as files below *folder*."""
    bodies = [json.dumps(facts.posted()) for _ in range(BODIES)]
    made = {"cases": [str(one) for one in cases], "tokens": tokens, "bodies": bodies}
    paths = {what: folder / f"{name}.{what}" for what in made}
    for what, lines in made.items():
        paths[what].write_text("".join(f"{line}\n" for line in lines), "ascii")
    return Traffic(**paths)
