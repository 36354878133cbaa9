"""Lays out an authority's schemas on PostgreSQL, once for each version of the layout."""

from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier, Literal

LAYOUT = Path(__file__).with_name("postgres_schema.sql").read_text()
SEAL = "stagepost " + sha256(LAYOUT.encode()).hexdigest()[:16]
"""Kept as the schema's comment: says by which layout it was made."""

LIMITS = {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "5s"}
"""No request waits for ever (safety.md, delivery semantics)."""

NETWORK = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 5000}
"""A peer that fell silent is found out in about ten seconds."""


def keys_of(authority: str) -> str:
    """The schema of an authority's data keys; apart, so that it can be backed up for less long (D10)."""
    return f"{authority}_keys"


def connection_info(dsn: str, authority: str) -> str:
    """What to connect with: the DSN, the authority's schemas as search path, durable commits, the limits."""
    named = {key: value for key, value in conninfo_to_dict(dsn).items() if value is not None}
    path = f"{authority},{keys_of(authority)}"
    settings = {"search_path": path, "synchronous_commit": "on", **LIMITS}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    options = f"{named.get('options', '')} {options}".strip()
    return make_conninfo("", **{"connect_timeout": 5, **NETWORK, **named, "options": options})


async def lay_out(connection: psycopg.AsyncConnection[tuple[object, ...]], authority: str) -> None:
    """Make what does not exist yet; nothing at all, and no lock, if this layout is there already."""
    if await _seal(connection, authority) == SEAL:
        return
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('stagepost layout', 0))")
        statements = LAYOUT.replace("{log}", authority).replace("{keys}", keys_of(authority))
        await connection.execute(statements.encode())
        await connection.execute(SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(authority), Literal(SEAL)))


async def _seal(connection: psycopg.AsyncConnection[tuple[object, ...]], authority: str) -> object:
    sql = "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')"
    row = await (await connection.execute(sql, (authority,))).fetchone()
    return row[0] if row else None
