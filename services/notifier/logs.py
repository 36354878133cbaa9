"""JSON lines of ids and codes. A key that is not on the list is left out, whoever logged it (T10)."""

import logging
import sys
from typing import cast

import structlog
from structlog.typing import EventDict, WrappedLogger

KEYS = frozenset(
    {"event", "level", "timestamp", "place", "error", "code", "count"}
    | {"case_id", "event_id", "event_type", "message_id"}
    | {"template", "channel", "role", "state", "outcome", "reason", "status", "attempts"}
)


def only_known_keys(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Drop every key that is not on the list of ids and codes."""
    return {key: value for key, value in entry.items() if key in KEYS}


def configure() -> None:
    """Send JSON lines to standard output; keep libraries from logging addresses and URLs."""
    for name in ("httpx", "httpcore", "aiosmtplib", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_known_keys,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )


def logger() -> structlog.stdlib.BoundLogger:
    """The logger of the whole service."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger())


def where(error: BaseException) -> str:
    """File and line of *error*, never its text, which may quote what it could not handle."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at else "unknown"
