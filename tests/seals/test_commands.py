"""What the command line says when it cannot begin."""

import pytest
from typer.testing import CliRunner

from case_api.cli.app import app


@pytest.mark.parametrize(
    "arguments", [["verify", "--log"], ["export", "7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa"], ["rebuild-boards"]]
)
def test_without_its_keys_a_store_is_not_opened(arguments, monkeypatch, tmp_path):
    monkeypatch.setenv("STAGEPOST_AUTHORITIES", "burgh")
    monkeypatch.setenv("STAGEPOST_VAR", str(tmp_path))
    (tmp_path / "burgh").mkdir()
    (tmp_path / "burgh" / "log.db").touch()
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("stagepost: The key file burgh.key is missing")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["verify", "--log"], ["rebuild-boards"]])
def test_in_the_wrong_folder_no_store_is_made_and_nothing_is_called_well(arguments, monkeypatch, tmp_path):
    monkeypatch.setenv("STAGEPOST_AUTHORITIES", "burgh")
    monkeypatch.setenv("STAGEPOST_VAR", str(tmp_path))
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("stagepost: there is no ")
    assert "does STAGEPOST_VAR name the folder of the service?" in done.stderr
    assert list(tmp_path.rglob("*")) == []


def test_a_checkpoint_file_that_is_not_there_is_said_to_be_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("STAGEPOST_AUTHORITIES", "burgh")
    done = CliRunner().invoke(app, ["verify", "--log", "--checkpoint", str(tmp_path / "nowhere")])
    assert (done.exit_code, done.stderr) == (2, "stagepost: a checkpoint file cannot be opened\n")
