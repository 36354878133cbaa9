"""`python -m witness`: look at a log once, and cosign its checkpoint if it only grew. Run it from a timer.

    python -m witness --name audit.example --key FILE --log-key KEY --url URL --token-file FILE --state FILE

The key file holds 64 hexadecimal digits. Exit codes: 0 cosigned, and the note is printed; 1 refused: the log was forked
or rolled back; 2 a file, a key or the address cannot be read, and the line says which; 3 the log cannot be reached.
"""

import argparse
import json
import sys
import time
from base64 import b64decode
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from witness.notes import BadNote, Cosigner, LogKey
from witness.witness import Refused, Witness

PATIENCE: Final = 30.0
SEED: Final = 32
"""Bytes of the witness's own key."""


class Unanswered(Exception):
    """The log cannot be reached, does not answer this token, or what answers is no log."""


class Unusable(Exception):
    """What was given cannot be used; its text says which of it, and what it should be."""


class Log:
    """The log's own API, with an auditor's token."""

    def __init__(self, url: str, token: str) -> None:
        if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise Unusable("--url cannot be used: it is the https:// address of the case API")
        self._url, self._token = url.rstrip("/"), token

    def checkpoint(self) -> str:
        """The newest one, as it was signed."""
        note = self._get("/v1/audit/checkpoint").get("checkpoint")
        if not isinstance(note, str):
            raise Unanswered
        return note

    def prove(self, old: int, new: int) -> list[bytes]:
        """That the log was only added to."""
        found = self._get(f"/v1/audit/proofs/consistency?{urlencode({'from': old, 'to': new})}")
        try:
            return [b64decode(one, validate=True) for one in found["proof"]]
        except (KeyError, TypeError, ValueError):
            raise Unanswered from None

    def _get(self, path: str) -> dict[str, Any]:
        try:
            request = Request(self._url + path, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 (above)
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 (as above)
                return dict(json.load(answer))
        except (OSError, HTTPException, ValueError, TypeError):
            raise Unanswered from None


def look(given: argparse.Namespace) -> str:
    """Look once; the cosigned note. Raises Unusable, Refused, BadNote, Unanswered."""
    cosigner, log_key = Cosigner(given.name, _seed(given.key)), _log_key(given.log_key)
    log = Log(given.url, _text(given.token_file, "--token-file"))
    note = log.checkpoint()
    try:
        return Witness(log_key, cosigner, given.state).cosign(note, log.prove, int(time.time()))
    except (OSError, UnicodeError):
        raise Unusable("the file of --state cannot be read or written") from None


def _text(file: Path, option: str) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, ValueError):
        raise Unusable(f"the file of {option} cannot be read") from None


def _seed(file: Path) -> bytes:
    try:
        seed = bytes.fromhex(_text(file, "--key"))
    except ValueError:
        seed = b""
    if len(seed) != SEED:
        raise Unusable("the file of --key does not hold 64 hexadecimal digits: `openssl rand -hex 32` makes them")
    return seed


def _log_key(text: str) -> LogKey:
    try:
        return LogKey.read(text)
    except BadNote:
        raise Unusable("--log-key cannot be read: it is the `key` that /v1/audit/checkpoint shows") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Look once and say what came of it; the exit code."""
    parser = argparse.ArgumentParser(prog="witness", description="Cosigns the checkpoint of a log that only grew.")
    parser.add_argument("--name", required=True, help="of this witness, as others know it")
    parser.add_argument("--key", required=True, type=Path, help="file with its seed, 64 hexadecimal digits")
    parser.add_argument("--log-key", required=True, help="the published key of the log")
    parser.add_argument("--url", required=True, help="of the case API")
    parser.add_argument("--token-file", required=True, type=Path, help="file with an auditor's token")
    parser.add_argument("--state", required=True, type=Path, help="file with what was cosigned last")
    given = parser.parse_args(arguments)
    try:
        sys.stdout.write(look(given))
    except Refused as refused:
        return _say(f"REFUSED: {refused}", 1)
    except Unanswered:
        return _say("the log cannot be reached, or does not answer this token", 3)
    except BadNote as bad:
        return _say(f"REFUSED: {bad}", 1)
    except Unusable as unusable:
        return _say(str(unusable), 2)
    return 0


def _say(what: str, code: int) -> int:
    sys.stderr.write(f"witness: {what}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
