"""What the commands about seals share: the store of one authority, opened and closed again."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from case_api.cli.stores import store_and_seals
from case_api.seals.keeper import Keeper, open_keeper
from case_api.seals.scrub import Whole
from case_api.settings import Settings
from case_api.store.archive import Archive

EXIT_ALTERED: Final = 1
EXIT_UNAVAILABLE: Final = 3


@asynccontextmanager
async def keeping(settings: Settings, authority: str) -> AsyncIterator[Keeper]:
    """The seals of an authority over its open log; a key that is missing ends the command. Raises StoreUnavailable."""
    store, seals = store_and_seals(settings)
    archive = Archive(store)
    try:
        keeper = await open_keeper(store, await archive.open(authority), *seals[authority])
        try:
            yield keeper
        finally:
            await keeper.close()
    finally:
        await archive.close()


def kept_checkpoints(files: Iterable[Path]) -> list[str]:
    """Checkpoints that were kept elsewhere; lines without anything at their end are of whoever saved them."""
    return [file.read_text("utf-8").rstrip("\n") + "\n" for file in files]


def said_of(whole: Whole) -> str:
    """What was found of a log: nothing is called as it was sealed that was never sealed."""
    if whole.sealed == whole.facts:
        return f"{whole.facts} facts" + (", all of them as they were sealed" if whole.facts else "")
    if whole.sealed == 0:
        return f"{whole.facts} facts; none of them sealed yet"
    each = "it was" if whole.sealed == 1 else "they were"
    held = f"{whole.sealed} of them sealed and as {each} sealed"
    return f"{whole.facts} facts; {held}, {whole.facts - whole.sealed} not sealed yet"
