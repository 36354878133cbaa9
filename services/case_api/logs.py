"""Logs as JSON lines that can hold no personal data: only known fields of known forms pass (T10, ADR 28).

Of an error they say what type it is of and where in the code it arose, never its text, which may quote anything.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import msgspec
import structlog

from case_api.domain.words import Personal

ALLOWED: Final = frozenset(
    {
        *("event", "level", "timestamp", "request_id", "method", "route", "status", "duration_ms"),
        *("authority", "rule_ids", "problem", "incident", "error", "place", "frames", "logger", "checks"),
    }
)
"""Every field that a log line may have."""

PLAIN = re.compile(r"[\x21-\x7e]{1,200}")
NUMBERS, LISTS = (int, float), (list, tuple)
EVENT = re.compile(r"[A-Za-z0-9 ,.:_'()-]{1,120}")
_as_json = msgspec.json.Encoder().encode
DEEPEST: Final = 30
"""Places in the code that are told of one error: the innermost."""


def only_allowed(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and every value that is not a plain word or number."""
    kept = {
        name: value
        for name, value in entry.items()
        if name in ALLOWED and (type(value) in NUMBERS or _is_plain(name, value))
    }
    kept.setdefault("event", "unnamed")
    return kept


def _is_plain(name: str, value: object) -> bool:
    if isinstance(value, str):
        return not isinstance(value, Personal) and (EVENT if name == "event" else PLAIN).fullmatch(value) is not None
    if isinstance(value, NUMBERS):
        return True
    return isinstance(value, LISTS) and all(_is_plain("", item) for item in value)


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send structlog's lines, and what libraries log, to *stream* (standard error) as JSON."""
    structlog.configure(
        processors=[_line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[Libraries()], level=max(level, logging.WARNING), force=True)


def _line(logger: object, level: str, entry: MutableMapping[str, Any]) -> str:
    """All that becomes of an entry, in one step, since each request leaves one."""
    kept = only_allowed(logger, level, entry)
    kept["level"], kept["timestamp"] = level, datetime.now(UTC)
    return _as_json(kept).decode()


class Libraries(logging.Handler):
    """What other people's code logs: who, how grave, and type and place of the error; never its text."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fields = {} if error is None else about(error)
        structlog.get_logger().log(record.levelno, "library", logger=record.name, **fields)


def about(error: BaseException) -> dict[str, Any]:
    """The fields that tell of *error*: its type, and where in the code it arose."""
    return {"error": type(error).__qualname__, "frames": list(frames(error.__traceback__))}


def frames(trace: TracebackType | None) -> Iterator[str]:
    """The innermost places, as `module:function:line`."""
    for frame, line in list(traceback.walk_tb(trace))[-DEEPEST:]:
        yield f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}:{line}"


def speak_for_the_process() -> None:
    """Let through here what the interpreter itself would print: warnings, and errors that nobody caught."""
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda _, error, __: _uncaught(error)
    sys.unraisablehook = lambda what: _uncaught(what.exc_value)
    threading.excepthook = lambda what: _uncaught(what.exc_value)


def _uncaught(error: BaseException | None) -> None:
    structlog.get_logger().critical("nobody caught this", **({} if error is None else about(error)))
