"""docker-compose.yml says what the code says: commands, variables, ports, secrets, health."""

import importlib.util
import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

import case_api.settings
import notifier.settings
from case_api.cli.app import app
from case_api.key_files import authority_keys, seal_keys
from tests.house.repository import ROOT, files

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS: dict[str, type[BaseSettings]] = {
    "case-api": case_api.settings.Settings,
    "notifier": notifier.settings.Settings,
}
"""Those that listen."""
TOLD: dict[str, type[BaseSettings]] = {**OURS, "background": case_api.settings.Settings}
FROM_THE_IMAGE = [name for name, service in SERVICES.items() if "build" in service]


def variables(settings: type[BaseSettings]) -> set[str]:
    """Every environment variable that the settings read."""
    names: set[str] = set()
    for field, info in settings.model_fields.items():
        alias = info.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias or field]
        prefix = "" if alias else settings.model_config["env_prefix"]
        names |= {f"{prefix}{choice}".upper() for choice in choices}
    return names


@pytest.mark.parametrize("name", TOLD)
def test_every_variable_set_is_one_that_the_service_reads(name: str):
    assert set(SERVICES[name]["environment"]) - variables(TOLD[name]) == set()


def test_the_case_api_accepts_what_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    put(tmp_path / "database_url", f"postgresql://stagepost:{secrets.token_hex(16)}@postgres:5432/stagepost\n")
    put(tmp_path / "strathlorne.key", secrets.token_hex(32))
    put(tmp_path / "strathlorne.seal.key", secrets.token_hex(32))
    put(tmp_path / "issuer_keys", "{}")
    give(monkeypatch, "case-api", secrets=tmp_path)
    settings = case_api.settings.load()
    assert settings.mode == "production"
    assert settings.database.startswith("postgresql://")
    assert set(authority_keys(settings).keys) == set(settings.authorities)
    assert set(seal_keys(settings).keys) == set(settings.authorities)


def test_one_works_in_the_background_for_those_that_serve_and_on_the_same_record(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    put(tmp_path / "database_url", f"postgresql://stagepost:{secrets.token_hex(16)}@postgres:5432/stagepost\n")
    serves, works = SERVICES["case-api"], SERVICES["background"]
    assert serves["environment"]["STAGEPOST_BACKGROUND"] == "beside"
    assert works["environment"].items() <= serves["environment"].items()
    assert (works["image"], works["volumes"]) == (serves["image"], serves["volumes"])
    assert works["command"][3] in {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    assert "ports" not in works
    give(monkeypatch, "background", secrets=tmp_path)
    assert case_api.settings.load(serves=False).authorities == ("strathlorne",)


@pytest.mark.parametrize("name", ["case-api", "background"])
def test_every_authority_that_is_served_has_its_two_keys_mounted(name: str):
    mounted = {secret["target"] for secret in SERVICES[name]["secrets"] if isinstance(secret, dict)}
    named = SERVICES[name]["environment"]["STAGEPOST_AUTHORITIES"].split(",")
    assert mounted == {f"{name}{kind}.key" for name in named for kind in ("", ".seal")}


def test_the_notifier_accepts_what_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    put(tmp_path / "notifier_token", "made.up.token\n")
    put(tmp_path / "webhook_secrets", "{}")
    give(monkeypatch, "notifier", secrets=tmp_path)
    settings = notifier.settings.Settings()
    assert settings.mode == "production"
    assert settings.bearer() == "made.up.token"


def put(path: Path, content: str) -> None:
    """A secret, as it must be put: readable by its owner and nobody else."""
    path.write_text(content)
    path.chmod(0o600)


def give(monkeypatch: pytest.MonkeyPatch, name: str, *, secrets: Path) -> None:
    """Set the environment as Compose would, with the secrets in a folder of the test's."""
    for variable, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(variable, value.replace("/run/secrets", str(secrets)))


@pytest.mark.parametrize("name", TOLD)
def test_every_secret_that_a_service_reads_is_mounted(name: str):
    mounted = {s if isinstance(s, str) else s["target"] for s in SERVICES[name]["secrets"]}
    read = set(re.findall(r"/run/secrets/([\w.]+)", json.dumps(SERVICES[name]["environment"])))
    assert read <= mounted


def test_secrets_are_files_that_the_repository_cannot_hold():
    assert all(secret["file"].startswith("var/secrets/") for secret in COMPOSE["secrets"].values())
    assert "var/" in (ROOT / ".gitignore").read_text().splitlines()


def test_no_environment_holds_a_secret():
    secret = re.compile(r"(PASSWORD|TOKEN|SECRETS?|KEY|DATABASE_URL)$")
    held = [name for service in SERVICES.values() for name in service.get("environment", {}) if secret.search(name)]
    assert held == []


@pytest.mark.parametrize("name", OURS)
def test_ports_are_those_of_the_settings_and_open_to_this_machine_only(name: str):
    port = OURS[name].model_fields["port"].default
    assert SERVICES[name]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert SERVICES[name]["environment"][f"{OURS[name].model_config['env_prefix']}PORT"] == str(port)


@pytest.mark.parametrize("name", OURS)
def test_health_is_asked_of_livez_on_the_port_of_the_service(name: str):
    probe = SERVICES[name]["healthcheck"]["test"][-1]
    assert f"http://127.0.0.1:{OURS[name].model_fields['port'].default}/livez" in probe
    compile(probe, name, "exec")


@pytest.mark.parametrize("package", ["case_api", "notifier"])
def test_both_services_answer_livez(package: str):
    assert any('"/livez"' in path.read_text() for path in files(f"services/{package}", suffixes=(".py",)))


@pytest.mark.parametrize("name", FROM_THE_IMAGE)
def test_every_command_starts_a_module_that_exists(name: str):
    program, option, module, *_ = SERVICES[name]["command"]
    assert (program, option) == ("python", "-m")
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.submodule_search_locations is None or importlib.util.find_spec(f"{module}.__main__") is not None


@pytest.mark.parametrize("name", FROM_THE_IMAGE)
def test_every_container_of_ours_runs_with_nothing_to_spare(name: str):
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_the_image_installs_hashed_packages_and_runs_as_nobody_special():
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^USER (?!root\b|0\b)\w+$", DOCKERFILE, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"python:3.13-slim"}


def test_the_image_copies_only_what_exists():
    copied = re.findall(r"^COPY (?!--)(\S+) ", DOCKERFILE, re.MULTILINE)
    assert [path for path in copied if not (ROOT / path).exists()] == []
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == kept
