"""A number that is cited can be looked up."""

import re

from tests.house.repository import ROOT, files, told

CATALOGUE = ROOT / "docs" / "requirements.md"
CITATION = re.compile(r"(?<![\w#-])[RID]\d{1,3}\b")
LINT_CODE = re.compile(r"#\s*noqa:.*")
PLACES = ("services", "demo", "tests", "docs", "policies")
TEXTS = (".py", ".md", ".toml", ".json", ".sql")


def listed() -> list[str]:
    return re.findall(r"^\| ([RID]\d+) \|", CATALOGUE.read_text(), flags=re.MULTILINE)


def test_the_list_of_requirements_is_whole_and_in_order():
    expected = [f"R{n}" for n in range(1, 113)] + [f"I{n}" for n in range(1, 35)] + [f"D{n}" for n in range(1, 29)]
    assert listed() == expected


def test_every_number_cited_stands_in_the_list_of_requirements():
    known = set(listed())
    unknown = {
        (told(path), number)
        for path in [*files(*PLACES, suffixes=TEXTS), *ROOT.glob("*.md")]
        for number in CITATION.findall(LINT_CODE.sub("", path.read_text()))
        if number not in known
    }
    assert unknown == set()
