"""The three programs of the demo, each with its environment."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from demo.files import write_private
from demo.ports import HERE, Ports
from demo.processes import ROOT, Program
from demo.tokens import AUTHORITY

WITH_WEBHOOKS = ("slt", "eps", "camhs", "harbour", "young_carers_hub")
"""The partner services that receive webhooks."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything of one demo lies and listens."""

    var: Path
    ports: Ports
    mode: str = "demo"
    database_url: str | None = None
    """A PostgreSQL DSN for the case API; without it SQLite files under *var*."""
    notifier_database_url: str | None = None
    """The same for the notifier."""

    @property
    def case_api(self) -> str:
        return self.ports.url(self.ports.case_api)

    @property
    def notifier(self) -> str:
        return self.ports.url(self.ports.notifier)

    @property
    def mail(self) -> str:
        return self.ports.url(self.ports.mail)

    @property
    def notifier_token(self) -> Path:
        return self.var / "secrets" / "notifier.token"

    @property
    def webhook_secrets(self) -> Path:
        return self.var / "secrets" / "webhooks.json"


def case_api(site: Site, clock_starts_at: datetime | None = None) -> Program:
    """The case API for one authority."""
    environment = {
        "STAGEPOST_MODE": site.mode,
        "STAGEPOST_VAR": str(site.var),
        "STAGEPOST_AUTHORITIES": AUTHORITY,
        "STAGEPOST_HOST": HERE,
        "STAGEPOST_PORT": str(site.ports.case_api),
        "STAGEPOST_PUBLIC_URL": site.case_api,
        "STAGEPOST_POLICIES": str(ROOT / "policies"),
        "STAGEPOST_WEBHOOK_ALLOW": HERE,
    }
    if site.database_url:
        environment["STAGEPOST_DATABASE_URL"] = site.database_url
    if clock_starts_at:
        environment["STAGEPOST_CLOCK_STARTS_AT"] = clock_starts_at.isoformat()
    return Program("case_api", ("case_api", "serve"), environment, _health(site.case_api))


def notifier(site: Site, clock_starts_at: datetime | None = None) -> Program:
    """The notifier, which follows the case API and sends to the capture."""
    environment = {
        "STAGEPOST_MODE": site.mode,
        "STAGEPOST_VAR": str(site.var),
        "STAGEPOST_NOTIFIER_HOST": HERE,
        "STAGEPOST_NOTIFIER_PORT": str(site.ports.notifier),
        "STAGEPOST_NOTIFIER_PUBLIC_URL": site.notifier,
        "STAGEPOST_NOTIFIER_CASE_API_URL": site.case_api,
        "STAGEPOST_NOTIFIER_TOKEN_FILE": str(site.notifier_token),
        "STAGEPOST_NOTIFIER_SMTP_PORT": str(site.ports.smtp),
        "STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE": str(site.webhook_secrets),
        "STAGEPOST_NOTIFIER_WEBHOOK_ALLOW": HERE,
    }
    if site.notifier_database_url:
        environment["STAGEPOST_NOTIFIER_DATABASE_URL"] = site.notifier_database_url
    if clock_starts_at:
        environment["STAGEPOST_NOTIFIER_CLOCK_STARTS_AT"] = clock_starts_at.isoformat()
    return Program("notifier", ("notifier", "serve"), environment, _health(site.notifier))


def capture(site: Site) -> Program:
    """The letter box: a mail server and a webhook receiver that show what they got."""
    environment = {
        "STAGEPOST_NOTIFIER_SMTP_PORT": str(site.ports.smtp),
        "STAGEPOST_CAPTURE_PORT": str(site.ports.mail),
        "STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE": str(site.webhook_secrets),
    }
    return Program("capture", ("demo.capture",), environment, (f"{site.mail}/livez",))


def make_webhook_secrets(site: Site) -> None:
    """Make a signing secret for each service (Standard Webhooks), unless a former run has."""
    if site.webhook_secrets.exists():
        return
    made = {f"service:{code}": f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}" for code in WITH_WEBHOOKS}
    write_private(site.webhook_secrets, json.dumps(made, indent=2) + "\n")


def site_here(base: int | None) -> Site:
    """The site that environment and command line name. Raises PortsUnusable."""
    var = Path(os.environ.get("STAGEPOST_VAR", "var")).resolve()
    return Site(
        var,
        Ports.chosen(base),
        database_url=os.environ.get("STAGEPOST_DATABASE_URL"),
        notifier_database_url=os.environ.get("STAGEPOST_NOTIFIER_DATABASE_URL"),
    )


def _health(url: str) -> tuple[str, ...]:
    return f"{url}/livez", f"{url}/readyz"
