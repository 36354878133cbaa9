"""`stagepost erase`: destroys the keys of a learner and of everybody around them, or of a matter, for good."""

import asyncio
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from case_api.cli.lines import refused
from case_api.cli.lookers import note
from case_api.cli.offices import serving_offices
from case_api.cli.seals import EXIT_UNAVAILABLE
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.domain.facts.erasure import Reason
from case_api.erasing import Erased, Erasing, Wanted
from case_api.order import CommandRefused, NoSuchStream, TooBusy
from case_api.retained import Standing, standing_of
from case_api.settings import Settings
from case_api.store.journal import CommitUnknown, StoreUnavailable

EXIT_NO_RECORD = 4
EXIT_REFUSED = 5
OF_MATTERS = (
    "Child-protection matters, if there ever are any, have keys and a retention of their own and are left as they are."
)
"""Said of every learner: it tells nothing of this one (I30)."""


def erase(
    case: Annotated[UUID | None, typer.Argument(help="The id of the learner's case.")] = None,
    *,
    matter: Annotated[
        UUID | None, typer.Option(help="A child-protection matter instead, by its id; --by is who decides on it.")
    ] = None,
    reason: Annotated[Reason, typer.Option(help="Why; it stays on the record.")],
    by: Annotated[str, typer.Option(help="Who decided it, as tokens name them; it stays on the record.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only what would be done is said.")] = False,
) -> None:
    """Destroy the keys of a learner, of everybody around them, and of the ledger of who was told. It cannot be undone.

    The history keeps its shape and its proofs; what it says can be read by nobody, and each running process has let go
    of it within a second. Run again, it finishes what was cut short. Keep the list that `stagepost tombstones` writes
    where no backup is put back over it.

    Child-protection matters have keys and a retention of their own: erasing a learner leaves them as they are, whether
    there are any or not. One is erased by --matter, decided by its coordinator or by one of its named group whom the
    directory lists in a role that may authorise overrides. For whoever is not of its group there is no such matter;
    nor, once it is erased, for anybody but who decided it.

    That the retention period is over is a reason only where the schedule of the policy says so, as `stagepost
    retention` does; for another reason it is erased before.

    Exit codes: 0 done, or said what would be done; 2 unsafe settings, or neither a case nor a matter is named; 3 the
    store cannot be reached, run it again; 4 no such case or matter; 5 refused, since a legal hold stands, the
    retention period is not over, or others decide.
    """
    settings, record = settings_or_exit(serves=False), case or matter
    if record is None or (case and matter):
        _end("name a case, or say --matter and its id: one of them", EXIT_UNSAFE)
    try:
        asyncio.run(_erase(settings, Wanted(record, reason, by), sealed=matter is not None, yes=yes))
    except NoSuchStream:
        _end("there is no such matter" if matter else "there is no such case", EXIT_NO_RECORD)
    except CommandRefused as error:
        first = error.refusals[0]
        _end(f"refused ({first.rule_id}): {refused(first)}", EXIT_REFUSED)
    except (StoreUnavailable, CommitUnknown, TooBusy):
        _end("the store cannot be reached; run it again, until it says that it is done", EXIT_UNAVAILABLE)


async def _erase(settings: Settings, wanted: Wanted, *, sealed: bool, yes: bool) -> None:
    async with serving_offices(settings) as (offices, store):
        for name in settings.authorities:
            office = await offices.of(name)
            if not await office.journal.head(wanted.record):
                continue
            erasing = Erasing(office, store.tombstones_of(name), sealed=sealed)
            erased = await (erasing.erase if yes else erasing.look)(wanted)
            if erased.earlier or not yes:  # what is done is on record; what is only said is a look
                await note(office.journal, "erase", wanted.by, [wanted.record], offices.clock.now(), sealed=sealed)
            _say(erased, name, done=yes)
            if not yes and not erased.earlier:
                typer.echo(_of_schedule(await standing_of(office, offices.clock.now(), wanted.record, sealed=sealed)))
            if not sealed:
                typer.echo(OF_MATTERS)
            return
    raise NoSuchStream


def _say(erased: Erased, authority: str, *, done: bool) -> None:
    facts, count = erased.fact.facts, len(erased.fact.key_ids)
    what = f"{facts} facts under {count} keys" if count > 1 else f"{facts} facts under one key"
    if done:
        again = " It had been decided before; what was left of it is gone." if erased.earlier else ""
        typer.echo(f"{authority}: erased: {what}.{again}")
    elif erased.earlier:
        typer.echo(f"{authority}: it was erased before: {what}. Say --yes to go over it again.")
    else:
        typer.echo(f"{authority}: would erase {what}. Nothing was changed; say --yes to do it.")


def _of_schedule(one: Standing) -> str:
    if one.state == "kept":
        return f"By the schedule it is kept until {one.due_on or 'a day that is not known yet'}."
    return f"By the schedule it is due since {one.due_on}."


def _end(why: str, code: int) -> NoReturn:
    typer.echo(f"stagepost: {why}", err=True)
    raise typer.Exit(code) from None
