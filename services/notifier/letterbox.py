"""Writes letters: templates by language, plain text with a subject line, missing facts are errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound

LAST_RESORT = "en"
SUBJECT = "Subject: "
FACTS = ("setting", "contact", "service_name", "when", "detail", "watch", "route")
"""What a letter may say of the case; anything else in a permit is not shown to a template."""
CHOOSE_THEIR_LANGUAGE = ("carer", "learner", "raiser")
"""The roles for which letters are written in other languages."""
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class LetterUnwritable(Exception):
    """There is no such letter, or a fact it cannot do without is missing."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, and the language it is really in."""

    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)


class Letterbox:
    """The letters of one folder: `<language>/<template>.txt`."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(  # noqa: S701 - plain text, no markup to escape
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._there = frozenset(self._environment.list_templates(extensions=["txt"]))

    def language_for(self, template: str, wanted: str, role: str) -> str:
        """The language wanted, else its base language, else English; staff get the working language."""
        if role not in CHOOSE_THEIR_LANGUAGE:
            return LAST_RESORT
        tags = (wanted, wanted.partition("-")[0]) if LANGUAGE_TAG.fullmatch(wanted) else ()
        return next((tag for tag in tags if f"{tag}/{template}.txt" in self._there), LAST_RESORT)

    def write(self, template: str, wanted: str, role: str, facts: Mapping[str, object]) -> Letter:
        """Write the letter for someone in *role*. Raises LetterUnwritable."""
        language = self.language_for(template, wanted, role)
        known = {name: _one_line(facts[name]) for name in FACTS if isinstance(facts.get(name), str)}
        try:
            written = self._environment.get_template(f"{language}/{template}.txt").render(role=role, **known)
        except (TemplateNotFound, TemplateError):
            raise LetterUnwritable(template) from None
        first, _, text = written.strip().partition("\n")
        if not first.startswith(SUBJECT):
            raise LetterUnwritable(template)
        return Letter(language, first.removeprefix(SUBJECT).strip(), _tidied(text))


def _one_line(fact: object) -> str:
    return " ".join(str(fact).split())


def _tidied(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
