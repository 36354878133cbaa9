"""Every line that the services log is written here as a constant, with known fields and no text of an error."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from case_api import logs as case_api_logs
from notifier import logs as notifier_logs
from tests.house.repository import files, told

LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
LOGGERS = {"log", "_log", "logger"}
FIELDS = {"case_api": case_api_logs.ALLOWED, "notifier": notifier_logs.KEYS}
EVENTS = {"case_api": case_api_logs.EVENT, "notifier": notifier_logs.EVENT}
SAYS_NO_TEXT = {"type", "about", "where", "frames"}
"""What may be asked of an error."""


def lines(path: Path) -> Iterator[ast.Call]:
    """The calls that log, but for the forwarding ones in logs.py itself."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            asked = node.func.value.func if isinstance(node.func.value, ast.Call) else node.func.value
            name = asked.attr if isinstance(asked, ast.Attribute) else getattr(asked, "id", None)
            if name in LOGGERS:
                yield node


def errors(path: Path) -> set[str]:
    """The names under which errors are caught in a file."""
    return {it.name for it in ast.walk(ast.parse(path.read_text())) if isinstance(it, ast.ExceptHandler) and it.name}


def texts_of(value: ast.AST, caught: set[str]) -> Iterator[str]:
    """What of *value* would write the text of an error, or text put together on the spot."""
    if isinstance(value, ast.JoinedStr):
        yield "an f-string"
    elif isinstance(value, ast.Name) and value.id in caught:
        yield f"the text of {value.id}"
    elif not isinstance(value, ast.Attribute) and _asked(value) not in SAYS_NO_TEXT:
        for inner in ast.iter_child_nodes(value):
            yield from texts_of(inner, caught)


def _of_a_table(event: ast.AST | None) -> bool:
    """Whether it is taken from a constant of the module."""
    return isinstance(event, ast.Subscript) and isinstance(event.value, ast.Name) and event.value.id.isupper()


def _asked(value: ast.AST) -> str | None:
    return getattr(value.func, "id", None) if isinstance(value, ast.Call) else None


def faults(path: Path, service: str) -> Iterator[str]:
    for line in lines(path):
        event = line.args[0] if line.args else None
        if not (
            _of_a_table(event) or (isinstance(event, ast.Constant) and EVENTS[service].fullmatch(str(event.value)))
        ):
            yield "an event that is no plain constant"
        for field in line.keywords:
            if field.arg is not None and field.arg not in FIELDS[service]:
                yield f"a field that is not on the list: {field.arg}"
            yield from texts_of(field.value, errors(path))


def sources() -> list[tuple[Path, str]]:
    return [
        (path, service)
        for service in FIELDS
        for path in files(f"services/{service}", suffixes=(".py",))
        if path.name != "logs.py"
    ]


def test_every_line_is_a_constant_with_known_fields_and_without_the_text_of_an_error():
    assert {told(path): found for path, service in sources() if (found := list(faults(path, service)))} == {}


def test_the_lines_are_found_at_all():
    assert sum(len(list(lines(path))) for path, _ in sources()) > 20


@pytest.mark.parametrize(
    "line",
    [
        'log.info(f"for {name}")', "log.info(name)", 'log.info("request", name="x")',
        'log.info("request", error=str(e))',
        'log.info("request", error=f"{name}")', 'self._log.warning("request", error=e)',
        'structlog.get_logger().info("request"); log.error("x", place=("%s" % e))',
    ],
)  # fmt: skip
def test_a_line_that_could_carry_anything_is_found(line: str, tmp_path: Path):
    source = tmp_path / "some.py"
    source.write_text(f"try:\n    pass\nexcept ValueError as e:\n    {line}\n")
    assert list(faults(source, "case_api"))


def test_nothing_but_the_logs_themselves_uses_the_loggers_of_python():
    others = [
        told(path)
        for path, _ in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {"logging", "warnings"} & {getattr(node, "module", None), *(one.name for one in node.names)}
    ]
    assert others == []
