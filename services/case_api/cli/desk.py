"""What the commands share that record something in the authority's own stream."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, NoReturn
from uuid import uuid4

import typer
from pydantic import ValidationError

from case_api.access.principal import Principal
from case_api.cli.lines import refused
from case_api.cli.offices import serving_offices
from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.domain.command import Command
from case_api.domain.facts.authority import Authority
from case_api.domain.refusal import Decision
from case_api.office import Office
from case_api.order import Caller, CommandRefused, Order, TooBusy
from case_api.settings import Settings
from case_api.store.journal import CommitUnknown, FrameError, Reply, StoreUnavailable
from case_api.streams import stream_of_authority

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
    "decided_by": "by: the name that tokens bear has 1 to 200 visible signs of ASCII and no blanks",
    "subject": "subject: the name that tokens bear has 1 to 200 visible signs of ASCII and no blanks",
    "expires_at": "days: a key lives for 1 to 366 of them",
}
"""What each part must be; what was given for it is not repeated."""
Decide = Callable[[Authority, Any, Any], Decision]
Work = Callable[[Office, datetime], Any]
Of = Annotated[str | None, typer.Option("--authority", help="Needed where more than one is served.")]


async def recorded(office: Office, command: Command, decision: Decide) -> None:
    """Record what follows of a command. Raises what `Service.handle` raises."""
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


def run(authority: str | None, work: Work) -> Any:
    """Do *work* in the office of an authority, by its time; what stands in the way ends the command with one line."""
    settings = settings_or_exit(serves=False)
    name = authority or settings.authorities[0]
    if name not in settings.authorities or (authority is None and len(settings.authorities) > 1):
        _end(f"say --authority, one of: {', '.join(settings.authorities)}", EXIT_UNSAFE)
    try:
        return asyncio.run(_in_office(settings, name, work))
    except ValidationError as error:
        _end(UNFIT[str(error.errors(include_input=False, include_context=False)[0]["loc"][0])], EXIT_UNSAFE)
    except CommandRefused as error:
        _end(refused(error.refusals[0]), EXIT_REFUSED)
    except FrameError:
        _end("the log was altered: `stagepost verify --log` names the place", EXIT_ALTERED)
    except (StoreUnavailable, TooBusy):
        _end("the store cannot be reached; nothing was changed", EXIT_UNAVAILABLE)
    except CommitUnknown:
        _end("the store went away: it may have been done or not: look, or do it again", EXIT_UNAVAILABLE)


async def _in_office(settings: Settings, name: str, work: Work) -> Any:
    async with serving_offices(settings) as (offices, _):
        office = await offices.of(name)
        return await work(office, offices.clock.now())


def _end(line: str, code: int) -> NoReturn:
    typer.echo(f"stagepost: {line}", err=True)
    raise typer.Exit(code)
