"""A case leaves in one file; whoever holds it and the published key needs nobody else to see that it is whole."""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from case_api.seals import verifier
from case_api.seals.exporting import NoSuchCase, disclosure, export
from case_api.seals.notes import Signer
from case_api.seals.verifier import Altered, check, seal_lines
from case_api.store.append import Append
from tests import canaries
from tests.seals.conftest import SEED, written
from tests.store.facts import note

pytestmark = pytest.mark.anyio
KEY = Signer("moray", SEED).key


@pytest.fixture
async def case_id(journal):
    """A case of three facts and one about a carer, among others."""
    case_id, _ = await written(journal)
    carer = uuid4()
    await journal.append(Append((note(case_id, 4, key_id=carer),), new_keys=(carer,)))
    return case_id


@pytest.fixture
async def document(keeper, case_id):
    return await export(keeper, case_id)


async def test_an_export_is_whole_and_says_what_happened(document):
    assert check(verifier.written(document), KEY) == document
    assert document["history"][0].startswith("1. 2025-09-10 09:00 UTC: note taken, by teacher t-1 of burnside")
    assert f"   text: {canaries.FREE_TEXT}" in document["history"]


async def test_what_is_sealed_for_a_carer_is_masked_unless_it_is_asked_for(keeper, case_id, document):
    assert "body" not in document["facts"][3]
    assert document["history"][-1].endswith("note taken (what it says is not shown)")
    assert "body" in (await export(keeper, case_id, people=True))["facts"][3]


@pytest.mark.parametrize("wanted", ["NoteTaken", "NoteTaken.v1"])
async def test_types_of_facts_can_be_masked_and_nothing_of_them_is_read(keeper, case_id, wanted):
    masked = verifier.written(await export(keeper, case_id, people=True, masked=[wanted]))
    check(masked, KEY)
    assert canaries.FREE_TEXT.encode() not in masked


async def test_after_its_key_was_destroyed_a_case_keeps_its_shape_and_proofs(journal, keeper, case_id):
    await journal.eraser.destroy([case_id])
    erased = verifier.written(await export(keeper, case_id))
    assert len(check(erased, KEY)["facts"]) == 4
    assert canaries.FREE_TEXT.encode() not in erased


async def test_no_case_is_exported_that_is_not_there(keeper, case_id):
    with pytest.raises(NoSuchCase):
        await export(keeper, uuid4())


def without_the_last_fact(document):
    facts = document["facts"]
    return document | {"facts": facts[:-1], "history": document["history"][:-1]}


def without_a_fact_in_the_middle(document):
    return document | {"facts": [document["facts"][0], *document["facts"][2:]]}


def with_two_facts_in_each_others_place(document):
    one, two, *rest = document["facts"]
    return document | {"facts": [two, one, *rest]}


def with_another_text(document):
    facts = [dict(fact) for fact in document["facts"]]
    facts[1]["body"] = facts[1]["body"].replace("t-1", "t-2")
    return document | {"facts": facts}


def with_another_state(document):
    facts = [dict(fact) for fact in document["facts"]]
    state = bytearray(b64decode(facts[2]["state"]))
    state[-1] ^= 1
    facts[2]["state"] = b64encode(state).decode()
    return document | {"facts": facts}


def with_a_history_of_ones_own(document):
    return document | {"history": [*document["history"][:-1], "4. Nothing happened."]}


def with_a_text_masked_later(document):
    facts = [dict(fact) for fact in document["facts"]]
    del facts[0]["body"], facts[0]["salt"]
    lines = [
        line for fact in facts for line in verifier.told(verifier.header_of(b64decode(fact["state"])), fact.get("body"))
    ]
    return document | {"facts": facts, "history": lines}


def sealed_by_somebody_else(document):
    other = Signer("moray", b"x" * 32)
    changed = document | {"key": other.key}
    return changed | {"seal": other.note(*seal_lines(changed, other.origin))}


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (without_the_last_fact, "facts are missing"),
        (without_a_fact_in_the_middle, "fact 2: version 2 of its stream should stand here"),
        (with_two_facts_in_each_others_place, "fact 1: version 1"),
        (with_another_text, "fact 2: the text shown"),
        (with_another_state, "fact 3: it is not what the checkpoint was signed over"),
        (with_a_history_of_ones_own, "of the history"),
        (with_a_text_masked_later, "not what was sealed"),
        (sealed_by_somebody_else, "another key"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_was_altered_in_a_file_is_named(alter, named, document):
    with pytest.raises(Altered, match=named):
        check(verifier.written(alter(document)), KEY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_no_bit_of_a_file_can_be_altered_unseen(data, whole):
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Altered):
        check(bytes(changed), KEY)


@pytest.fixture(scope="module")
def whole():
    """A file that was exported once, with the seed of these tests."""
    return (Path(__file__).parent / "export.v1.json").read_bytes()


def test_a_file_of_the_first_form_can_be_checked_for_ever(whole):
    assert len(check(whole, KEY)["facts"]) == 4


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"format":1}', b"[" * 50_000])
def test_what_is_no_export_is_said_to_be_none(content):
    with pytest.raises(Altered):
        check(content, KEY)


def run_alone(tmp_path, *arguments):
    """The verifier as a single file, with nothing of ours to import."""
    alone = tmp_path / "verifier.py"
    alone.write_bytes(Path(verifier.__file__).read_bytes())
    command = [sys.executable, "-I", str(alone), *map(str, arguments)]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)


def test_the_verifier_runs_alone(whole, tmp_path):
    (tmp_path / "case.json").write_bytes(whole)
    (tmp_path / "key").write_text(f"{KEY}\n")
    done = run_alone(tmp_path, "case.json", "--key", "key", "--history")
    assert (done.returncode, done.stderr) == (0, "")
    assert "note taken" in done.stdout


def test_the_verifier_says_in_one_line_what_is_wrong(whole, tmp_path):
    (tmp_path / "case.json").write_bytes(verifier.written(with_another_text(json.loads(whole))))
    done = run_alone(tmp_path, "case.json", "--key", KEY)
    assert done.returncode == 1
    assert done.stderr == "stagepost: ALTERED: fact 2: the text shown is not the text that was recorded\n"


def test_without_a_key_the_verifier_says_that_nobody_vouches_for_it(whole, tmp_path):
    (tmp_path / "case.json").write_bytes(whole)
    assert "compare it with the published one" in run_alone(tmp_path, "case.json").stderr
    assert run_alone(tmp_path, "elsewhere.json").returncode == 2


async def veiled(keeper, case_id, *whole):
    """An answer that shows the facts with these versions, the others by their place alone."""
    return await disclosure(
        keeper, case_id, lambda _: True, lambda stored: "whole" if stored.version in whole else "veiled"
    )


async def test_of_a_veiled_fact_nothing_is_said_but_its_place(keeper, case_id):
    document = await veiled(keeper, case_id, 2)
    content = verifier.written(document)
    assert check(content, KEY) == document
    assert [sorted(fact) for fact in document["facts"][::3]] == [["hash", "leaf", "proof", "stream"]] * 2
    assert document["history"][0] == "1. an entry that is not shown"
    assert content.count(b"NoteTaken") == 0
    assert content.count(b"note taken") == 1


def without_a_veiled_fact(document):
    return document | {"facts": document["facts"][1:], "history": document["history"][1:]}


def with_another_place(document):
    facts = [dict(fact) for fact in document["facts"]]
    facts[0]["leaf"] += 1
    return document | {"facts": facts}


def with_another_hash(document):
    facts = [dict(fact) for fact in document["facts"]]
    facts[0]["hash"] = b64encode(b"h" * 32).decode()
    return document | {"facts": facts}


def with_a_text_beside_it(document):
    facts = [dict(fact) for fact in document["facts"]]
    facts[0] |= {"body": facts[1]["body"], "salt": facts[1]["salt"]}
    return document | {"facts": facts}


def with_a_fact_veiled_later(document):
    facts = [dict(fact) for fact in document["facts"]]
    shown = b64decode(facts[1].pop("state"))
    leaf = verifier.leaf_hash("moray", UUID(facts[0]["stream"]), 2, verifier.header_of(shown)["type"], shown)
    place = {name: facts[1][name] for name in ("leaf", "proof")}
    facts[1] = place | {"stream": facts[0]["stream"], "hash": b64encode(leaf).decode()}
    kept = [line for line in document["history"] if line.endswith("an entry that is not shown")]
    return document | {"facts": facts, "history": [kept[0], "2. an entry that is not shown", *kept[1:]]}


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (without_a_veiled_fact, "fact 1: version 1 of its stream should stand here"),
        (with_another_place, "fact 1: it is not what the checkpoint was signed over"),
        (with_another_hash, "fact 1: it is not what the checkpoint was signed over"),
        (with_a_text_beside_it, "fact 1: it cannot be read"),
        (with_a_fact_veiled_later, "not what was sealed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_was_altered_around_a_veiled_fact_is_named(alter, named, keeper, case_id):
    document = await veiled(keeper, case_id, 2)
    with pytest.raises(Altered, match=named):
        check(verifier.written(alter(document)), KEY)
