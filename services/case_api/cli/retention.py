"""`stagepost retention`: which records are due to be destroyed, by which rule, and which are held. A dry run always."""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer

from case_api.cli.lookers import LookerOption, looker, note
from case_api.cli.offices import serving_offices
from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.retained import LooksReport, Report, Standing, State, report_on_cases, report_on_looks, report_on_matters
from case_api.settings import Settings
from case_api.store.journal import FrameError, StoreUnavailable

ASKED: frozenset[State] = frozenset({"due", "held"})
EVERY: frozenset[State] = frozenset({"due", "held", "kept", "erased"})


def retention(
    *,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day; today without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document for all authorities.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also what is kept, and cases that were erased.")] = False,
    sealed: Annotated[
        bool, typer.Option("--sealed", help="The child-protection matters instead, of whose named group --as is.")
    ] = False,
    who: LookerOption = None,
) -> None:
    """Say which records are due by the policy's retention schedule, and which of them a legal hold keeps.

    Nothing is destroyed: for each record that is due, the command that erases it is named. Ids and days only. Who
    looked at the records that are listed is written down first.

    Exit codes: 0 said, whether or not anything is due; 1 the log was altered; 2 unsafe settings, or --sealed without
    --as; 3 the store cannot be reached.
    """
    if sealed and who is None:
        raise _ended("say with --as who looks: matters are listed for their named group alone", EXIT_UNSAFE)
    settings, day = settings_or_exit(serves=False), on.date() if on else None
    states = EVERY if every else ASKED
    try:
        reports, looks = asyncio.run(_reports(settings, day, states, looker(who), sealed=sealed))
    except FrameError:
        raise _ended("the log was altered: `stagepost verify --log` names the place", EXIT_ALTERED) from None
    except StoreUnavailable:
        raise _ended("the store cannot be reached", EXIT_UNAVAILABLE) from None
    if as_json:
        told = [*(report.told(states) for report in reports), *(one.told() for one in looks)]
        typer.echo(json.dumps(told, indent=1))
        return
    for report in reports:
        typer.echo("\n".join(_lines(report, states)))
    for one in looks:
        typer.echo("\n".join(_of_looks(one)))


async def _reports(
    settings: Settings, day: date | None, states: frozenset[State], who: str, *, sealed: bool
) -> tuple[list[Report], list[LooksReport]]:
    reports, looks = [], []
    async with serving_offices(settings) as (offices, _):
        for name in settings.authorities:
            office, seen = await offices.of(name), partial(_progress, name)
            now = offices.clock.now()
            if sealed:
                report = await report_on_matters(office, now, day, seen, who)
            else:
                report = await report_on_cases(office, now, day, seen)
            shown = [one.record for one in report.listed(states)]
            await note(office.journal, "retention", who, shown, now, sealed=sealed)
            reports.append(report)
            if not sealed:
                looks.append(await report_on_looks(office, now, day))
    return reports, looks


def _progress(authority: str, count: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{authority}: {count} records looked at", err=True, nl=False)


def _lines(report: Report, states: frozenset[State]) -> Iterator[str]:
    counts = report.counts()
    told = ("due", "held", "kept") if report.kind == "matter" else ("due", "held", "kept", "erased")
    said = ", ".join(f"{counts[state]} {state}" for state in told)  # an erased matter has no group any more
    yield f"{report.authority}, {report.kind}s on {report.on} by {report.policy}: {said}"
    for one in report.listed(states):
        yield f"  {one.state:<6} {one.due_on or 'no day yet'!s:<10}  {one.record}"
        yield from _why(one)
        if one.state == "due":
            which = "--matter " if report.kind == "matter" else ""
            yield f"         stagepost erase {which}{one.record} --reason retention_period_over --by SUBJECT"


def _of_looks(one: LooksReport) -> Iterator[str]:
    due, rule = one.overdue, one.rule
    if rule is None or due is None:
        yield f"{one.authority}, who looked, by {one.policy}: nothing is due"
        return
    yield f"{one.authority}, who looked, by {one.policy}: {due.rows} rows of before {due.before.isoformat()} are due"
    yield f"         {rule.years} years from looking: {rule.source}"
    yield f"         stagepost prune-looks --by SUBJECT --authority {one.authority}"


def _why(one: Standing) -> Iterator[str]:
    for term in one.terms:
        since = f"{'not after ' if term.at_latest else ''}{term.counts_from or 'not on record'}"
        yield f"         {term.rule.years} years from {term.rule.counts_from} ({since}): {term.rule.source}"
    for hold in one.holds:
        until = f" until {hold.placed.until}" if hold.placed.until else ""
        yield f"         held: {hold.placed.reason}{until}"


def _ended(why: str, code: int) -> typer.Exit:
    typer.echo(f"stagepost: {why}", err=True)
    return typer.Exit(code)
