"""A witness cosigns what continues the last checkpoint, and nothing else."""

import json
import os
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from case_api.seals.notes import Signer
from case_api.seals.verifier import read_checkpoint, read_key
from tests.house.repository import ROOT
from tests.seals import reference
from witness.__main__ import main
from witness.consistency import consistent
from witness.notes import BadNote, Cosigner, LogKey
from witness.witness import Refused, Witness

VECTORS = Path(os.environ.get("STAGEPOST_TEST_MERKLE", ROOT.parent / "shared" / "data" / "merkle" / "testdata"))
LEAVES = [reference.leaf(str(n).encode()) for n in range(66)]
SIGNER = Signer("moray", b"s" * 32)
LOG = LogKey.read(SIGNER.key)
COSIGNER = Cosigner("audit.example", b"w" * 32)


def signed(leaves, signer=SIGNER):
    return signer.checkpoint(len(leaves), reference.root(leaves))


def proving(leaves):
    return lambda old, new: reference.proof(old, leaves[:new])


@pytest.fixture
def witness(tmp_path):
    return Witness(LOG, COSIGNER, tmp_path / "last")


def test_a_log_that_grows_is_cosigned_again_and_again(witness):
    for size in (1, 2, 5, 5, 40):
        witness.cosign(signed(LEAVES[:size]), proving(LEAVES), 1_700_000_000)
        assert witness.last().size == size


def test_what_it_remembers_counts_after_the_log_renewed_its_key(tmp_path):
    renewed = Signer("moray", b"n" * 32)
    Witness(LOG, COSIGNER, tmp_path / "last").cosign(signed(LEAVES[:5]), proving(LEAVES), 1)
    witness = Witness(LogKey.read(renewed.key), COSIGNER, tmp_path / "last")
    with pytest.raises(Refused, match="rolled back"):
        witness.cosign(signed(LEAVES[:4], renewed), proving(LEAVES), 2)
    with pytest.raises(BadNote):
        witness.cosign(signed(LEAVES[:6]), proving(LEAVES), 2)
    witness.cosign(signed(LEAVES[:6], renewed), proving(LEAVES), 2)
    last = witness.last()
    assert last is not None
    assert last.size == 6


def test_the_memory_of_another_log_is_no_memory(tmp_path):
    Witness(LOG, COSIGNER, tmp_path / "last").cosign(signed(LEAVES[:5]), proving(LEAVES), 1)
    with pytest.raises(Refused, match="altered"):
        Witness(LogKey.read(Signer("burgh", b"s" * 32).key), COSIGNER, tmp_path / "last").last()


def test_a_cosignature_is_over_the_checkpoint_and_the_time_at_which_it_was_seen(witness):
    """C2SP tlog-cosignature v1, spelt out."""
    note = signed(LEAVES[:3])
    cosigned = witness.cosign(note, proving(LEAVES), 1_700_000_000)
    assert cosigned.startswith(note)
    dash, name, encoded = cosigned.removeprefix(note).split()
    value, key = b64decode(encoded), b64decode(COSIGNER.key.split("+", 2)[2])
    assert (dash, name, key[0]) == ("—", "audit.example", 4)
    assert value[:4] == sha256(b"audit.example\n" + key).digest()[:4]
    assert int.from_bytes(value[4:12], "big") == 1_700_000_000
    text = note.partition("\n\n")[0] + "\n"
    public = Ed25519PublicKey.from_public_bytes(key[1:])
    public.verify(value[12:], f"cosignature/v1\ntime 1700000000\n{text}".encode())
    with pytest.raises(InvalidSignature):
        public.verify(value[12:], f"cosignature/v1\ntime 1700000001\n{text}".encode())


def test_whoever_reads_checkpoints_reads_cosigned_ones(witness):
    cosigned = witness.cosign(signed(LEAVES[:3]), proving(LEAVES), 1)
    assert read_checkpoint(cosigned, read_key(SIGNER.key)) == (3, reference.root(LEAVES[:3]))


@pytest.mark.parametrize("size", [1, 8, 9, 10, 40])
def test_another_history_is_refused_and_not_remembered(size, witness):
    witness.cosign(signed(LEAVES[:9]), proving(LEAVES), 1)
    other = [reference.leaf(b"another"), *LEAVES[1:]]
    with pytest.raises(Refused):
        witness.cosign(signed(other[:size]), proving(other), 2)
    assert witness.last().root == reference.root(LEAVES[:9])


def test_a_shorter_history_is_refused(witness):
    witness.cosign(signed(LEAVES[:9]), proving(LEAVES), 1)
    with pytest.raises(Refused, match="rolled back"):
        witness.cosign(signed(LEAVES[:8]), proving(LEAVES), 2)


def test_a_checkpoint_that_the_log_did_not_sign_is_refused(witness):
    for note in (
        signed(LEAVES[:3], Signer("moray", b"x" * 32)),
        signed(LEAVES[:3], Signer("fife", b"s" * 32)),
        "",
        "a\n\nb",
    ):
        with pytest.raises(BadNote):
            witness.cosign(note, proving(LEAVES), 1)
    assert witness.last() is None


def test_a_memory_that_was_altered_is_noticed(witness, tmp_path):
    witness.cosign(signed(LEAVES[:9]), proving(LEAVES), 1)
    (tmp_path / "last").write_text(signed(LEAVES[:2]))
    with pytest.raises(Refused, match="memory"):
        witness.cosign(signed(LEAVES[:9]), proving(LEAVES), 2)


NO_SEED = "the file of --key does not hold 64 hexadecimal digits: `openssl rand -hex 32` makes them"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--key": "nowhere"}, "the file of --key cannot be read"),
        ({"--key": "token"}, NO_SEED),
        ({"--key": "short"}, NO_SEED),
        ({"--token-file": "nowhere"}, "the file of --token-file cannot be read"),
        ({"--log-key": "moray"}, "--log-key cannot be read: it is the `key` that /v1/audit/checkpoint shows"),
        ({"--url": "http://log.example"}, "--url cannot be used: it is the https:// address of the case API"),
    ],
)
def test_a_witness_says_which_of_what_it_was_given_cannot_be_used(changed, said, tmp_path, capsys):
    for name, content in (("key", "5a" * 32), ("short", "5a5a"), ("token", "t")):
        (tmp_path / name).write_text(content)
    files = {"--key": "key", "--token-file": "token", "--state": "last"} | changed
    given = {option: str(tmp_path / value) for option, value in files.items() if option not in {"--log-key", "--url"}}
    plain = {"--name": "audit.example", "--log-key": SIGNER.key, "--url": "http://127.0.0.1:9"}
    given |= {option: changed.get(option, value) for option, value in plain.items()}
    assert main([word for pair in given.items() for word in pair]) == 2
    assert capsys.readouterr() == ("", f"witness: {said}\n")


def test_a_state_file_that_cannot_be_read_is_named_and_a_log_that_does_not_answer_is_told_apart(
    tmp_path, capsys, monkeypatch
):
    (tmp_path / "key").write_text("5a" * 32)
    (tmp_path / "last").mkdir()
    given = ["--name", "audit.example", "--log-key", SIGNER.key, "--url", "http://127.0.0.1:9"]
    given += [f"--key={tmp_path / 'key'}", f"--token-file={tmp_path / 'key'}", f"--state={tmp_path / 'last'}"]
    assert main(given) == 3
    assert "the log cannot be reached" in capsys.readouterr().err
    monkeypatch.setattr("witness.__main__.Log.checkpoint", lambda _: signed(LEAVES[:3]))
    assert main(given) == 2
    assert capsys.readouterr().err == "witness: the file of --state cannot be read or written\n"


@pytest.mark.parametrize("new", range(1, 66))
def test_every_tree_is_consistent_with_those_before_it(new):
    roots = {size: reference.root(LEAVES[:size]) for size in range(1, new + 1)}
    for old, root in roots.items():
        assert consistent(old, new, root, roots[new], reference.proof(old, LEAVES[:new]))


@given(st.data())
def test_no_other_size_root_or_path_is_consistent(data):
    new = data.draw(st.integers(2, 64))
    old = data.draw(st.integers(1, new - 1))
    proof = reference.proof(old, LEAVES[:new])
    earlier, later = reference.root(LEAVES[:old]), reference.root(LEAVES[:new])
    match data.draw(st.sampled_from(["old root", "new root", "shorter", "longer", "changed"])):
        case "old root":
            earlier = sha256(earlier).digest()
        case "new root":
            later = sha256(later).digest()
        case "shorter":
            proof = proof[:-1]
        case "longer":
            proof = [*proof, data.draw(st.binary(min_size=32, max_size=32))]
        case _:
            place = data.draw(st.integers(0, len(proof) - 1))
            proof = [*proof[:place], sha256(proof[place]).digest(), *proof[place + 1 :]]
    assert not consistent(old, new, earlier, later, proof)


@pytest.mark.skipif(
    not VECTORS.is_dir(), reason=f"the shared test vectors are not beside the repository ({VECTORS.name})"
)
def test_shared_vectors_of_consistency_are_judged_as_their_authors_judge_them():
    wrong, seen = [], 0
    for path in sorted((VECTORS / "consistency").rglob("*.json")):
        vector, seen = json.loads(path.read_text()), seen + 1
        proof = [b64decode(one) for one in vector["proof"] or []]
        earlier, later = b64decode(vector["root1"] or ""), b64decode(vector["root2"] or "")
        if consistent(vector["size1"], vector["size2"], earlier, later, proof) == vector["wantErr"]:
            wrong.append(path.name)
    assert (wrong, seen) == ([], 98)
