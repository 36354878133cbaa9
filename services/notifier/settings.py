"""What an operator can set; each value from the environment, `STAGEPOST_NOTIFIER_` first."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, AwareDatetime, Field, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from standardwebhooks.webhooks import EmptyWebhookSecretError
from standardwebhooks.webhooks import Webhook as Signer

from notifier import weaknesses
from notifier.crash_points import POINTS

LETTERS = Path(__file__).parent / "letters"
SECRETS = TypeAdapter(dict[str, str])


def is_loopback(host: str) -> bool:
    """Whether *host* names this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """Checked as a whole at start; what is unsafe in production is refused there (D16, safety row 15)."""

    model_config = SettingsConfigDict(
        env_prefix="STAGEPOST_NOTIFIER_", populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )

    mode: Literal["production", "demo", "test"] = Field(
        "production", validation_alias=AliasChoices("STAGEPOST_NOTIFIER_MODE", "STAGEPOST_MODE")
    )
    var: Path = Field(Path("var"), validation_alias=AliasChoices("STAGEPOST_NOTIFIER_VAR", "STAGEPOST_VAR"))
    host: str = "127.0.0.1"
    port: int = Field(8081, ge=0, le=65_535)
    public_url: str = "http://127.0.0.1:8081"
    clock_starts_at: AwareDatetime | None = None
    """What the clock shows at first; demo and test only."""
    crash_at: str | None = None
    """The crash point at which the process dies; test only (docs/durability.md)."""

    case_api_url: str = "http://127.0.0.1:8080"
    token: SecretStr | None = None
    token_file: Path | None = None
    """Read anew for each call, so that a token can be renewed in place."""
    feed_wait: int = Field(20, ge=0, le=30)
    """Seconds that the case API may hold a feed request open."""

    database_url: SecretStr | None = None
    """A `postgresql://` DSN; without it an SQLite file under `var`."""
    operator_token: SecretStr | None = None

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(8025, ge=1, le=65_535)
    smtp_tls: Literal["none", "starttls", "implicit"] | None = None
    """By default `starttls` in production, `none` in demo and test."""
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str = "Stagepost <no-reply@stagepost.example>"

    webhook_secrets_file: Path | None = None
    """JSON: `{"service:slt": "whsec_…"}`."""
    webhook_allow: Annotated[frozenset[str], NoDecode] = frozenset()
    """Hosts that may be plain http and non-public, comma-separated; demo and test only."""
    languages: Path = LETTERS
    """The folder with one folder of letters for each language."""

    @field_validator("webhook_allow", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return frozenset(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.mode == "production":
            self._refuse_what_is_unsafe_in_production()
        elif not is_loopback(self.host):
            raise ValueError("demo and test mode listen on a loopback address only")
        return self

    @field_validator("case_api_url")
    @classmethod
    def _leads_somewhere(cls, value: str) -> str:
        """Raises ValueError, also where there is no such port."""
        try:
            parts = urlsplit(value)
            leads = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            leads = False
        if not leads:
            raise ValueError("it must be an address that begins with http:// or https://")
        return value

    @model_validator(mode="after")
    def _dies_only_in_tests(self) -> Self:
        if self.mode != "test" and self.crash_at is not None:
            raise ValueError("STAGEPOST_NOTIFIER_CRASH_AT is for test only")
        if self.crash_at is not None and self.crash_at not in POINTS:
            raise ValueError("STAGEPOST_NOTIFIER_CRASH_AT names no crash point")
        return self

    @model_validator(mode="after")
    def _signs(self) -> Self:
        for recipient, secret in self.webhook_secrets().items():
            try:
                Signer(secret.get_secret_value())
            except (ValueError, EmptyWebhookSecretError):
                raise ValueError(f"the signing secret of {recipient} is unusable") from None
            if self.mode == "production" and weaknesses.in_signing_secret(secret.get_secret_value()):
                raise ValueError(f"the signing secret of {recipient} is short or not random: draw 32 bytes anew")
        return self

    def _refuse_what_is_unsafe_in_production(self) -> None:
        if self.clock_starts_at is not None:
            raise ValueError("STAGEPOST_NOTIFIER_CLOCK_STARTS_AT is for demo and test only")
        if self.webhook_allow:
            raise ValueError("STAGEPOST_NOTIFIER_WEBHOOK_ALLOW is for demo and test only")
        if self.smtp_tls == "none" and not is_loopback(self.smtp_host):
            raise ValueError("mail leaves this machine encrypted: set STAGEPOST_NOTIFIER_SMTP_TLS")
        if self.token is None and self.token_file is None:
            raise ValueError("STAGEPOST_NOTIFIER_TOKEN or STAGEPOST_NOTIFIER_TOKEN_FILE is missing")
        for name, weakness in self._weaknesses():
            if weakness is not None:
                raise ValueError(f"STAGEPOST_NOTIFIER_{name} {weakness}")

    def _weaknesses(self) -> Iterator[tuple[str, str | None]]:
        """What could be unfit of each setting that holds or leads to a secret."""
        yield "OPERATOR_TOKEN", weaknesses.in_word(self.operator_token)
        yield "DATABASE_URL", weaknesses.in_database_url(self.database_url)
        yield "CASE_API_URL", weaknesses.in_url(self.case_api_url, of_a_neighbour=True)
        yield "PUBLIC_URL", weaknesses.in_url(self.public_url)
        yield "TOKEN_FILE", weaknesses.in_file(self.token_file)
        yield "WEBHOOK_SECRETS_FILE", weaknesses.in_file(self.webhook_secrets_file)

    def bearer(self) -> str:
        """The token for the case API, or an empty string while there is none yet."""
        if self.token_file is not None:
            return self.token_file.read_text("ascii", "ignore").strip() if self.token_file.is_file() else ""
        return self.token.get_secret_value() if self.token else ""

    def tls(self) -> Literal["none", "starttls", "implicit"]:
        return self.smtp_tls or ("starttls" if self.mode == "production" else "none")

    def webhook_secrets(self) -> dict[str, SecretStr]:
        """Signing secret by recipient (`service:<code>`). Raises ValueError."""
        if self.webhook_secrets_file is None:
            return {}
        try:
            found = SECRETS.validate_json(self.webhook_secrets_file.read_bytes())
        except (OSError, ValueError):
            raise ValueError("the file of STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE cannot be read") from None
        return {recipient: SecretStr(secret) for recipient, secret in found.items()}
