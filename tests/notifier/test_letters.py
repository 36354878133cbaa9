"""The letters: complete, plain, and silent about what is private."""

import re
from itertools import product

import pytest

from notifier.letterbox import FACTS, Letterbox, LetterUnwritable
from notifier.rules import FAMILY, RULES
from notifier.settings import LETTERS

LETTERBOX = Letterbox(LETTERS)
MAILED = sorted({(rule.template, role) for rule in RULES for role in rule.roles if "email" in rule.channels})
TO_FAMILIES = sorted({(template, role) for template, role in MAILED if role in FAMILY})
WATCHES = re.findall(r'^    "(\w+)": ', (LETTERS / "en/_watches.txt").read_text(), re.MULTILINE)
SPOKEN = {
    "setting": "Burnside Primary",
    "contact": "the office",
    "service_name": "Speech and language therapy",
    "when": "3 March",
}


def text_of(template: str, role: str, language: str = "en") -> str:
    letter = LETTERBOX.write(template, language, role, SPOKEN)
    return f"{letter.subject}\n{letter.text}"


@pytest.mark.parametrize(("template", "role"), MAILED)
def test_every_rule_has_an_english_letter_that_needs_no_fact(template: str, role: str):
    assert LETTERBOX.write(template, "en", role, {}).text.strip()


@pytest.mark.parametrize(("template", "role"), TO_FAMILIES)
def test_every_letter_to_a_family_is_there_in_polish(template: str, role: str):
    letter = LETTERBOX.write(template, "pl", role, SPOKEN)
    assert letter.language == "pl"
    assert letter.text.startswith("Dzień dobry,")


@pytest.mark.parametrize(("template", "role"), TO_FAMILIES)
def test_a_letter_to_a_family_names_no_service(template: str, role: str):
    for language in ("en", "pl"):
        assert SPOKEN["service_name"] not in text_of(template, role, language)


OFFERED = re.compile(
    r"agenda|copy|for the notes|explain|tell you why|tell you who it is|see what we|send it to you"
    r"|kopię|o notatki|wyjaśni|dlaczego|zobaczyć, co wysł"
)


@pytest.mark.parametrize(("template", "role"), TO_FAMILIES)
def test_a_letter_without_detail_tells_that_it_happened_and_offers_no_more(template: str, role: str):
    for language in ("en", "pl"):
        text = LETTERBOX.write(template, language, role, SPOKEN | {"detail": "withheld"}).text
        assert not OFFERED.search(text)
        assert "withheld" not in text


ASSISTANCE = list(product(("carer", "learner"), ("en", "pl")))
AS_AGREED = re.compile(r"we agreed|we talked|you agreed|We have asked|rozmawialiśmy|Za Twoją zgodą|Prosimy")


@pytest.mark.parametrize(("role", "language"), ASSISTANCE)
def test_the_school_says_that_it_asked_a_service_only_where_it_did(role: str, language: str):
    facts = {route: SPOKEN | {"route": route} for route in ("school", "external", "direct")}
    told = {
        route: LETTERBOX.write("assistance-requested", language, role, spoken) for route, spoken in facts.items()
    } | {"unsaid": LETTERBOX.write("assistance-requested", language, role, SPOKEN | {"detail": "withheld"})}
    claims = {route for route, letter in told.items() if AS_AGREED.search(letter.subject + letter.text)}
    assert claims == {"school"}
    assert len({letter.text for letter in told.values()}) == 4


@pytest.mark.parametrize("news", ["acknowledged", "accepted", "declined", "question", "withdrawn"])
@pytest.mark.parametrize(("role", "language"), ASSISTANCE)
def test_news_of_a_request_does_not_say_that_the_school_made_it(news: str, role: str, language: str):
    said = text_of(f"assistance-{news}", role, language)
    assert not re.search(r"[Ww]e (had )?asked|[Oo]ur request|Prosiliśmy|[Nn]asz[aąe]j? proś", said)


def test_e17_a_mother_reads_that_a_doctor_asked_and_what_the_doctor_told_the_school():
    told = LETTERBOX.write("assistance-requested", "en", "carer", SPOKEN | {"route": "external"}).text
    assert "A professional outside the school has asked a service to help your child" in told
    assert "They told us that your family knows of it and agrees." in told


def test_e19_a_father_hears_the_outcome_of_a_review_and_nothing_of_its_notes():
    told = LETTERBOX.write("review-held", "en", "carer", SPOKEN | {"detail": "withheld"}).text
    assert "We held a review" in told
    assert "we will write to you again when there is news" in told


@pytest.mark.parametrize(("template", "role"), MAILED)
def test_every_letter_says_from_whom_it_is_and_whom_to_ask(template: str, role: str):
    text = text_of(template, role)
    assert "Burnside Primary" in text
    assert "the office" in text


@pytest.mark.parametrize(("template", "role"), MAILED)
def test_english_letters_are_in_plain_words(template: str, role: str):
    text = text_of(template, role)
    sentences = [s for s in re.split(r"[.!?:]\s+|\n+", text) if s.strip()]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert max(lengths) <= 25
    assert sum(lengths) / len(lengths) <= 13
    assert not re.search(
        r"\b(stakeholder|multi-agency|provision|intervention|commence|facilitate|parent/carer)\b", text
    )


@pytest.mark.owasp("API3")
def test_a_fact_that_is_not_on_the_list_never_reaches_a_letter():
    facts = SPOKEN | {"diagnosis": "private", "learner_name": "private"}
    for (template, role), language in product(MAILED, ("en", "pl")):
        letter = LETTERBOX.write(template, language, role, facts)
        assert "private" not in letter.text.replace("private details", "")
    assert "learner_ref" not in FACTS


def test_a_fact_stays_on_one_line():
    letter = LETTERBOX.write("stage-changed", "en", "carer", {"setting": "Burnside\r\nBcc: x@y.example"})
    assert "\nBcc:" not in letter.text
    assert "\n" not in letter.subject


def test_staff_get_the_working_language():
    assert LETTERBOX.write("stage-changed", "pl", "coordinator", {}).language == "en"


def test_an_unknown_letter_is_an_error_and_names_no_fact():
    with pytest.raises(LetterUnwritable, match=r"^no-such-letter$"):
        LETTERBOX.write("no-such-letter", "en", "carer", SPOKEN)


def test_letters_and_facts_show_nothing_of_themselves_in_a_log():
    assert "Burnside" not in repr(LETTERBOX.write("stage-changed", "en", "carer", SPOKEN))


@pytest.mark.parametrize("watch", sorted(set(WATCHES)))
def test_a_letter_says_in_a_sentence_what_stands_out(watch: str):
    text = LETTERBOX.write("watch-raised", "en", "owner", SPOKEN | {"watch": watch}).text
    assert "waits for somebody" not in text
    sentences = [sentence for sentence in re.split(r"[.!?:]\s+|\n+", text) if sentence.strip()]
    assert max(len(sentence.split()) for sentence in sentences) <= 25
