"""Plays a story from an empty store, against both services as processes, and says of each row whether it held."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from demo import programs
from demo.ports import Ports
from demo.processes import Household
from demo.programs import Site
from demo.script import Row, read_staff, read_story
from demo.seed import SeedingFailed, Teller
from demo.settled import Settling
from demo.tokens import Tokens
from tests.acceptance.refusing import Watching
from tests.acceptance.stores import Stores
from tests.journeys.api import free_port


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row."""

    row: Row
    why: tuple[str, ...] = ()
    """Why it failed; empty if it held."""

    def __str__(self) -> str:
        said = f"FAILED: {'; '.join(self.why)}" if self.why else "passed"
        return f"{self.row.row:<7} {self.row.at:%Y-%m-%d %H:%M}  {self.row.speaker:<16} {said}"


def play(folder: Path, var: Path, stores: Stores) -> Iterator[Outcome]:
    """Every row of the story in *folder*, as it is told; everything is written below *var*."""
    rows, tokens = read_story(folder), Tokens(var, read_staff(folder))
    site = _site(var, stores)
    tokens.keep_for_notifier(site.notifier_token)
    programs.make_webhook_secrets(site)
    starts = rows[0].at - timedelta(hours=1)
    with ExitStack() as stack:
        household = stack.enter_context(Household(var / "logs"))
        household.start(programs.case_api(site, starts), programs.capture(site))
        household.start(programs.notifier(site, starts))
        http = stack.enter_context(httpx.Client(timeout=30.0, trust_env=False))
        settling = Settling(http, site, tokens.of("notifier"), household.require_alive)
        teller = Teller(http, site, tokens.of, settling.wait)
        yield from Playing(teller, Watching(http, site, teller, tokens.of)).play(rows)


class Playing:
    """One telling, row by row, that goes on after a row that failed."""

    def __init__(self, teller: Teller, watching: Watching) -> None:
        self._teller, self._watching = teller, watching

    def play(self, rows: Sequence[Row]) -> Iterator[Outcome]:
        for row in rows:
            self._teller.move_to(row.at)
            yield Outcome(row, tuple(self._refused(row) if row.rule_id else self._told(row)))

    def _told(self, row: Row) -> list[str]:
        try:
            self._teller.tell_one(row)
        except SeedingFailed as failed:
            return [str(failed)]
        return []

    def _refused(self, row: Row) -> list[str]:
        before = self._watching.look(row)
        return self._told(row) or self._watching.only_an_attempt_since(before, row)


def _site(var: Path, stores: Stores) -> Site:
    ports = Ports(free_port(), free_port(), free_port(), free_port())
    return Site(var, ports, mode="test", database_url=stores.case_api, notifier_database_url=stores.notifier)
