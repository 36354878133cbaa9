"""What is wrong with something that was given, in our own words and never in those of what was given (T10)."""

from collections.abc import Mapping
from typing import Any, Final

from case_api.domain.words import NOT_BLANK

WORDS: Final[Mapping[str, str]] = {
    "missing": "This is required.",
    "extra_forbidden": "There is a field here that the schema does not know.",
    "json_invalid": "This is not JSON.",
    "string_too_short": "This text is too short.",
    "string_too_long": "This text is too long.",
    "string_pattern_mismatch": "This text does not have the form that the schema asks for.",
    "literal_error": "This is not one of the allowed values.",
    "enum": "This is not one of the allowed values.",
    "union_tag_invalid": "This is not one of the allowed kinds.",
    "union_tag_not_found": "This is required.",
    "too_short": "There are too few items.",
    "too_long": "There are too many items.",
    "greater_than": "This number is too small.",
    "greater_than_equal": "This number is too small.",
    "less_than": "This number is too large.",
    "less_than_equal": "This number is too large.",
    "timezone_aware": "This instant needs its offset, such as Z or +01:00.",
    "none_required": "This must be absent.",
}
BY_BEGINNING: Final[Mapping[str, str]] = {
    "string_": "This must be text.",
    "int_": "This must be a whole number.",
    "float_": "This must be a number.",
    "decimal_": "This must be a number.",
    "finite_": "This must be a number.",
    "bool_": "This must be true or false.",
    "datetime_": "This must be an instant such as 2026-02-03T10:00:00Z.",
    "date_": "This must be a date such as 2026-02-03.",
    "time_": "This must be a time such as 10:00.",
    "timezone_": "This instant needs its offset, such as Z or +01:00.",
    "uuid_": "This must be an id as the API gave it.",
    "url_": "This must be a URL.",
    "list_": "This must be a list.",
    "tuple_": "This must be a list.",
    "set_": "This must be a list.",
    "frozen_set_": "This must be a list.",
    "dict_": "This must be an object.",
    "model_": "This must be an object.",
    "dataclass_": "This must be an object.",
    "mapping_": "This must be an object.",
}
LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "string_too_short": ("min_length", "Its least length is {}."),
    "string_too_long": ("max_length", "Its greatest length is {}."),
    "too_short": ("min_length", "The least is {}."),
    "too_long": ("max_length", "The most is {}."),
    "greater_than": ("gt", "It must be more than {}."),
    "greater_than_equal": ("ge", "The least is {}."),
    "less_than": ("lt", "It must be less than {}."),
    "less_than_equal": ("le", "The most is {}."),
    "literal_error": ("expected", "They are {}."),
    "enum": ("expected", "They are {}."),
    "union_tag_invalid": ("expected_tags", "They are {}."),
}
"""By kind of mistake: where pydantic tells the schema's own limit, and how we say it. What was sent is elsewhere."""
FORMS: Final[Mapping[str, str]] = {
    r"^[a-z0-9][a-z0-9_.-]{0,63}$": "This must be a code: lower case letters, digits and _ . - in it, at most 64.",
    r"^[a-z0-9][a-z0-9_.-]*$": "This must be a code: lower case letters, digits and _ . - in it.",
    NOT_BLANK: "This text must not be blank.",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "This must be a language tag such as en or pt-BR.",
    "^https?://": "This must be a URL that begins with https:// or http://.",
    r"^https?://[^\s/?#]+(/[^\s?#]*)?$": "This must be a URL that begins with https:// or http://.",
    r"^https://|^http://(127\.0\.0\.1|localhost|\[::1\])[:/]": "This must be a URL that begins with https://.",
    r"^(sqlite$|postgres(ql)?://)": "This must be sqlite, or a URL that begins with postgresql://.",
    r"^[a-z][a-z0-9_]{0,40}$": "This must be a name of a-z, 0-9 and _ that begins with a letter, at most 41 of them.",
    r"^[a-z0-9-]+@[0-9]+$": "This must be a policy pack with its version, such as scotland-generic@1.",
}
"""What some patterns of the schema ask for, in words."""
OTHERWISE: Final = "This does not fit the schema."


def in_words(found: Mapping[str, Any], *, ours: bool = False) -> str:
    """What is wrong, and the limit that the schema sets; of what pydantic found nothing else is read.

    With *ours*, what our own validators say is said on; others quote what was given.
    """
    kind, limits = found["type"], found.get("ctx", {})
    if ours and kind == "value_error":
        return str(limits["error"])
    if kind == "string_pattern_mismatch" and limits.get("pattern") in FORMS:
        return FORMS[limits["pattern"]]
    words = WORDS.get(kind) or next(
        (said for beginning, said in BY_BEGINNING.items() if kind.startswith(beginning)), OTHERWISE
    )
    name, said = LIMITS.get(kind, ("", ""))
    return f"{words} {said.format(limits[name])}" if name in limits else words
