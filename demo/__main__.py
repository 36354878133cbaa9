"""`python -m demo`: both services on this machine, with the story of a school year in them."""

import signal
import sys
import time
from datetime import datetime, timedelta
from typing import Annotated

import httpx
import typer

from case_api.settings import UnsafeSettings
from demo import memory, programs, report
from demo.ports import PortsUnusable
from demo.processes import ChildFailed, Household
from demo.programs import Site
from demo.script import Row, read_staff, read_story
from demo.seed import SeedingFailed, Teller, Told
from demo.settled import NotSettled, Settling
from demo.tokens import RENEWAL, Tokens

WATCH = 0.5
"""Seconds between two looks at the children."""
AN_HOUR = timedelta(hours=1)
FAILURES = (ChildFailed, NotSettled, PortsUnusable, SeedingFailed, UnsafeSettings, httpx.TransportError)


def demo(
    *,
    once: Annotated[bool, typer.Option(help="Stop when the story is told and everything is delivered.")] = False,
    port_base: Annotated[int | None, typer.Option(help="Use four ports from this one on.", min=1, max=65532)] = None,
) -> None:
    """Start case API, notifier and a letter box, tell the story, and run until Ctrl-C."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.default_int_handler)
    try:
        run(programs.site_here(port_base), once=once)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
    except FAILURES as failure:
        typer.echo(f"demo: {failure}", err=True)
        raise typer.Exit(1) from None


def run(site: Site, *, once: bool) -> None:
    """Start everything, tell the story, say where it is; then watch over it. Raises what FAILURES lists."""
    site.ports.refuse_taken()
    story, tokens = read_story(), Tokens(site.var, read_staff())
    tokens.keep_for_notifier(site.notifier_token)
    programs.make_webhook_secrets(site)
    former = memory.recall(site, story)
    clock = clock_at_start(site, story, told=former is not None)
    with Household(site.var / "logs") as household:
        household.start(programs.case_api(site, clock), programs.capture(site))
        household.start(programs.notifier(site, clock))
        told = tell(site, story, tokens, household, former)
        if former is None:
            memory.remember(site, story, told)
        report.show(site, told, report.write(site, tokens, told))
        if not once:
            watch(site, tokens, told, household)


def clock_at_start(site: Site, story: list[Row], *, told: bool) -> datetime:
    """The story's end if a former run told it to the end, else the hour before it begins.

    Its `demo.json` goes, since those tokens and addresses may be out of date until the new one is written.
    """
    report.path_in(site).unlink(missing_ok=True)
    return story[-1].at if told else story[0].at - AN_HOUR


def tell(site: Site, story: list[Row], tokens: Tokens, household: Household, former: Told | None) -> Told:
    """Tell the story over one connection to each service, each day to the end before the next begins.

    What a *former* run told is not told again: the records may have gone on.
    """
    with httpx.Client(timeout=30.0, trust_env=False) as http:
        settling = Settling(http, site, tokens.of("notifier"), household.require_alive)
        teller = Teller(http, site, tokens.of, settling.wait, former)
        return teller.tell_where(story) if former else teller.tell(story)


def watch(site: Site, tokens: Tokens, told: Told, household: Household) -> None:
    """Renew the tokens in time; ends only by a signal, or by ChildFailed."""
    renew_at = time.monotonic() + RENEWAL.total_seconds()
    while True:
        household.require_alive()
        time.sleep(WATCH)
        if time.monotonic() > renew_at:
            tokens.keep_for_notifier(site.notifier_token)
            report.write(site, tokens, told)
            renew_at += RENEWAL.total_seconds()


if __name__ == "__main__":
    cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    cli.command()(demo)
    sys.exit(cli())
