"""A seal key can be renewed: what the old one signed for is held to it, what comes to the new one."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from case_api import logs
from case_api.cli.app import app
from case_api.seals.keeper import Broken, open_keeper
from case_api.seals.notes import Signer
from case_api.seals.scrub import Scrub
from case_api.seals.verifier import Altered, read_checkpoint, read_key
from tests.seals.conftest import written
from witness.notes import Cosigner

pytestmark = pytest.mark.anyio
NEW = b"n" * 32


@pytest.fixture
async def renewed(settings, journal, keeper):
    """Six facts that the old key signed for; a keeper with a new one, which knows of the old one."""
    await written(journal, streams=2, versions=3)
    signed = await keeper.checkpoint()
    successor = await open_keeper(settings, journal, NEW, [f"{signed.size} {keeper.signer.key}"])
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
    with pytest.raises(Broken, match=r"checkpoint of 6, signed by another key") as broken:
        await stranger.checkpoint()
    with pytest.raises(Altered, match=r"is not one that this log signed: another key signed it"):
        await Scrub(stranger).run()
    await stranger.close()
    assert logs.PLAIN.fullmatch(broken.value.place)


async def test_the_old_key_signs_for_nothing_that_came_after_it(settings, journal, keeper, renewed):
    """Somebody who has it by now alters the store, and signs for what they made of it."""
    await written(journal, streams=1, versions=2)
    await keeper.checkpoint()
    with pytest.raises(Broken, match="checkpoint of 8"):
        await renewed.checkpoint()
    with pytest.raises(Altered, match="the checkpoint of 8 facts is not one that this log signed"):
        await Scrub(renewed).run()


async def test_a_checkpoint_kept_elsewhere_counts_under_the_key_of_its_time(keeper, renewed):
    kept = (await keeper.checkpoint()).note
    assert (await Scrub(renewed, [kept]).run()).facts == 6


async def test_one_that_a_witness_cosigned_under_the_old_key_counts_as_well(keeper, renewed):
    kept = Cosigner("audit.example", b"w" * 32).cosigned((await keeper.checkpoint()).note, at=1_800_000_000)
    assert (await Scrub(renewed, [kept]).run()).facts == 6


def test_a_note_is_of_its_own_key_of_a_known_one_or_of_another():
    old, new, other = (Signer("moray", seed * 32) for seed in (b"s", b"n", b"o"))
    knowing = Signer("moray", b"n" * 32, [f"6 {old.key}"])
    notes = {name: one.checkpoint(6, b"r" * 32) for name, one in (("old", old), ("new", new), ("other", other))}
    assert {name: (knowing.is_own(note), knowing.is_another(note)) for name, note in notes.items()} == {
        "old": (False, False),
        "new": (True, False),
        "other": (False, True),
    }
    assert knowing.lines(notes["old"], 6) == notes["old"].splitlines()[:3]
    with pytest.raises(Altered):
        knowing.lines(notes["old"], 7)


@pytest.fixture
def burgh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A store of the command line, in demo mode, with keys of its own."""
    for name, value in {"MODE": "demo", "AUTHORITIES": "burgh", "VAR": str(tmp_path)}.items():
        monkeypatch.setenv(f"STAGEPOST_{name}", value)
    return tmp_path / "keys"


def the_line(keys: Path) -> str:
    done = CliRunner().invoke(app, ["seal-key", "burgh"])
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_what_the_command_prints_is_what_the_file_takes(burgh, tmp_path):
    from case_api.key_files import authority_keys, seal_keys  # noqa: PLC0415
    from case_api.settings import Settings  # noqa: PLC0415

    settings = Settings()
    authority_keys(settings)
    seal_keys(settings)
    (tmp_path / "burgh").mkdir()
    (tmp_path / "burgh" / "log.db").touch()
    line = the_line(burgh)
    assert line.startswith("0 stagepost/burgh+")
    (burgh / "burgh.seal.retired").write_text(line)
    assert seal_keys(settings).keys["burgh"].retired == (line.strip(),)
    for spoilt in (line[2:], f"1{line.replace('burgh', 'shire')}", line.strip()[:-9], f"x{line}", "-1" + line[1:]):
        (burgh / "burgh.seal.retired").write_text(f"{line}{spoilt}\n")
        done = CliRunner().invoke(app, ["verify", "--log"])
        told = "stagepost: burgh.seal.retired must hold lines as `stagepost seal-key burgh` prints them.\n"
        assert (done.exit_code, done.stderr) == (2, told)


def test_the_log_of_nobody_has_no_seal_key(burgh):
    done = CliRunner().invoke(app, ["seal-key", "shire"])
    assert (done.exit_code, done.stderr) == (2, "stagepost: name one of: burgh\n")
