"""`python -m benchmarks.peers nodb|crud PORT JWKS ISSUER [DSN]`: one peer, one process, the server settings of ours."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from benchmarks.peers import nodb
from benchmarks.peers.bearer import asking


def main() -> None:
    """Serve until told to stop."""
    which, port, jwks, issuer, *dsn = sys.argv[1:]
    who = asking(Path(jwks), issuer)
    app = nodb.create_app(who) if which == "nodb" else _crud(who, *dsn)
    uvicorn.run(app, port=int(port), loop="uvloop", http="httptools", log_config=None, access_log=False)


def _crud(who: object, dsn: str) -> FastAPI:
    from benchmarks.peers import crud  # noqa: PLC0415 - needs SQLAlchemy, which no other peer does

    return crud.create_app(who, dsn)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
