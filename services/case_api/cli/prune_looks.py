"""`stagepost prune-looks`: removes rows of who looked that the schedule keeps no longer, and says so on record."""

from datetime import datetime
from typing import Annotated

import typer

from case_api.cli.desk import Of, recorded, run
from case_api.domain.decisions.looks import PruneLooks, prune_looks
from case_api.office import Office
from case_api.retained import held_by_now, report_on_looks


def prune(
    *,
    by: Annotated[str, typer.Option(help="Who decided it, as tokens name them; it stays on the record.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only what would be done is said.")] = False,
    authority: Of = None,
) -> None:
    """Remove rows of who looked that the policy's retention schedule keeps no longer.

    Those of a case stay while a legal hold stands on it, and so do looks at child-protection matters. That rows were
    removed is a fact of the authority's own stream, with the times from which to which they were, and how many.
    Run again, it finishes what was cut short.

    Exit codes: 0 done, or said what would be done; 2 unsafe settings; 3 the store cannot be reached, run it again; 4
    refused by a rule.
    """
    typer.echo(run(authority, lambda office, now: _prune(office, now, by, yes=yes)))


async def _prune(office: Office, now: datetime, by: str, *, yes: bool) -> str:
    report = await report_on_looks(office, now, None)
    due = report.overdue
    if due is None:
        return f"{office.authority}: nothing is due"
    what = f"{due.rows} rows of who looked, from {due.first.isoformat()} to before {due.before.isoformat()}"
    if not yes:
        return f"{office.authority}: would remove {what}. Nothing was changed; say --yes to do it."
    command = PruneLooks(looked_from=due.first, looked_before=due.before, rows=due.rows, decided_by=by)
    await recorded(office, command, prune_looks)
    held = report.held | await held_by_now(office, now)  # somebody may have placed one meanwhile
    await office.journal.accesses.prune(due.before, held)
    return f"{office.authority}: removed {what}."
