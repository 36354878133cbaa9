"""Unsafe settings stop the service with one line that says what to change, and shows no secret."""

import json
import os
import stat

import pytest

from case_api.cli.settings import settings_or_exit
from case_api.key_files import authority_keys, seal_keys
from case_api.settings import Settings, UnsafeSettings, load

SECRET = "hunter2-secret"
ISSUER = {"issuer": "https://idp.example", "algorithms": ["ES256"], "jwks_url": "https://idp.example/jwks"}
PRODUCTION = {"AUTHORITIES": "burgh,shire", "ISSUERS": json.dumps([ISSUER])}


@pytest.fixture
def told(monkeypatch, tmp_path):
    """Set the environment to exactly these settings."""
    for name in [name for name in os.environ if name.startswith("STAGEPOST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STAGEPOST_VAR", str(tmp_path))

    def tell(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"STAGEPOST_{name}", value)

    return tell


def refused() -> str:
    with pytest.raises(UnsafeSettings) as raised:
        load()
    line = str(raised.value)
    assert "\n" not in line
    assert SECRET not in line
    return line


def test_by_default_it_runs_in_production_on_this_machine_alone(told):
    told(**PRODUCTION)
    settings = load()
    assert (settings.mode, settings.host, settings.port) == ("production", "127.0.0.1", 8080)
    assert settings.authorities == ("burgh", "shire")
    assert settings.database == "sqlite"
    assert settings.longest_token_life == 3600
    assert settings.zone.key == "Europe/London"


@pytest.mark.owasp("API8")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AUTHORITIES": ""}, "STAGEPOST_AUTHORITIES"),
        ({"AUTHORITIES": "Burgh"}, "STAGEPOST_AUTHORITIES"),
        ({"AUTHORITIES": "../etc"}, "STAGEPOST_AUTHORITIES"),
        ({"ISSUERS": "[]"}, "STAGEPOST_ISSUERS"),
        ({"ISSUERS": f"[{SECRET}"}, "STAGEPOST_ISSUERS: This is not JSON."),
        ({"ISSUERS": json.dumps([ISSUER, ISSUER])}, "twice"),
        ({"ISSUERS": json.dumps([{**ISSUER, "algorithms": ["HS256"]}])}, "ALGORITHMS"),
        ({"ISSUERS": json.dumps([{**ISSUER, "algorithms": ["none"]}])}, "ALGORITHMS"),
        ({"ISSUERS": json.dumps([{**ISSUER, "algorithms": []}])}, "ALGORITHMS"),
        ({"ISSUERS": json.dumps([{**ISSUER, "jwks_file": "x"}])}, "one of them"),
        ({"ISSUERS": json.dumps([{**ISSUER, "jwks_url": f"http://{SECRET}/jwks"}])}, "JWKS_URL"),
        ({"ISSUERS": json.dumps([{**ISSUER, "jwks_url": f"file:///{SECRET}"}])}, "JWKS_URL"),
        ({"ISSUERS": json.dumps([{**ISSUER, SECRET[:7]: 1}])}, "ISSUERS"),
        ({"DATABASE_URL": f"mysql://root:{SECRET}@db"}, "STAGEPOST_DATABASE_URL"),
        ({"DATABASE_URL_FILE": "/nowhere"}, "STAGEPOST_DATABASE_URL_FILE"),
        ({"MODE": "debug"}, "STAGEPOST_MODE"),
        ({"BACKGROUND": "off"}, "STAGEPOST_BACKGROUND"),
        ({"MODE": "demo", "BACKGROUND": "beside"}, "STAGEPOST_BACKGROUND"),
        ({"MODE": "demo", "HOST": "0.0.0.0"}, "STAGEPOST_HOST"),
        ({"MODE": "test", "HOST": "::"}, "STAGEPOST_HOST"),
        ({"MODE": "demo", "HOST": "stagepost.example"}, "STAGEPOST_HOST"),
        ({"ZONE": "Mars/Olympus"}, "STAGEPOST_ZONE"),
        ({"ZONE": "../../etc/passwd"}, "STAGEPOST_ZONE"),
        ({"PORT": "99999"}, "STAGEPOST_PORT"),
        ({"PUBLIC_URL": "ftp://x"}, "STAGEPOST_PUBLIC_URL"),
        ({"DEFAULT_POLICY": "../x"}, "STAGEPOST_DEFAULT_POLICY"),
        ({"WEBHOOK_ALLOW": "127.0.0.1"}, "STAGEPOST_WEBHOOK_ALLOW"),
    ],
)
def test_unsafe_settings_are_refused(changed: dict[str, str], said: str, told):
    told(**PRODUCTION)
    told(**changed)
    assert said in refused()


def test_without_authorities_there_is_nothing_to_serve(told):
    assert "STAGEPOST_AUTHORITIES" in refused()


def test_the_stores_own_database_functions_are_not_replaced(told, monkeypatch):
    told(**PRODUCTION)
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    assert "POSTGRES_ENABLE_DB_FUNCTIONS" in refused()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_the_demo_is_served_to_this_machine(host: str, told):
    told(MODE="demo", HOST=host, AUTHORITIES="burgh")
    assert load().longest_token_life == 12 * 3600


def test_the_database_url_may_come_from_a_file(told, tmp_path):
    (tmp_path / "url").write_text(f"postgresql://stagepost:{SECRET}@db/stagepost\n")
    (tmp_path / "url").chmod(0o600)
    told(**PRODUCTION, DATABASE_URL_FILE=str(tmp_path / "url"))
    assert load().database == f"postgresql://stagepost:{SECRET}@db/stagepost"


@pytest.mark.owasp("API8")
def test_settings_do_not_show_the_database_password(told):
    told(**PRODUCTION, DATABASE_URL=f"postgresql://stagepost:{SECRET}@db/stagepost")
    assert SECRET not in repr(load())


def test_missing_keys_are_made_in_the_demo_and_kept(told, tmp_path):
    told(MODE="demo", AUTHORITIES="burgh,shire")
    made = authority_keys(load())
    assert made == authority_keys(load())
    assert made.warnings == ()
    assert len({*made.keys.values()}) == 2
    assert all(len(key) == 32 for key in made.keys.values())
    assert stat.S_IMODE((tmp_path / "keys" / "burgh.key").stat().st_mode) == 0o600


def test_a_log_signs_with_a_key_of_its_own(told, tmp_path):
    told(MODE="demo", AUTHORITIES="burgh,shire")
    made = seal_keys(load())
    assert made == seal_keys(load())
    assert not set(made.keys.values()) & set(authority_keys(load()).keys.values())
    assert stat.S_IMODE((tmp_path / "keys" / "burgh.seal.key").stat().st_mode) == 0o600


def test_a_missing_seal_key_stops_production(told, tmp_path):
    told(**PRODUCTION)
    with pytest.raises(UnsafeSettings, match=r"burgh\.seal\.key"):
        seal_keys(load())


@pytest.mark.owasp("API8")
def test_a_missing_key_stops_production(told, tmp_path):
    told(**PRODUCTION)
    with pytest.raises(UnsafeSettings, match=r"burgh\.key"):
        authority_keys(load())
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("text", ["", "ab" * 31, "zz" * 32, "ab" * 33, "é" * 64])
def test_a_key_that_is_none_is_refused(text: str, told, tmp_path):
    told(**PRODUCTION, KEYS_DIR=str(tmp_path))
    (tmp_path / "burgh.key").write_text(text)
    with pytest.raises(UnsafeSettings, match="64 hexadecimal digits"):
        authority_keys(load())


@pytest.mark.owasp("API8")
def test_a_key_that_others_can_read_is_pointed_out(told, tmp_path):
    told(MODE="test", AUTHORITIES="burgh")
    authority_keys(load())
    (tmp_path / "keys" / "burgh.key").chmod(0o644)
    [warning] = authority_keys(load()).warnings
    assert "burgh" in warning


def test_settings_cannot_be_changed_afterwards(told):
    told(**PRODUCTION)
    with pytest.raises(ValueError):
        load().mode = "demo"  # type: ignore[misc]
    assert Settings.model_config["frozen"]


def test_a_misspelt_setting_is_told_and_what_others_read_is_not(told, capsys):
    told(**PRODUCTION, AUTHORITY="x", LEARNER_AN_HOUR="5", NOTIFIER_PORT="1", TEST_SEED="1", QUIET=SECRET)
    settings_or_exit()
    assert capsys.readouterr().err.splitlines() == [
        "stagepost: STAGEPOST_AUTHORITY is no setting, STAGEPOST_AUTHORITIES is: it is passed over",
        "stagepost: STAGEPOST_LEARNER_AN_HOUR is no setting, STAGEPOST_LEARNERS_AN_HOUR is: it is passed over",
        "stagepost: STAGEPOST_QUIET is no setting: it is passed over",
    ]


def test_of_settings_that_are_known_nothing_is_said(told, capsys):
    told(**PRODUCTION)
    settings_or_exit()
    assert capsys.readouterr().err == ""
