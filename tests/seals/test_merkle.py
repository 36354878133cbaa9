"""The tree is that of RFC 6962; proofs are those of the standard, and nothing else passes for one."""

import json
import os
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_api.seals import merkle
from case_api.seals.merkle import Frontier
from case_api.seals.verifier import Altered, included
from tests.house.repository import ROOT
from tests.seals import reference

LEAVES = [reference.leaf(str(n).encode()) for n in range(130)]
VECTORS = Path(os.environ.get("STAGEPOST_TEST_MERKLE", ROOT.parent / "shared" / "data" / "merkle" / "testdata"))
HASHES = st.binary(min_size=32, max_size=32)


def grown(size, leaves=LEAVES):
    """A tree of some size with every complete node that it made on the way."""
    frontier, nodes = Frontier(0, {}), {}
    for number, leaf in enumerate(leaves[:size]):
        nodes[0, number] = leaf
        nodes.update(frontier.append(leaf))
    return frontier, nodes


def proved(spans, nodes):
    return [merkle.folded([nodes[node] for node in merkle.covering(span)]) for span in spans]


@pytest.mark.parametrize("size", range(1, 130))
def test_the_root_is_that_of_the_standard(size):
    frontier, nodes = grown(size)
    assert frontier.root() == reference.root(LEAVES[:size])
    assert proved([(0, size)], nodes) == [frontier.root()]


@pytest.mark.parametrize("size", range(1, 40))
def test_a_tree_goes_on_from_the_nodes_that_were_kept(size):
    frontier = Frontier(size, grown(size)[1])
    frontier.append(LEAVES[size])
    assert frontier.root() == reference.root(LEAVES[: size + 1])


@pytest.mark.parametrize("size", range(1, 67))
def test_every_leaf_is_proved_as_the_standard_proves_it(size):
    root, nodes = reference.root(LEAVES[:size]), grown(size)[1]
    for number in range(size):
        proof = proved(merkle.inclusion(number, size), nodes)
        assert proof == reference.path(number, LEAVES[:size])
        assert included(LEAVES[number], number, size, proof) == root


@pytest.mark.parametrize("new", range(1, 67))
def test_every_earlier_tree_is_proved_as_the_standard_proves_it(new):
    nodes = grown(new)[1]
    for old in range(1, new + 1):
        assert proved(merkle.consistency(old, new), nodes) == reference.proof(old, LEAVES[:new])


@given(st.data())
def test_no_other_leaf_place_or_path_leads_to_the_root(data):
    size = data.draw(st.integers(1, 64))
    number = data.draw(st.integers(0, size - 1))
    leaf, proof = LEAVES[number], reference.path(number, LEAVES[:size])
    root = reference.root(LEAVES[:size])
    match data.draw(st.sampled_from(["leaf", "place", "shorter", "longer", "changed"])):
        case "leaf":
            leaf = data.draw(HASHES.filter(lambda other: other != LEAVES[number]))
        case "place":
            number = data.draw(st.integers(-1, size + 1).filter(lambda other: other != number))
        case "shorter" if proof:
            proof = proof[:-1]
        case "changed" if proof:
            place = data.draw(st.integers(0, len(proof) - 1))
            proof = [*proof[:place], sha256(proof[place]).digest(), *proof[place + 1 :]]
        case _:
            proof = [*proof, data.draw(HASHES)]
    try:
        assert included(leaf, number, size, proof) != root
    except Altered:
        return


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=200))
def test_a_tree_over_anything_has_the_root_of_the_standard(texts):
    leaves = [reference.leaf(text) for text in texts]
    assert grown(len(leaves), leaves)[0].root() == reference.root(leaves)


def test_an_empty_tree_has_no_root():
    with pytest.raises(ValueError):
        Frontier(0, {}).root()


@pytest.mark.skipif(
    not VECTORS.is_dir(), reason=f"the shared test vectors are not beside the repository ({VECTORS.name})"
)
def test_shared_vectors_of_inclusion_are_judged_as_their_authors_judge_them():
    wrong, seen = [], 0
    for path in sorted((VECTORS / "inclusion").rglob("*.json")):
        vector, seen = json.loads(path.read_text()), seen + 1
        proof = [b64decode(one) for one in vector["proof"] or []]
        root, leaf = b64decode(vector["root"] or ""), b64decode(vector["leafHash"] or "")
        try:
            holds = included(leaf, vector["leafIdx"], vector["treeSize"], proof) == root
        except Altered:
            holds = False
        if holds == vector["wantErr"]:
            wrong.append(path.name)
    assert (wrong, seen) == ([], 98)
