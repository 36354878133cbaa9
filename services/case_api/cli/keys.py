"""`stagepost keys`: make, list and revoke the keys by which partners' programs act."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import typer

from case_api.cli.desk import EXIT_REFUSED, Of, recorded, run
from case_api.domain.decisions.partner_keys import (
    IssuePartnerKey,
    RevokePartnerKey,
    issue_partner_key,
    revoke_partner_key,
)
from case_api.domain.facts.authority import Authority, PartnerKeyIssued
from case_api.http.partner_keys import new_key
from case_api.office import Office
from case_api.order import CommandRefused

app = typer.Typer(
    help="Keys by which partners' programs act without a token service of their own.", no_args_is_help=True
)


@app.command()
def new(
    client: Annotated[str, typer.Argument(help="The program that gets it, such as slt-desk.")],
    *,
    organisation: Annotated[str, typer.Option(help="On whose behalf it acts.")],
    role: Annotated[list[str], typer.Option(help="agency, external, mis, auditor or notifier; may be repeated.")],
    service: Annotated[list[str] | None, typer.Option(help="A service that it acts for; may be repeated.")] = None,
    network: Annotated[list[str] | None, typer.Option(help="Accepted from there alone: 192.0.2.0/24.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="For how many days.")] = 365,
    authority: Of = None,
) -> None:
    """Make a key, and print it this once: it is kept nowhere. A program has two at most, so that it can change over.

    Exit codes: 2 unsafe settings or an option that cannot be read, 3 the store cannot be reached, 4 refused by a rule.
    """
    wanted = {
        "client": client,
        "organisation": organisation,
        "roles": role,
        "services": service or (),
        "networks": network or (),
    }
    typer.echo(run(authority, lambda office, now: _issued(office, wanted, now, timedelta(days=days))))


@app.command("list")
def list_keys(*, authority: Of = None) -> None:
    """Show each key by the part of it that may be shown: whose, for what, until when, and when it was last used.

    For what are its roles and, after "for", the services that it acts for.

    Exit codes: 2 unsafe settings, 3 the store cannot be reached.
    """
    for line in run(authority, _lines):
        typer.echo(line)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Its eight letters, as `stagepost keys list` shows them.")],
    *,
    reason: Annotated[Literal["rotated", "leaked", "ended"], typer.Option(help="Why; it goes on record.")] = "rotated",
    authority: Of = None,
) -> None:
    """Accept a key no longer. Every process that serves the authority holds to it within about a second.

    Exit codes: 2 unsafe settings, 3 the store cannot be reached, 4 there is no such key.
    """
    if not run(authority, lambda office, now: _revoked(office, key, reason, now)):
        typer.echo("stagepost: there is no such key", err=True)
        raise typer.Exit(EXIT_REFUSED)
    typer.echo(f"{key}: revoked")


async def _issued(office: Office, wanted: dict[str, Any], now: datetime, life: timedelta) -> str:
    directory, _ = await office.precedent.latest(now)
    name, key = new_key(directory.keys)
    command = IssuePartnerKey(key=name, expires_at=now.replace(microsecond=0) + life, **wanted)
    await office.journal.api_keys.put(name, key)  # without the fact it opens nothing
    try:
        await recorded(office, command, issue_partner_key)
    except CommandRefused:
        await office.journal.api_keys.remove(name)
        raise
    return key


async def _revoked(office: Office, key: str, reason: Literal["rotated", "leaked", "ended"], now: datetime) -> bool:
    command, (directory, _) = RevokePartnerKey(key=key, reason=reason), await office.precedent.latest(now)
    if key not in directory.keys:
        return False
    await recorded(office, command, revoke_partner_key)
    await office.journal.api_keys.retire(key)
    return True


async def _lines(office: Office, now: datetime) -> list[str]:
    directory, _ = await office.precedent.latest(now)
    used = await office.journal.api_keys.last_used()
    return [_line(directory, issued, now, used.get(issued.key)) for issued in directory.keys.values()]


def _line(directory: Authority, issued: PartnerKeyIssued, now: datetime, used: date | None) -> str:
    live = directory.live_key(issued.key, now) is not None
    state = "live" if live else "revoked" if issued.key in directory.revoked else "expired"
    scope = ",".join(issued.roles) + (f" for {','.join(issued.services)}" if issued.services else "")
    where = f" from {','.join(issued.networks)}" if issued.networks else ""
    until, last = issued.expires_at.date().isoformat(), used.isoformat() if used else "never"
    return f"{issued.key} {state} {issued.client} of {issued.organisation}: {scope}{where}, until {until}, used {last}"
