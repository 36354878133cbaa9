"""Checks a file that `stagepost export` wrote: offline, alone, with `cryptography` its only dependency.

    python verifier.py FILE [--key KEY]

KEY is the authority's published verification key, `name+hash+base64` (C2SP signed-note), or a file that holds it.
Without it the file is checked against the key that it names itself, which proves nothing about who wrote it.

Exit codes: 0 whole; 1 something was altered, and one line names the position; 2 the file cannot be opened.
"""

import argparse
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, VEILED = "stagepost-export-v1", "stagepost-subject-access-v1"
ED25519 = b"\x01"
MEMBERS = {"format", "authority", "case_id", "key", "checkpoint", "facts", "history", "seal"}


class Altered(Exception):
    """Something is not as it was written; its text says what, and where."""


@dataclass(frozen=True, slots=True)
class Key:
    """A verification key with the name that it signs under."""

    name: str
    ident: bytes
    public: Ed25519PublicKey


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, 2.1: the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def leaf_hash(authority: str, stream: UUID, version: int, name: str, state: bytes) -> bytes:
    """D1: SHA-256 over 0x00, then the fact in its place, byte for byte.

    authority: length as u16, UTF-8 | stream: 16 bytes | version: u64 | type: length as u16, UTF-8 | state: the frame
    as stored. Numbers are big-endian. It is the RFC 6962 leaf hash of everything after the 0x00.
    """
    named, typed = authority.encode(), name.encode()
    place = len(named).to_bytes(2, "big") + named + stream.bytes + version.to_bytes(8, "big")
    return sha256(b"\x00" + place + len(typed).to_bytes(2, "big") + typed + state).digest()


def included(leaf: bytes, number: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root of a tree of *size* that holds the leaf as *number* (RFC 9162, 2.1.3.2). Raises Altered."""
    if not 0 <= number < size or {len(one) for one in (leaf, *proof)} != {32}:
        raise Altered("a leaf lies outside the tree, or a hash is none")
    place, last, value = number, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Altered("a proof is too long")
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise Altered("a proof is too short")
    return value


def read_key(text: str) -> Key:
    """A verification key in the C2SP signed-note form. Raises ValueError."""
    name, ident, encoded = text.strip().split("+", 2)
    key = b64decode(encoded, validate=True)
    if key[:1] != ED25519 or sha256(f"{name}\n".encode() + key).hexdigest()[:8] != ident:
        raise ValueError("not an Ed25519 verification key, or not one of this name")
    return Key(name, bytes.fromhex(ident), Ed25519PublicKey.from_public_bytes(key[1:]))


def open_note(note: str, key: Key) -> list[str]:
    """The lines of a signed note, checked (C2SP signed-note); the last ends with a newline, too. Raises Altered."""
    text, _, signatures = note.rpartition("\n\n")
    *lines, end = signatures.split("\n")
    for line in lines if not end else ():
        before, _, rest = line.partition("— ")
        name, _, encoded = rest.partition(" ")
        try:
            signature = b64decode(encoded, validate=True)
            if (before, name, signature[:4], b64encode(signature).decode()) == ("", key.name, key.ident, encoded):
                key.public.verify(signature[4:], f"{text}\n".encode())
                return text.split("\n")
        except (ValueError, InvalidSignature):
            break
    raise Altered(f"it does not bear the signature of {key.name}")


def read_checkpoint(note: str, key: Key) -> tuple[int, bytes]:
    """Size and root of a checkpoint (C2SP tlog-checkpoint). Raises Altered."""
    origin, size, root, *_ = [*open_note(note, key), "", ""]
    if origin != key.name or str(int(size)) != size or len(b64decode(root, validate=True)) != 32:
        raise Altered("the checkpoint is not one of this log")
    return int(size), b64decode(root)


def written(document: object) -> bytes:
    """A document as it is written: one way, so that no byte can differ unseen."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def header_of(state: bytes) -> dict[str, Any]:
    """What a stored frame shows without a key (D1)."""
    return dict(json.loads(state[3 : 3 + int.from_bytes(state[1:3], "big")]))


def told(header: dict[str, Any], body: str | None) -> list[str]:
    """A fact in words for a person."""
    name = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in header["type"].partition(".")[0])
    said = f"{header['version']}. {header['recorded_at'][:16].replace('T', ' ')} UTC:{name}"
    if body is None:
        return [f"{said} (what it says is not shown)"]
    whole = json.loads(body)
    envelope, actor = whole["envelope"], whole["envelope"]["actor"]
    by = f"by {actor['role']} {actor['subject']} of {actor['organisation']}, on {envelope['occurred_at'][:10]}"
    return [f"{said}, {by}", *_details(whole["fact"], "   ")]


def _details(value: dict[str, Any], margin: str) -> list[str]:
    lines: list[str] = []
    for name, content in value.items():
        said = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        inside = isinstance(content, dict)
        lines += [f"{margin}{name}:", *_details(content, margin + "  ")] if inside else [f"{margin}{name}: {said}"]
    return lines


def seal_lines(document: dict[str, Any], origin: str) -> list[str]:
    """What the export's own seal says: how many facts each stream had then, and the hash of all the rest."""
    streams = [fact.get("stream") or header_of(b64decode(fact["state"]))["stream"] for fact in document["facts"]]
    counts = [f"{stream} {streams.count(stream)}" for stream in dict.fromkeys(streams)]
    rest = {name: value for name, value in document.items() if name != "seal"}
    return [f"{origin}/export", *counts, sha256(written(rest)).hexdigest()]


def check(content: bytes, trusted: str | None = None) -> dict[str, Any]:
    """The document of an export, if it is whole. Raises Altered."""
    try:
        document: dict[str, Any] = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Altered(f"it cannot be read from byte {getattr(error, 'pos', getattr(error, 'start', 0))} on") from None
    try:
        _check(document, trusted)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise Altered(f"it holds something that no export holds ({type(error).__name__})") from None
    if (again := written(document)) != content:
        first = next((n for n, (a, b) in enumerate(zip(again, content, strict=False)) if a != b), len(again))
        raise Altered(f"byte {first} is not as it was written")
    return document


def _check(document: dict[str, Any], trusted: str | None) -> None:
    if set(document) != MEMBERS or document["format"] not in (FORMAT, VEILED):
        raise Altered("it is no export of a form that this program knows")
    if trusted is not None and document["key"] != trusted:
        raise Altered("it names another key than the one that is trusted")
    key = read_key(document["key"])
    if key.name != f"stagepost/{document['authority']}":
        raise Altered("its key is another authority's")
    tree, case = read_checkpoint(document["checkpoint"], key), UUID(document["case_id"])
    heads: dict[str, int] = {str(case): 0, str(uuid5(case, "told")): 0}
    lines: list[str] = []
    for place, fact in enumerate(document["facts"], start=1):
        try:
            lines += _fact(document["authority"], fact, tree, heads)
        except Altered as altered:
            raise Altered(f"fact {place}: {altered}") from None
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            raise Altered(f"fact {place}: it cannot be read") from None
    for number, (line, found) in enumerate(zip_longest(lines, document["history"]), start=1):
        if line != found:
            raise Altered(f"line {number} of the history does not say what the facts say")
    _check_seal(open_note(document["seal"], key), seal_lines(document, key.name))


def _check_seal(sealed: list[str], found: list[str]) -> None:
    for stream, _, count in (line.partition(" ") for line in sealed[1:-1] if line not in found):
        raise Altered(f"facts are missing, or there are too many: stream {stream} had {count}")
    if sealed != found:
        raise Altered("what stands around the facts is not what was sealed")


def _fact(authority: str, fact: dict[str, Any], tree: tuple[int, bytes], heads: dict[str, int]) -> list[str]:
    """Check one fact, or the bare place of one, against the tree and its neighbours; its lines of the history."""
    veiled, stream = "hash" in fact, str(fact.get("stream"))
    state = b64decode("" if veiled else fact["state"], validate=True)
    header = {"authority": authority, "stream": stream, "version": heads[stream] + 1} if veiled else header_of(state)
    if header["authority"] != authority or header["stream"] not in heads:
        raise Altered("it is of another case or authority")
    heads[header["stream"]] += 1
    if header["version"] != heads[header["stream"]]:
        raise Altered(f"version {heads[header['stream']]} of its stream should stand here")
    shows: tuple[Any, ...] = () if veiled else (UUID(header["stream"]), header["version"], header["type"], state)
    leaf = leaf_hash(authority, *shows) if shows else b64decode(fact["hash"], validate=True)
    proof = [b64decode(one, validate=True) for one in fact["proof"]]
    if included(leaf, fact["leaf"], tree[0], proof) != tree[1]:
        raise Altered("it is not what the checkpoint was signed over")
    if "body" in fact:
        shown = sha256(b"\x02" + b64decode(fact["salt"], validate=True) + fact["body"].encode()).hexdigest()
        if shown != header["commitment"]:
            raise Altered("the text shown is not the text that was recorded")
    return [f"{header['version']}. an entry that is not shown"] if veiled else told(header, fact.get("body"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file and say so in one line; the exit code."""
    parser = argparse.ArgumentParser(description="Checks a file that stagepost export wrote.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", help="the authority's published key, or a file with it")
    parser.add_argument("--history", action="store_true", help="print what happened, once it is found whole")
    given = parser.parse_args(arguments)
    try:
        content = given.file.read_bytes()
        trusted = given.key if not given.key or "+" in given.key else Path(given.key).read_text("utf-8").strip()
    except OSError:
        print("stagepost: the file, or the file of the key, cannot be opened", file=sys.stderr)
        return 2
    try:
        document = check(content, trusted)
    except Altered as altered:
        print(f"stagepost: ALTERED: {altered}", file=sys.stderr)
        return 1
    if given.history:
        print("\n".join(document["history"]))
    print(f"whole: {len(document['facts'])} facts, as signed by {document['key']}")
    if trusted is None:
        print("stagepost: that key is the file's own: compare it with the published one", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
