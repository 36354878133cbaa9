"""What was written once can be read for ever: the bytes of a frame and what hangs on the authority's key (D1, D21)."""

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from case_api.store.frame import Header, commitment, seal, take_apart, unseal
from case_api.store.keys import Keyring

GOLDEN = Path(__file__).parents[1] / "golden"
FRAME = json.loads((GOLDEN / "frame.v1.json").read_text())
KEYRING = json.loads((GOLDEN / "keyring.v1.json").read_text())


@pytest.fixture
def header():
    given = FRAME["header"]
    ids = {name: UUID(given[name]) for name in ("event_id", "key_id", "stream")}
    at = datetime.fromisoformat(given["recorded_at"])
    return Header(**{**given, **ids, "recorded_at": at, "commitment": FRAME["commitment"]})


@pytest.fixture
def keyring():
    return Keyring(KEYRING["authority"], bytes.fromhex(KEYRING["authority_key"]))


def test_a_frame_is_written_to_the_byte_as_it_always_was(header):
    key, salt, nonce = (bytes.fromhex(FRAME[name]) for name in ("key", "salt", "nonce"))
    body = FRAME["body"].encode()
    assert commitment(salt, body) == FRAME["commitment"]
    assert seal(AESGCM(key), header, body, salt, nonce).hex() == FRAME["state"]


def test_a_frame_of_the_first_day_is_read(header):
    frame = take_apart(bytes.fromhex(FRAME["state"]))
    assert frame.header == header
    salt, body = unseal(AESGCM(bytes.fromhex(FRAME["key"])), frame)
    assert (salt.hex(), body.decode()) == (FRAME["salt"], FRAME["body"])


def test_the_keys_of_a_frame_header_are_sorted():
    names = list(json.loads(take_apart(bytes.fromhex(FRAME["state"])).associated))
    assert names == sorted(names)


def test_keyed_hashes_and_tags_are_what_they_always_were(keyring):
    search, fingerprint, tag = KEYRING["search_hash"], KEYRING["fingerprint"], KEYRING["tag"]
    assert keyring.search_hash(search["system"], search["value"]).hex() == search["hash"]
    request = (fingerprint["method"], fingerprint["path"], fingerprint["body"].encode())
    assert keyring.fingerprint(*request).hex() == fingerprint["hash"]
    assert keyring.tag(tag["kind"], tag["value"].encode()) == tag["text"]


def test_what_was_sealed_on_the_first_day_opens(keyring):
    opaque, reply, data_key = KEYRING["opaque"], KEYRING["reply"], KEYRING["data_key"]
    assert keyring.open_opaque(opaque["kind"], opaque["text"]).decode() == opaque["value"]
    sealed = bytes.fromhex(reply["sealed"])
    assert keyring.open_reply(sealed, reply["associated"].encode()).decode() == reply["value"]
    key = keyring.unwrap(UUID(data_key["key_id"]), bytes.fromhex(data_key["wrapped"]))
    nonce, sealed = bytes.fromhex(data_key["nonce"]), bytes.fromhex(data_key["sealed"])
    assert key.decrypt(nonce, sealed, None).decode() == data_key["value"]
