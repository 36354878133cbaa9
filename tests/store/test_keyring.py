"""Values that only one authority's server can read: anything foreign is a ValueError, never another value."""

from uuid import uuid4

import pytest

from case_api.store.keys import Keyring

MORAY = Keyring("moray", b"m" * 32)
SAME_KEY_ELSEWHERE = Keyring("fife", b"m" * 32)


@pytest.mark.parametrize("value", [b"", b"x", bytes(range(256))])
def test_a_sealed_value_is_opened_again(value):
    assert MORAY.open_opaque("cursor", MORAY.seal_opaque("cursor", value)) == value
    assert MORAY.open_tag("etag", MORAY.tag("etag", value)) == value


def test_an_opaque_value_is_different_each_time_and_a_tag_is_not():
    assert MORAY.seal_opaque("cursor", b"x") != MORAY.seal_opaque("cursor", b"x")
    assert MORAY.tag("etag", b"x") == MORAY.tag("etag", b"x")
    assert MORAY.tag("etag", b"x") != MORAY.tag("etag", b"y")


def test_sealed_values_can_stand_in_a_url():
    for length in range(12):
        text = MORAY.seal_opaque("cursor", b"\xff" * length) + MORAY.tag("etag", b"\xff" * length)
        assert text.replace("-", "").replace("_", "").isalnum()


def foreign(text):
    return [
        "",
        "=",
        "x",
        "ż",
        "null",
        text[:-1],
        text[1:],
        text + "=",
        text + "AA",
        text[:5] + "\n" + text[5:],
        text[:-1] + ("A" if text[-1] != "A" else "B"),
        text.swapcase(),
        "A" * len(text),
        text * 2,
        "\ud800",
    ]


@pytest.mark.parametrize("index", range(15))
def test_anything_foreign_is_refused(index):
    with pytest.raises(ValueError):
        MORAY.open_opaque("cursor", foreign(MORAY.seal_opaque("cursor", b"position 7"))[index])
    with pytest.raises(ValueError):
        MORAY.open_tag("etag", foreign(MORAY.tag("etag", b"version 7"))[index])


def test_a_value_of_another_kind_or_authority_is_refused():
    cursor, etag = MORAY.seal_opaque("cursor", b"x"), MORAY.tag("etag", b"x")
    for opens in (
        lambda: MORAY.open_opaque("permit", cursor),
        lambda: SAME_KEY_ELSEWHERE.open_opaque("cursor", cursor),
        lambda: MORAY.open_tag("view", etag),
        lambda: SAME_KEY_ELSEWHERE.open_tag("etag", etag),
        lambda: MORAY.open_tag("cursor", cursor),
        lambda: MORAY.open_opaque("etag", etag),
    ):
        with pytest.raises(ValueError):
            opens()


def test_hashes_depend_on_each_part_and_on_the_authority():
    assert MORAY.search_hash("scn", "220") != MORAY.search_hash("scn2", "20")
    assert MORAY.search_hash("scn", "220") != SAME_KEY_ELSEWHERE.search_hash("scn", "220")
    assert MORAY.fingerprint("POST", "/a", b"b") != MORAY.fingerprint("POST", "/ab", b"")
    assert MORAY.fingerprint("POST", "/a", b"") == MORAY.fingerprint("POST", "/a", b"")


def test_a_data_key_opens_under_its_own_id_only():
    key_id = uuid4()
    wrapped = MORAY.new_data_key(key_id)
    sealed = MORAY.unwrap(key_id, wrapped).encrypt(b"n" * 12, b"text", None)
    assert MORAY.unwrap(key_id, wrapped).decrypt(b"n" * 12, sealed, None) == b"text"
    with pytest.raises(ValueError):
        MORAY.unwrap(uuid4(), wrapped)
    with pytest.raises(ValueError):
        SAME_KEY_ELSEWHERE.unwrap(key_id, wrapped)


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring("moray", b"short")
