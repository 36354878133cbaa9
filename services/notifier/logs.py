"""JSON lines of ids and codes. Keys that are not on the list are left out, and values that are no plain words (T10).

Of an error they say what type it is of and where in the code it arose, never its text, which may quote anything.
"""

import logging
import re
import sys
import threading
from typing import Final, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

KEYS: Final = frozenset(
    {"event", "level", "timestamp", "place", "error", "code", "count", "logger"}
    | {"case_id", "event_id", "event_type", "message_id"}
    | {"template", "channel", "role", "state", "outcome", "reason", "status", "attempts"}
)
PLAIN: Final = re.compile(r"[\x21-\x7e]{1,200}")
EVENT: Final = re.compile(r"[a-z_]{1,60}")
NUMBERS: Final = (int, float)


def only_known_keys(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Drop every key that is not on the list of ids and codes, and every value that is neither word nor number."""
    kept = {key: value for key, value in entry.items() if key in KEYS and _is_plain(key, value)}
    kept.setdefault("event", "unnamed")
    return kept


def _is_plain(key: str, value: object) -> bool:
    if isinstance(value, str):
        return (EVENT if key == "event" else PLAIN).fullmatch(value) is not None
    return value is None or isinstance(value, NUMBERS)


def configure() -> None:
    """Send JSON lines to standard output: ours, what libraries log, and what the interpreter itself would print."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_known_keys,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
    )
    logging.basicConfig(handlers=[Libraries()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda _, error, __: _uncaught(error)
    sys.unraisablehook = lambda what: _uncaught(what.exc_value)
    threading.excepthook = lambda what: _uncaught(what.exc_value)


class Libraries(logging.Handler):
    """What other people's code logs: who, how grave, and type and place of the error; never its text."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        logger().log(record.levelno, "library", logger=record.name, **about(error))


def about(error: BaseException | None) -> dict[str, str]:
    """The fields that tell of *error*: its type, and where in the code it arose."""
    return {} if error is None else {"error": type(error).__name__, "place": where(error)}


def _uncaught(error: BaseException | None) -> None:
    logger().critical("nobody_caught_this", **about(error))


def logger() -> structlog.stdlib.BoundLogger:
    """The logger of the whole service."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger())


def where(error: BaseException) -> str:
    """File and line of *error*, never its text, which may quote what it could not handle."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at else "unknown"
