"""What the case API is told from outside: environment variables that begin with STAGEPOST_."""

import ipaddress
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from case_api import weaknesses
from case_api.wording import WORDS, in_words

Mode = Literal["production", "demo", "test"]
Algorithm = Literal["EdDSA", "ES256", "RS256"]
AuthorityName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]

PREFIX = "STAGEPOST_"


class UnsafeSettings(Exception):
    """The settings cannot be used, or not safely; its text is one line for the operator, without secrets."""


class Issuer(BaseModel):
    """Somebody whose tokens we accept, and how we get their keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str = Field(min_length=1)
    audience: str = "stagepost"
    algorithms: frozenset[Algorithm] = Field(min_length=1)
    jwks_url: str | None = Field(default=None, pattern=r"^https://|^http://(127\.0\.0\.1|localhost|\[::1\])[:/]")
    jwks_file: Path | None = None
    authorities: frozenset[AuthorityName] | None = None
    """The authorities for which this issuer may speak; absent means all."""

    @model_validator(mode="after")
    def _keys_come_from_one_place(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("give jwks_url or jwks_file, one of them")
        return self


class Settings(BaseSettings):
    """All settings of the case API. Read them with `load`, which refuses unsafe ones."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    mode: Mode = "production"
    var: Path = Path("var")
    """The root of everything that is written (D27)."""
    database_url: str = Field(default="sqlite", pattern=r"^(sqlite$|postgres(ql)?://)", repr=False)
    database_url_file: Path | None = None
    authorities: Annotated[tuple[AuthorityName, ...], NoDecode] = Field(min_length=1)
    keys_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default="http://127.0.0.1:8080", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    issuers: tuple[Issuer, ...] = ()
    tombstones_dir: Path | None = None
    """The folder with each authority's list of destroyed keys; `tombstones` below `var` without it."""
    policies: Path = Path("policies")
    default_policy: str = Field(default="scotland-generic@1", pattern=r"^[a-z0-9-]+@[0-9]+$")
    zone: ZoneInfo = ZoneInfo("Europe/London")
    background: Literal["inside", "beside"] = "inside"
    """Where boards and seals follow the log and what falls due is recorded: in each process that serves, or in one of
    its own beside them, `stagepost background` (ADR 34)."""
    learners_an_hour: int = Field(default=300, ge=0)
    """How many learners one person may read of within an hour; 0 for as many as they like (access/brakes.py)."""
    learners_an_hour_of_programs: int = Field(default=0, ge=0)
    """The same for each program: school systems, auditors, the notifier."""
    webhook_allow: Annotated[frozenset[str], NoDecode] = frozenset()
    """Hosts to which webhooks may go by plain http and on this machine, comma-separated; demo and test mode only."""
    clock_starts_at: AwareDatetime | None = None
    """What the clock shows when the process starts; demo and test mode only (D16)."""
    crash_at: str | None = None
    """The crash point at which the process dies; test mode only (docs/durability.md)."""

    @field_validator("authorities", "webhook_allow", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))

    @field_validator("zone", mode="before")
    @classmethod
    def _known_zone(cls, value: object) -> object:
        try:
            return ZoneInfo(value) if isinstance(value, str) else value
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no such time zone") from None

    @field_validator("public_url")
    @classmethod
    def _without_a_slash_at_the_end(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def keys(self) -> Path:
        """The folder with an `<authority>.key` and an `<authority>.seal.key` each."""
        return self.keys_dir or self.var / "keys"

    @property
    def database(self) -> str:
        """The database URL, from its file where one is named."""
        if self.database_url_file is None:
            return self.database_url
        return self.database_url_file.read_text("utf-8").strip()

    @property
    def longest_token_life(self) -> int:
        """Seconds that may lie between a token's `iat` and `exp`."""
        return 3600 if self.mode == "production" else 12 * 3600


def load(*, serves: bool = True) -> Settings:
    """Settings from the environment; raises UnsafeSettings with one line that says what to change.

    A command that does not serve needs nobody to sign in.
    """
    if "POSTGRES_ENABLE_DB_FUNCTIONS" in os.environ:
        raise UnsafeSettings("Unset POSTGRES_ENABLE_DB_FUNCTIONS: the store brings its own functions.")
    try:
        settings = Settings()
    except ValidationError as error:
        raise UnsafeSettings(_in_one_line(error)) from None
    except SettingsError as error:
        field = str(error).partition('"')[2].partition('"')[0]
        raise UnsafeSettings(f"{PREFIX}{field.upper()}: {WORDS['json_invalid']}") from None
    refuse_unsafe(settings, serves=serves)
    return settings


def refuse_unsafe(settings: Settings, *, serves: bool = True) -> None:
    """Raise UnsafeSettings for what must never be served."""
    if settings.mode != "production" and not _is_loopback(settings.host):
        raise UnsafeSettings(f"STAGEPOST_MODE={settings.mode} may only be served on this machine: set STAGEPOST_HOST.")
    if settings.mode == "production" and settings.clock_starts_at is not None:
        raise UnsafeSettings("STAGEPOST_CLOCK_STARTS_AT is for demo and test mode: unset it.")
    if settings.mode == "production" and settings.webhook_allow:
        raise UnsafeSettings("STAGEPOST_WEBHOOK_ALLOW is for demo and test mode: unset it.")
    if settings.mode == "demo" and settings.background == "beside":
        raise UnsafeSettings("STAGEPOST_BACKGROUND=beside is not for demo mode, whose clock one process has: unset it.")
    if settings.mode != "test" and settings.crash_at is not None:
        raise UnsafeSettings("STAGEPOST_CRASH_AT is for test mode: unset it.")
    if serves and settings.mode == "production" and not settings.issuers:
        raise UnsafeSettings("STAGEPOST_ISSUERS is empty, so nobody could sign in: name a token issuer.")
    if settings.mode == "production":
        _refuse_unsafe_in_production(settings)
    names = [issuer.issuer for issuer in settings.issuers]
    if len(set(names)) != len(names):
        raise UnsafeSettings("STAGEPOST_ISSUERS names an issuer twice.")
    if settings.database_url_file is not None and not settings.database_url_file.is_file():
        raise UnsafeSettings("STAGEPOST_DATABASE_URL_FILE names no file.")
    _refuse_without_keys(settings.issuers if serves else ())


def _refuse_without_keys(issuers: Iterable[Issuer]) -> None:
    """Nobody of an issuer whose keys cannot be had could sign in."""
    for file in (issuer.jwks_file for issuer in issuers if issuer.jwks_file is not None):
        if not file.is_file():
            raise UnsafeSettings("STAGEPOST_ISSUERS: the jwks_file of an issuer names no file.")
        if not os.access(file, os.R_OK):
            raise UnsafeSettings("STAGEPOST_ISSUERS: the jwks_file of an issuer cannot be read.")


def _refuse_unsafe_in_production(settings: Settings) -> None:
    file = settings.database_url_file
    found = [("STAGEPOST_PUBLIC_URL", weaknesses.of_public_url(settings.public_url))]
    found += [("STAGEPOST_ISSUERS: an issuer", weaknesses.of_issuer(it.issuer, it.jwks_url)) for it in settings.issuers]
    if file is not None and file.is_file():
        found += [("The file of STAGEPOST_DATABASE_URL_FILE", weaknesses.of_file(file))]
    if file is None or file.is_file():
        found += [("The database URL", weaknesses.of_database_url(settings.database))]
    for what, weakness in found:
        if weakness is not None:
            raise UnsafeSettings(f"{what} {weakness}.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_one_line(error: ValidationError) -> str:
    """Which variables are wrong and how, without the values: they may be secrets."""
    found = [
        (".".join(str(part) for part in item["loc"]).upper(), in_words(item, ours=True)) for item in error.errors()
    ]
    return "; ".join(f"{PREFIX}{where}: {what}" if where else what for where, what in found)
