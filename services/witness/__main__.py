"""`python -m witness`: look at a log once, and cosign its checkpoint if it only grew. Run it from a timer.

    python -m witness --name audit.example --key FILE --log-key KEY --url URL --token-file FILE --state FILE

The key file holds 64 hexadecimal digits. Exit codes: 0 cosigned, and the note is printed; 1 refused: the log was forked
or rolled back; 2 a file or key cannot be read; 3 the log cannot be reached.
"""

import argparse
import json
import sys
import time
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from witness.notes import BadNote, Cosigner, LogKey
from witness.witness import Refused, Witness

PATIENCE: Final = 30.0


class Log:
    """The log's own API, with an auditor's token."""

    def __init__(self, url: str, token: str) -> None:
        if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("the log is asked over https")
        self._url, self._token = url.rstrip("/"), token

    def checkpoint(self) -> str:
        """The newest one, as it was signed."""
        return str(self._get("/v1/audit/checkpoint")["checkpoint"])

    def prove(self, old: int, new: int) -> list[bytes]:
        """That the log was only added to."""
        found = self._get(f"/v1/audit/proofs/consistency?{urlencode({'from': old, 'to': new})}")
        return [b64decode(one, validate=True) for one in found["proof"]]

    def _get(self, path: str) -> dict[str, Any]:
        request = Request(self._url + path, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 (above)
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 (as above)
            return dict(json.load(answer))


def look(given: argparse.Namespace) -> str:
    """Look once; the cosigned note. Raises Refused, BadNote, ValueError, OSError, URLError."""
    cosigner = Cosigner(given.name, bytes.fromhex(given.key.read_text("ascii").strip()))
    witness = Witness(LogKey.read(given.log_key), cosigner, given.state)
    log = Log(given.url, given.token_file.read_text("utf-8").strip())
    return witness.cosign(log.checkpoint(), log.prove, int(time.time()))


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
    except URLError:
        return _say("the log cannot be reached, or does not answer this token", 3)
    except BadNote as bad:
        return _say(f"REFUSED: {bad}", 1)
    except (OSError, ValueError):
        return _say("a file, a key or the address cannot be read", 2)
    return 0


def _say(what: str, code: int) -> int:
    sys.stderr.write(f"witness: {what}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
