"""Watches in lists: those that tell what is withheld are for whoever is shown that of the case (D24, I25)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from case_api.access.realm import Asker, Condition, of_cases
from case_api.access.rules import Fields
from case_api.boards.selection import EVERYTHING, Selection
from case_api.boards.stage_board import StageRow
from case_api.boards.watch_list import WATCHES
from case_api.office import Office
from case_api.views.standing_out import GUARDED

MOST: Final = 10_000
"""Watches of one page of cases at most, far beyond what there is."""


def seen_watches(asker: Asker, wanted: Selection) -> Selection:
    """Of the watches *wanted*, those that the caller is shown."""
    for watch, (shown, values) in _by_watch(asker).items():
        wanted = wanted.and_where(f"(watch<>? OR {shown})", watch, *values)
    return wanted


async def with_seen_watches(
    office: Office, asker: Asker, rows: Sequence[StageRow], items: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The items of these rows of the caseload, counting the watches that the caller is shown."""
    ids, unseen = {row.case_id for row in rows if row.open_watches}, Counter[Any]()
    for watch, (shown, values) in _by_watch(asker).items():
        kept = EVERYTHING.having(watch=watch).and_where(f"NOT ({shown})", *values)
        unseen.update(one.case_id for one in await office.boards.rows(WATCHES, kept, ids=ids, limit=MOST))
    return [item | {"open_watches": item["open_watches"] - unseen[item["case_id"]]} for item in items]


def _by_watch(asker: Asker) -> Mapping[str, Condition]:
    """For each guarded watch, of which cases the caller is shown it; none where that is every case that they read."""
    when = {watch: of_cases(asker, shown=frozenset[Fields]({of})) for watch, of in GUARDED.items()}
    return {watch: condition for watch, condition in when.items() if condition != of_cases(asker)}
