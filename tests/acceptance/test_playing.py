"""The year can fail: each row by itself, and a refusal that left more than the attempt."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from demo.ports import Ports
from demo.programs import Site
from demo.script import Row
from demo.seed import SeedingFailed, Teller
from tests.acceptance.__main__ import told
from tests.acceptance.playing import Outcome, Playing
from tests.acceptance.refusing import Watching

SITE = Site(Path("var"), Ports())
TRIED = {"rule_ids": ["I1", "I2"]}


def row(name: str, **more: Any) -> Row:
    return Row.model_validate({"row": name, "at": "2025-11-05T12:00:00Z", "as": "hay", "path": "/v1/cases/1/x", **more})


REFUSED = row("N1", expect=409, rule_id="I1")


class Telling:
    """A teller to whom some rows are answered otherwise than they say."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing

    def move_to(self, at: object) -> None: ...

    def tell_one(self, one: Row) -> None:
        if one.row in self.failing:
            raise SeedingFailed(f"{one.row}: answered 500")

    def filled(self, text: str) -> str:
        return text


class World(Telling):
    """What an auditor sees, before and after a command that is to be refused."""

    def __init__(self, **after: Any) -> None:
        super().__init__()
        self.now: dict[str, Any] = {"etag": '"1"', "announced": [], "attempts": []}
        self.after = after

    def tell_one(self, one: Row) -> None:
        self.now |= self.after

    def answer(self, request: httpx.Request) -> httpx.Response:
        answers: Mapping[str, tuple[dict[str, str], Any]] = {
            "/v1/cases/1": ({"ETag": self.now["etag"]}, {}),
            "/v1/events": ({}, {"items": self.now["announced"], "next": "end"}),
            "/v1/audit/attempts": ({}, {"items": self.now["attempts"]}),
        }
        headers, body = answers[request.url.path]
        return httpx.Response(200, headers=headers, json=body)


def played(world: World) -> tuple[str, ...]:
    """Why the refused row failed."""
    teller = cast("Teller", world)
    with httpx.Client(transport=httpx.MockTransport(world.answer)) as http:
        [outcome] = Playing(teller, Watching(http, SITE, teller, lambda who: who)).play([REFUSED])
    return outcome.why


def test_a_row_that_fails_is_told_and_the_others_go_on():
    rows = [row("E1"), row("E2"), row("E3")]
    found = list(Playing(cast("Teller", Telling("E2")), cast("Watching", None)).play(rows))
    assert [(one.row.row, one.why) for one in found] == [("E1", ()), ("E2", ("E2: answered 500",)), ("E3", ())]


def test_each_row_has_its_line_and_the_last_one_counts_them(capsys: pytest.CaptureFixture[str]):
    outcomes: Iterator[Outcome] = iter([Outcome(row("E1")), Outcome(row("E2"), ("it answered 500",))])
    assert told("sqlite", outcomes) == 1
    first, second, last = capsys.readouterr().out.splitlines()[:3]
    assert first.endswith("passed")
    assert second.endswith("FAILED: it answered 500")
    assert last == "sqlite: 1 passed, 1 failed"


def test_a_refusal_that_left_only_the_attempt_holds():
    assert played(World(attempts=[TRIED])) == ()
    assert played(World(attempts=[TRIED], announced=[{"type": "DisclosureMade.v1"}])) == ()
    assert played(World(attempts=[TRIED], announced=[{"type": "WatchRaised.v1"}], etag='"2"')) == ()


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ({"attempts": []}, "no attempt is on record"),
        ({"attempts": [TRIED, TRIED]}, "no attempt is on record"),
        ({"attempts": [{"rule_ids": ["I4"]}]}, "no attempt is on record"),
        ({"attempts": [TRIED], "etag": '"2"'}, "the case changed"),
        ({"attempts": [TRIED], "announced": [{"type": "AssistanceRequested.v1"}]}, "something was announced"),
    ],
)
def test_a_refusal_that_left_anything_else_fails(after: dict[str, Any], why: str):
    assert played(World(**after)) == (why,)
