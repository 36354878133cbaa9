"""`stagepost keys`: make, list and revoke the keys by which partners' programs act."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NoReturn
from uuid import uuid4

import typer
from pydantic import ValidationError

from case_api.access.principal import Principal
from case_api.cli.offices import serving_offices
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.domain.command import Command
from case_api.domain.decisions.partner_keys import (
    IssuePartnerKey,
    RevokePartnerKey,
    issue_partner_key,
    revoke_partner_key,
)
from case_api.domain.facts.authority import Authority, PartnerKeyIssued
from case_api.domain.refusal import Decision, Refusal
from case_api.http.partner_keys import new_key
from case_api.office import Office
from case_api.order import Caller, CommandRefused, Order, TooBusy
from case_api.settings import Settings
from case_api.store.journal import CommitUnknown, Reply, StoreUnavailable
from case_api.streams import stream_of_authority

EXIT_UNAVAILABLE: Final = 3
EXIT_REFUSED: Final = 4
OPERATOR: Final = "the operator"
"""Who records it, as no token can name itself: whoever may start the program beside the authority's key."""

UNFIT: Final = {
    "key": "key: it is shown by eight letters and digits, as `stagepost keys list` does",
    "client": "client: the name of a program has 1 to 200 visible signs of ASCII and no blanks",
    "organisation": "organisation: its name has 1 to 200 visible signs of ASCII and no blanks",
    "roles": "roles: each is agency, external, mis, auditor or notifier, and one is needed",
    "services": "services: each is the code of a service as the directory lists it, at most 100 of them",
    "networks": "networks: each is written as 192.0.2.0/24 or 2001:db8::/32, at most 20 of them",
    "expires_at": "days: a key lives for 1 to 366 of them",
}
"""What each part must be; what was given for it is not repeated."""
Decide = Callable[[Authority, Any, Any], Decision]
Work = Callable[[Office, datetime], Any]
Of = Annotated[str | None, typer.Option("--authority", help="Needed where more than one is served.")]

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
    typer.echo(_run(authority, lambda office, now: _issued(office, wanted, now, timedelta(days=days))))


@app.command("list")
def list_keys(*, authority: Of = None) -> None:
    """Show each key by the part of it that may be shown: whose, for what, until when, and when it was last used.

    Exit codes: 2 unsafe settings, 3 the store cannot be reached.
    """
    for line in _run(authority, _lines):
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
    _run(authority, lambda office, _: _revoked(office, key, reason))
    typer.echo(f"{key}: revoked")


async def _issued(office: Office, wanted: dict[str, Any], now: datetime, life: timedelta) -> str:
    directory, _ = await office.precedent.latest(now)
    name, key = new_key(directory.keys)
    command = IssuePartnerKey(key=name, expires_at=now.replace(microsecond=0) + life, **wanted)
    await office.journal.api_keys.put(name, key)  # without the fact it opens nothing
    try:
        await _recorded(office, command, issue_partner_key)
    except CommandRefused:
        await office.journal.api_keys.remove(name)
        raise
    return key


async def _revoked(office: Office, key: str, reason: Literal["rotated", "leaked", "ended"]) -> None:
    await _recorded(office, RevokePartnerKey(key=key, reason=reason), revoke_partner_key)
    await office.journal.api_keys.retire(key)


async def _recorded(office: Office, command: Command, decision: Decide) -> None:
    stream, once = stream_of_authority(office.authority), str(uuid4())
    operator = Principal(OPERATOR, office.authority, office.authority, OPERATOR, frozenset({"authority_admin"}))
    await office.own.handle(
        Order(
            caller=Caller(operator, "authority_admin", uuid4()),
            stream=stream,
            key_id=stream,
            case_id=None,
            command=command,
            decision=decision,
            reply=lambda receipt: Reply(201 if receipt.recorded else 200, (), b"{}"),
            key=once,
            fingerprint=once.encode(),
            opens=True,
        )
    )


async def _lines(office: Office, now: datetime) -> list[str]:
    directory, _ = await office.precedent.latest(now)
    used = await office.journal.api_keys.last_used()
    return [_line(directory, issued, now, used.get(issued.key)) for issued in directory.keys.values()]


def _line(directory: Authority, issued: PartnerKeyIssued, now: datetime, used: date | None) -> str:
    live = directory.live_key(issued.key, now) is not None
    state = "live" if live else "revoked" if issued.key in directory.revoked else "expired"
    scope = ",".join((*issued.roles, *issued.services))
    where = f" from {','.join(issued.networks)}" if issued.networks else ""
    until, last = issued.expires_at.date().isoformat(), used.isoformat() if used else "never"
    return f"{issued.key} {state} {issued.client} of {issued.organisation}: {scope}{where}, until {until}, used {last}"


def _run(authority: str | None, work: Work) -> Any:
    """Do *work* in the office of an authority, by its time; what stands in the way ends the command with one line."""
    settings = settings_or_exit(serves=False)
    name = authority or settings.authorities[0]
    if name not in settings.authorities or (authority is None and len(settings.authorities) > 1):
        _end(f"say --authority, one of: {', '.join(settings.authorities)}", EXIT_UNSAFE)
    try:
        return asyncio.run(_in_office(settings, name, work))
    except ValidationError as error:
        _end(UNFIT[str(error.errors(include_input=False, include_context=False)[0]["loc"][0])], EXIT_UNSAFE)
    except CommandRefused as refused:
        _end(_why(refused.refusals[0]), EXIT_REFUSED)
    except (StoreUnavailable, TooBusy):
        _end("the store cannot be reached; nothing was changed", EXIT_UNAVAILABLE)
    except CommitUnknown:
        _end("the store went away: look with `stagepost keys list` whether it was done", EXIT_UNAVAILABLE)


async def _in_office(settings: Settings, name: str, work: Work) -> Any:
    async with serving_offices(settings) as (offices, _):
        office = await offices.of(name)
        return await work(office, offices.clock.now())


def _why(refusal: Refusal) -> str:
    named = ", ".join(str(one.ref) for one in refusal.missing if one.ref)
    return f"{refusal.title} {refusal.advice}" + (f" ({named})" if named else "")


def _end(line: str, code: int) -> NoReturn:
    typer.echo(f"stagepost: {line}", err=True)
    raise typer.Exit(code)
