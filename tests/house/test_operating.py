"""What docs/operating.md lists is what the code does: each line to be alarmed by, each use of cryptography."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from case_api.access.brakes import SAYS
from case_api.http import identity, partner_keys
from case_api.http.limits import LARGEST
from tests.house.repository import ROOT, files, told

PAGE = (ROOT / "docs" / "operating.md").read_text()
ALARMS = {"warning", "error", "critical"}
LOGGERS = re.compile(r"(\w+\.)*_?log|(structlog\.get_)?logger\(\)|structlog\.get_logger\(\)")
CRYPTOGRAPHY = re.compile(r"(cryptography|joserfc|hashlib|hmac|secrets|ssl|standardwebhooks)(\.|$)")


def section(heading: str) -> str:
    """What stands under a heading, up to the next of its rank or above."""
    rank, _, _ = heading.partition(" ")
    rest = PAGE.partition(f"\n{heading}\n")[2]
    return re.split(rf"^#{{1,{len(rank)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(heading: str) -> list[list[str]]:
    """The rows of the tables under a heading, without their heads."""
    lines = [line.strip("|").split("|") for line in section(heading).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines if line[0].strip() not in {"Line", "What"}]


@cache
def trees() -> dict[str, ast.Module]:
    return {told(path): ast.parse(path.read_text()) for path in files("services", suffixes=(".py",))}


def lines_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ALARMS):
            continue
        if LOGGERS.fullmatch(ast.unparse(node.func.value)) and node.args:
            [line, *_] = node.args
            yield from [str(line.value)] if isinstance(line, ast.Constant) else SAYS.values()


def imported_by(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def test_each_line_that_warns_stands_among_those_to_be_alarmed_by():
    written = [row[0].strip("`") for row in rows("### What to be alarmed by")]
    assert len(written) == len(set(written)) > 20
    assert set(written) == {line for tree in trees().values() for line in lines_of(tree)}


def test_each_use_of_cryptography_stands_in_the_inventory():
    written = {f"services/{path}" for row in rows("## Cryptography") for path in re.findall(r"`([\w/]+\.py)`", row[2])}
    found = {path for path, tree in trees().items() if any(map(CRYPTOGRAPHY.match, imported_by(tree)))}
    assert written == found
    assert len(found) > 20


def test_the_limits_are_those_of_the_code():
    limits = dict(row[:2] for row in rows("## Guessing and flooding"))
    assert limits["wrong tokens from one address, of IPv6 a /64"] == f"{identity.WRONG_A_MINUTE} a minute"
    assert (
        limits["wrong keys of partners, from one address or of one name"] == f"{partner_keys.WRONG_A_MINUTE} a minute"
    )
    assert limits["bodies"].startswith(f"{LARGEST // 1024} KiB, ")
