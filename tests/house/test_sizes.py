"""Files and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.repository import files, told

LONGEST_FILE = 250
LONGEST_FUNCTION = 40
NAMES_THAT_SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "misc",
    "base",
}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                f"{told(path)}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1,
            )


def test_no_file_of_the_services_is_long():
    lengths = {
        told(path): len(path.read_text().splitlines()) for path in files("services", "benchmarks", suffixes=(".py",))
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_of_the_services_is_long():
    lengths = dict(
        found for path in files("services", "demo", "benchmarks", suffixes=(".py",)) for found in functions(path)
    )
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_modules_are_named_for_what_they_hold():
    modules = files("services", "demo", "benchmarks", "tests", suffixes=(".py",))
    assert [told(path) for path in modules if NAMES_THAT_SAY_NOTHING & {path.stem, path.parent.name}] == []
