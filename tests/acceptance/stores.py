"""Where the two services keep what they know while a story is played."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests import postgres
from tests.journeys.api import as_address


@dataclass(frozen=True, slots=True)
class Stores:
    """Addresses of databases; files below the story's own folder where there are none."""

    case_api: str | None = None
    notifier: str | None = None


@contextmanager
def two_databases(dsn: str) -> Iterator[Stores]:
    """Empty ones on a PostgreSQL server, gone afterwards."""
    with ExitStack() as stack:
        case_api, notifier = (as_address(stack.enter_context(postgres.database(dsn))) for _ in range(2))
        yield Stores(case_api, notifier)
