"""`stagepost erase`: destroys the keys of a learner and of everybody around them, for good."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from case_api.cli.offices import serving_offices
from case_api.cli.seals import EXIT_UNAVAILABLE
from case_api.cli.settings import settings_or_exit
from case_api.domain.facts.erasure import Reason
from case_api.erasing import Erased, Erasing, Wanted
from case_api.order import CommandRefused, NoSuchStream, TooBusy
from case_api.settings import Settings
from case_api.store.journal import CommitUnknown, StoreUnavailable

EXIT_NO_CASE = 4
EXIT_REFUSED = 5


def erase(
    case: Annotated[UUID, typer.Argument(help="The id of the learner's case.")],
    *,
    reason: Annotated[Reason, typer.Option(help="Why; it stays on the record.")],
    by: Annotated[str, typer.Option(help="Who decided it, as tokens name them; it stays on the record.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only what would be done is said.")] = False,
) -> None:
    """Destroy the keys of a learner, of everybody around them, and of the ledger of who was told. It cannot be undone.

    The history keeps its shape and its proofs; what it says can be read by nobody, and each running process has let go
    of it within a second. Child-protection matters have keys of their own and are not touched. Run again, it finishes
    what was cut short. Keep the list that `stagepost tombstones` writes where no backup is put back over it.

    Exit codes: 0 done, or said what would be done; 2 unsafe settings; 3 the store cannot be reached, run it again; 4 no
    such case; 5 refused, since a legal hold stands.
    """
    settings = settings_or_exit(serves=False)
    try:
        asyncio.run(_erase(settings, Wanted(case, reason, by), yes=yes))
    except NoSuchStream:
        _end("there is no such case", EXIT_NO_CASE)
    except CommandRefused as refused:
        first = refused.refusals[0]
        _end(f"refused ({first.rule_id}): {first.title} {first.advice}", EXIT_REFUSED)
    except (StoreUnavailable, CommitUnknown, TooBusy):
        _end("the store cannot be reached; run it again, until it says that it is done", EXIT_UNAVAILABLE)


async def _erase(settings: Settings, wanted: Wanted, *, yes: bool) -> None:
    async with serving_offices(settings) as (offices, store):
        for name in settings.authorities:
            office = await offices.of(name)
            if not await office.journal.head(wanted.case_id):
                continue
            erasing = Erasing(office, store.tombstones_of(name))
            _say(await (erasing.erase if yes else erasing.look)(wanted), name, done=yes)
            return
    raise NoSuchStream


def _say(erased: Erased, authority: str, *, done: bool) -> None:
    facts, keys = erased.fact.facts, len(erased.fact.key_ids)
    if done:
        again = " It had been decided before; what was left of it is gone." if erased.earlier else ""
        typer.echo(f"{authority}: erased: {facts} facts under {keys} keys.{again}")
    elif erased.earlier:
        typer.echo(
            f"{authority}: it was erased before: {facts} facts under {keys} keys. Say --yes to go over it again."
        )
    else:
        typer.echo(
            f"{authority}: would erase {facts} facts under {keys} keys. Nothing was changed; say --yes to do it."
        )


def _end(why: str, code: int) -> None:
    typer.echo(f"stagepost: {why}", err=True)
    raise typer.Exit(code) from None
