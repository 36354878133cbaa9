"""`docs/rules.md`: every way in which a command can be refused, by the rule that refuses it."""

import re
from collections.abc import Iterable
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules

from case_api.domain import decisions, questions
from case_api.domain.refusal import REFUSALS, Refusal
from case_api.reference.markdown import code, page, table

NUMBER = re.compile(r"([A-Z])(\d+)")
FIRST = "IRD"
ABOUT = """Whoever is refused gets a problem document (RFC 9457): its `code` and the `rule_id` stand below, with the
sentence that says what is the matter and what to do next. All refusals that apply are listed, in the order of the
rules, but what conflicts (`I8`, `I4`) first; the first gives the document its type (`D20`). Each code has a page
of its own at `/problems/<code>`. What the rules say, and what they stand on, is told in
[requirements.md](requirements.md)."""


def rules() -> str:
    """The whole page."""
    found = sorted(_declared(), key=lambda each: (_rank(each.rule_id), each.slug))
    sections = (_section(rule, of) for rule, of in groupby(found, lambda each: each.rule_id))
    return page("Rules and refusals", ABOUT, *sections)


def _declared() -> list[type[Refusal]]:
    """Every refusal, once each file that may declare one was read."""
    for package in (decisions, questions):
        for module in iter_modules(package.__path__):
            import_module(f"{package.__name__}.{module.name}")
    return REFUSALS


def _section(rule_id: str, refusals: Iterable[type[Refusal]]) -> str:
    heads = ("Code", "What is the matter", "What to do next", "Guidance", "Status")
    rows = ((code(one.slug), one.title, one.advice, one.guidance_ref, str(one.status)) for one in refusals)
    return f"## {rule_id}\n\n{table(heads, rows)}"


def _rank(rule_id: str) -> tuple[int, int, str]:
    """Rules by number first, then what the guidance asks for, design decisions, and rules that bear a word."""
    numbered = NUMBER.fullmatch(rule_id)
    return (FIRST.find(numbered[1]), int(numbered[2]), "") if numbered else (len(FIRST), 0, rule_id)
