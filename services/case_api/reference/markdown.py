"""The little Markdown that the reference pages need."""

from collections.abc import Iterable, Sequence

WRITTEN = "<!-- Written by `make generate` from the code; a change here is lost. -->"


def page(title: str, about: str, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join((f"# {title}", WRITTEN, about, *parts)) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell stays a bar."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(word: str) -> str:
    """A word as it stands in code."""
    return f"`{word}`"


def prose(docstring: str | None) -> str:
    """A docstring as paragraphs."""
    return "\n".join(line.strip() for line in (docstring or "").strip().splitlines())
