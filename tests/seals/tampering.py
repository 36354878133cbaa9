"""Twelve ways in which somebody with the database in hand could alter a record; each says where it did.

Each takes the folder of an authority and a source of chance, and returns what the complaint must name.
"""

import json
import shutil
import sqlite3
from contextlib import closing

from case_api.seals.merkle import Frontier
from case_api.seals.notes import Signer
from case_api.seals.verifier import leaf_hash
from case_api.store.database import id_out
from tests.seals.conftest import SEED

ROWS = "SELECT rowid, originator_id, originator_version, topic, state, event_id FROM stored_events ORDER BY rowid"


def opened(path):
    connection = sqlite3.connect(path)
    for kind in ("update", "delete", "replace"):
        connection.execute(f"DROP TRIGGER IF EXISTS stored_events_no_{kind}")
    return closing(connection)


def rows(log):
    return log.execute(ROWS).fetchall()


def put(log, position, state):
    log.execute("UPDATE stored_events SET state=? WHERE rowid=?", (state, position))
    log.commit()


def a_bit_is_flipped(folder, chance):
    with opened(folder / "log.db") as log:
        position, *_, state, _ = chance.choice(rows(log))
        changed = bytearray(state)
        changed[chance.randrange(len(state))] ^= 1 << chance.randrange(8)
        put(log, position, bytes(changed))
    return f"position {position}:"


def a_field_is_edited(folder, chance):
    with opened(folder / "log.db") as log:
        position, *_, state, _ = chance.choice(rows(log))
        end = 3 + int.from_bytes(state[1:3], "big")
        header = json.loads(state[3:end]) | {"recorded_at": f"20{chance.randrange(10, 25)}-01-01T00:00:00Z"}
        edited = json.dumps(header, separators=(",", ":")).encode()
        put(log, position, state[:1] + len(edited).to_bytes(2, "big") + edited + state[end:])
    return f"position {position}:"


def a_fact_is_removed(folder, chance):
    with opened(folder / "log.db") as log:
        position = chance.choice(rows(log)[:-1])[0]
        log.execute("DELETE FROM stored_events WHERE rowid=?", (position,))
        log.commit()
    return f"position {position}:"


def a_fact_is_slipped_in(folder, chance):
    with opened(folder / "log.db") as log:
        position, stream, _, topic, state, _ = chance.choice(rows(log))
        head = log.execute("SELECT max(originator_version) FROM stored_events WHERE originator_id=?", (stream,))
        version, end = head.fetchone()[0] + 1, 3 + int.from_bytes(state[1:3], "big")
        event_id = f"{chance.getrandbits(128):032x}"
        header = json.dumps(json.loads(state[3:end]) | {"version": version, "event_id": event_id}).encode()
        forged = state[:1] + len(header).to_bytes(2, "big") + header + chance.randbytes(200)
        made = log.execute(
            "INSERT INTO stored_events VALUES (NULL,?,?,?,?,?)", (stream, version, topic, forged, event_id)
        )
        position = made.lastrowid
        log.commit()
    return f"position {position}:"


def two_facts_change_places(folder, chance):
    with opened(folder / "log.db") as log:
        one, two = sorted(row[0] for row in chance.sample(rows(log), 2))
        for old, new in ((one, -1), (two, one), (-1, two)):
            log.execute("UPDATE stored_events SET rowid=? WHERE rowid=?", (new, old))
        log.commit()
    return f"position {one}:"


def two_facts_change_contents(folder, chance):
    with opened(folder / "log.db") as log:
        one, two = sorted(chance.sample(rows(log), 2))
        ends = [3 + int.from_bytes(row[4][1:3], "big") for row in (one, two)]
        put(log, one[0], one[4][: ends[0]] + two[4][ends[1] :])
        put(log, two[0], two[4][: ends[1]] + one[4][ends[0] :])
    return f"position {one[0]}:"


def the_newest_facts_are_cut_off(folder, chance):
    with opened(folder / "log.db") as log:
        position = chance.choice(rows(log)[1:])[0]
        log.execute("DELETE FROM stored_events WHERE rowid>=?", (position,))
        log.commit()
    return f"position {position}:"


def an_older_copy_is_put_back(folder, chance):
    """Log, keys and seals together: only a checkpoint that was kept elsewhere can tell."""
    older = chance.choice(sorted(folder.parent.glob("older-*")))
    shutil.rmtree(folder)
    shutil.copytree(older, folder)
    return "facts were signed for"


def hashed_anew(folder, *, checkpoints=()):
    """Make the whole tree fit the log as it is now, as somebody without the signing key can."""
    frontier, leaves, nodes = Frontier(0, {}), [], []
    with opened(folder / "log.db") as log:
        for number, (position, stream, version, topic, state, _) in enumerate(rows(log)):
            value = leaf_hash("moray", id_out(stream), version, topic, state)
            leaves.append((number, position, value))
            nodes += [(*node, made) for node, made in frontier.append(value)]
    with opened(folder / "seals.db") as seals:
        seals.execute("DELETE FROM seal_leaves")
        seals.execute("DELETE FROM seal_nodes")
        seals.executemany("INSERT INTO seal_leaves VALUES (?,?,?)", leaves)
        seals.executemany("INSERT INTO seal_nodes VALUES (?,?,?)", nodes)
        for signer in checkpoints:
            seals.execute("DELETE FROM seal_checkpoints")
            note = signer.checkpoint(frontier.size, frontier.root())
            seals.execute("INSERT INTO seal_checkpoints VALUES (?,?)", (frontier.size, note))
        seals.commit()


def a_stream_is_shortened_and_all_is_hashed_anew(folder, chance):
    with opened(folder / "log.db") as log:
        stream = chance.choice(rows(log))[1]
        newest = "SELECT max(rowid) FROM stored_events WHERE originator_id=?"
        log.execute(f"DELETE FROM stored_events WHERE rowid=({newest})", (stream,))
        log.commit()
    hashed_anew(folder)
    return "signed for"


def a_checkpoint_is_forged(folder, chance):
    a_stream_is_shortened_and_all_is_hashed_anew(folder, chance)
    hashed_anew(folder, checkpoints=[Signer("moray", chance.randbytes(32))])
    return "checkpoint"


def another_history_is_signed_for(folder, chance):
    """By somebody who has the signing key, too: the checkpoint that others hold does not fit this log."""
    with opened(folder / "log.db") as log:
        one, two = sorted(chance.sample([row for row in rows(log) if row[2] == 1], 2))
        for old, new in ((one[0], -1), (two[0], one[0]), (-1, two[0])):
            log.execute("UPDATE stored_events SET rowid=? WHERE rowid=?", (new, old))
        log.commit()
    hashed_anew(folder, checkpoints=[Signer("moray", SEED)])
    return "position"


def two_keys_change_places(folder, chance):
    with opened(folder / "log.db") as log:
        first: dict[str, int] = {}
        for position, stream, *_ in rows(log):
            first.setdefault(stream, position)
    with closing(sqlite3.connect(folder / "keys.db")) as keys:
        one, two = chance.sample(sorted(first), 2)
        wrapped = dict(keys.execute("SELECT key_id, wrapped FROM data_keys WHERE key_id IN (?,?)", (one, two)))
        for key_id, other in ((one, two), (two, one)):
            keys.execute("UPDATE data_keys SET wrapped=? WHERE key_id=?", (wrapped[other], key_id))
        keys.commit()
    return f"position {min(first[one], first[two])}:"


CLASSES = (
    a_bit_is_flipped,
    a_field_is_edited,
    a_fact_is_removed,
    a_fact_is_slipped_in,
    two_facts_change_places,
    two_facts_change_contents,
    the_newest_facts_are_cut_off,
    an_older_copy_is_put_back,
    a_stream_is_shortened_and_all_is_hashed_anew,
    a_checkpoint_is_forged,
    another_history_is_signed_for,
    two_keys_change_places,
)
