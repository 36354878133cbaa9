"""A list of decisions fits what it was made from, or is refused in words that tell nothing."""

import json

import pytest

from case_api.subject_access.decisions import Unfit, is_blackened, parsed

SAID = "Her mum works nights and cannot come."
WHOLE = {
    "format": "stagepost-decisions-v1",
    "authority": "moray",
    "case_id": "7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa",
    "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
    "upto": {"case": 3, "told": 0},
    "decided_by": "reid",
    "items": [
        {"item": "x", "type": "t", "on": "d", "why": "w", "proposed": "keep", "says": SAID, "decision": "keep"},
    ],
}


@pytest.mark.parametrize(
    "shown",
    ["▇", "▇▇ cannot come.", "Her mum ▇", "Her ▇ works ▇ and cannot come.", "Her mum works nights and cannot come▇"],
)
def test_words_may_be_blackened_anywhere(shown: str):
    assert is_blackened(SAID, shown)


@pytest.mark.parametrize(
    "shown",
    [
        SAID,
        "",
        "Her mum",
        "His ▇ cannot come.",
        "Her ▇ can come.",
        "Her ▇ cannot come. ▇",
        "Her ▇ and ▇ works ▇.",
        f"▇{SAID}",
        f"{SAID}▇",
        None,
        {"text": "▇"},
    ],
)
def test_nothing_can_be_added_or_put_in_another_order(shown: object):
    assert not is_blackened(SAID, shown)


def test_a_list_that_is_filled_in_is_read():
    assert parsed(json.dumps(WHOLE).encode()).by_item == {"x": "keep"}


@pytest.mark.parametrize(
    "changed",
    [
        {"decided_by": ""},
        {"decided_by": "Mr Reid"},
        {"format": "another"},
        {"upto": {"case": 0, "told": 0}},
        {"items": [{**WHOLE["items"][0], "decision": ""}]},  # type: ignore[index]
        {"more": SAID},
    ],
)
def test_a_list_that_lacks_something_is_refused_without_a_word_of_what_it_says(changed: dict[str, object]):
    with pytest.raises(Unfit) as refused:
        parsed(json.dumps(WHOLE | changed).encode())
    assert SAID not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_list_that_nobody_filled_in_is_told_by_what_is_empty():
    [item] = WHOLE["items"]
    items = [item, {**item, "decision": ""}, {**item, "decision": ""}]  # type: ignore[dict-item]
    for changed, said in (
        ({"decided_by": "", "items": items}, "decided_by is empty; 2 of 3 items have no decision"),
        ({"items": items}, "2 of 3 items have no decision"),
        ({"decided_by": ""}, "decided_by is empty"),
    ):
        with pytest.raises(Unfit) as refused:
            parsed(json.dumps(WHOLE | changed).encode())
        assert str(refused.value) == said


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"null"])
def test_what_is_no_list_is_said_to_be_none(content: bytes):
    with pytest.raises(Unfit):
        parsed(content)
