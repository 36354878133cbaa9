"""A seal key can be renewed: what the old one signed for is held to it, what comes to the new one."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_api import logs
from case_api.cli.app import app
from case_api.key_files import authority_keys, seal_keys
from case_api.seals.keeper import Broken, Checkpoint, Keeper, open_keeper
from case_api.seals.notes import Signer
from case_api.seals.scrub import Scrub
from case_api.seals.verifier import Altered, read_checkpoint, read_key
from case_api.settings import Settings
from tests.seals.conftest import written
from witness.notes import Cosigner

pytestmark = pytest.mark.anyio
NEW = b"n" * 32


def line_of(keeper: Keeper, signed: Checkpoint) -> str:
    return f"{signed.size} {b64encode(signed.root).decode()} {keeper.signer.key}"


@pytest.fixture
async def renewed(settings, journal, keeper):
    """Six facts that the old key signed for; a keeper with a new one, which knows of the old one."""
    await written(journal, streams=2, versions=3)
    signed = await keeper.checkpoint()
    successor = await open_keeper(settings, journal, NEW, [line_of(keeper, signed)])
    yield successor
    await successor.close()


async def test_the_log_goes_on_under_the_new_key(journal, keeper, renewed):
    await written(journal, streams=1, versions=2)
    signed = await renewed.checkpoint()
    assert read_checkpoint(signed.note, read_key(renewed.signer.key)) == (8, signed.root)
    assert [size for size, _ in await renewed.nodes.checkpoints(0, 10)] == [6, 8]
    assert await renewed.consistency(6, 8)
    whole = await Scrub(renewed).run()
    assert (whole.facts, whole.sealed) == (8, 8)


async def test_until_a_fact_comes_what_is_shown_is_signed_with_the_new_key_too(keeper, renewed):
    old, new = await keeper.checkpoint(), await renewed.checkpoint()
    assert read_checkpoint(new.note, read_key(renewed.signer.key)) == (old.size, old.root)
    assert await renewed.nodes.checkpoints(0, 10) == [(6, old.note)]


async def test_without_the_old_key_the_seals_do_not_hold_and_it_is_said_why(settings, journal, keeper):
    await written(journal)
    await keeper.checkpoint()
    stranger = await open_keeper(settings, journal, NEW)
    with pytest.raises(Broken, match=r"checkpoint of 6, signed by a key that is another") as broken:
        await stranger.checkpoint()
    with pytest.raises(Altered, match=r"is not one that this log signed: the key that signed it is another"):
        await Scrub(stranger).run()
    await stranger.close()
    assert logs.PLAIN.fullmatch(broken.value.place)


async def test_the_old_key_signs_for_nothing_that_came_after_it(settings, journal, keeper, renewed):
    """Somebody who has it by now alters the store, and signs for what they made of it."""
    await written(journal, streams=1, versions=2)
    await keeper.checkpoint()
    with pytest.raises(Broken, match="checkpoint of 8, signed by a key that is retired"):
        await renewed.checkpoint()
    with pytest.raises(Altered, match="of 8 facts is not one that this log signed: the key that signed it is retired"):
        await Scrub(renewed).run()


@pytest.mark.parametrize("root", [b"x" * 32, None], ids=["other facts", "more facts"])
async def test_the_log_is_held_to_where_the_old_key_left_it_whatever_stands_among_the_checkpoints(
    settings, journal, keeper, root
):
    """As when somebody emptied the tree, altered what it was over, and signed anew by the old key."""
    await written(journal, streams=2, versions=3)
    left = f"{6 if root else 7} {b64encode(root or b'r' * 32).decode()} {keeper.signer.key}"
    successor = await open_keeper(settings, journal, NEW, [left])
    with pytest.raises(Broken, match="facts than a retired key signed for"):
        await successor.checkpoint()
    with pytest.raises(Altered, match="not what was signed for" if root else "7 facts were signed for, 6 are there"):
        await Scrub(successor).run()
    await successor.close()


async def test_a_checkpoint_kept_elsewhere_counts_under_the_key_of_its_time(keeper, renewed):
    kept = (await keeper.checkpoint()).note
    assert (await Scrub(renewed, [kept]).run()).facts == 6


async def test_one_that_a_witness_cosigned_under_the_old_key_counts_as_well(keeper, renewed):
    kept = Cosigner("audit.example", b"w" * 32).cosigned((await keeper.checkpoint()).note, at=1_800_000_000)
    assert (await Scrub(renewed, [kept]).run()).facts == 6


def test_a_note_is_of_its_own_key_of_a_known_one_or_of_another():
    old, new, other = (Signer("moray", seed * 32) for seed in (b"s", b"n", b"o"))
    knowing = Signer("moray", b"n" * 32, [f"6 {b64encode(b'r' * 32).decode()} {old.key}"])
    notes = {name: one.checkpoint(6, b"r" * 32) for name, one in (("retired", old), ("own", new), ("another", other))}
    notes["nobody's"] = notes["own"].replace("stagepost/moray", "stagepost/burgh")
    assert {knowing.whose(note): name for name, note in notes.items()} == {name: name for name in notes}
    assert [knowing.most(notes[name]) for name in ("retired", "another")] == [6, 0]
    assert knowing.lines(notes["retired"], 6) == notes["retired"].splitlines()[:3]
    with pytest.raises(Altered):
        knowing.lines(notes["retired"], 7)


@pytest.mark.parametrize("seed", [b"s", b"n"], ids=["retired", "own"])
def test_no_note_that_differs_in_one_byte_is_taken(seed: bytes):
    """Not even where base64 has bits to spare."""
    knowing = Signer("moray", b"n" * 32, [f"6 {b64encode(b'r' * 32).decode()} {Signer('moray', b's' * 32).key}"])
    note = Signer("moray", seed * 32).checkpoint(6, b"r" * 32)
    assert knowing.read(note) == (6, b"r" * 32)
    raw = note.encode()
    for place in range(len(raw)):
        for sign in {*b"AQgwMNOP=+/ \n\t6", raw[place] ^ 1} - {raw[place]}:
            strange = (raw[:place] + bytes([sign]) + raw[place + 1 :]).decode("utf-8", "replace")
            with pytest.raises((Altered, ValueError)):
                knowing.read(strange)


@pytest.fixture
def burgh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A store of the command line, in demo mode, with keys of its own."""
    for name, value in {"MODE": "demo", "AUTHORITIES": "burgh", "VAR": str(tmp_path)}.items():
        monkeypatch.setenv(f"STAGEPOST_{name}", value)
    return tmp_path / "keys"


def the_line() -> str:
    done = CliRunner().invoke(app, ["seal-key", "burgh"])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_what_the_command_prints_is_what_the_file_takes(burgh, tmp_path):
    settings = Settings()
    authority_keys(settings)
    seal_keys(settings)
    (tmp_path / "burgh").mkdir()
    (tmp_path / "burgh" / "log.db").touch()
    line = the_line()
    assert line.startswith(f"0 {b64encode(sha256().digest()).decode()} stagepost/burgh+")
    kept = burgh / "burgh.seal.retired"
    kept.write_text(line)
    assert refused() == "The seal key of burgh is retired, by burgh.seal.retired: put a new one in its place."
    (burgh / "burgh.seal.key").write_text(NEW.hex())
    kept.write_bytes(f"# 1 December, who had it left\r\n{line.strip()}\r\n\n".encode())
    assert seal_keys(settings).keys["burgh"].retired == (line.strip(),)
    other_kind = (
        f"{line.split('+')[0]}+{sha256(b'stagepost/burgh' + bytes([10]) + bytes(33)).hexdigest()[:8]}+{'A' * 44}"
    )
    spoilt = (
        line[2:],
        f"1{line.replace('burgh', 'shire')}",
        line.strip()[:-9],
        f"x{line}",
        "-1" + line[1:],
        other_kind,
    )
    for one in spoilt:
        kept.write_text(f"{line}{one}\n")
        assert refused() == "burgh.seal.retired must hold lines as `stagepost seal-key burgh` prints them."
    kept.unlink()
    kept.mkdir()
    assert refused() == "burgh.seal.retired cannot be read: it is no file, or not the service's to read."


def refused() -> str:
    done = CliRunner().invoke(app, ["verify", "--log"])
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.removeprefix("stagepost: ").removesuffix("\n")


def test_the_log_of_nobody_has_no_seal_key(burgh):
    done = CliRunner().invoke(app, ["seal-key", "shire"])
    assert (done.exit_code, done.stderr) == (2, "stagepost: name one of: burgh\n")
