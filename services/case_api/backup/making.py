"""Copying an authority's databases while they are served."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from case_api.backup.manifest import Manifest, listed, root_text, write
from case_api.seals.keeper import Checkpoint, Keeper
from case_api.store import postgres_copies, sqlite_copies
from case_api.store.archive import StoreSettings
from case_api.store.copies import LOG_PART, Copied, Part, Seen
from case_api.store.tombstones import written


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What came of it."""

    manifest: Manifest
    """The log's."""
    facts: int
    """How many facts are in it; those that came while it was made are beyond what the manifest's checkpoint says."""


async def back_up(store: StoreSettings, keeper: Keeper, targets: Mapping[Part, Path], seen: Seen) -> BackedUp:
    """Copy the log and the keys of one authority into a folder for each.

    What was signed when the copy began is in it: the checkpoint comes first. The list of destroyed keys comes last.

    Raises StoreUnavailable, Broken, OSError, psycopg.Error, sqlite3.Error.
    """
    authority, signed = keeper.journal.authority, await keeper.checkpoint()
    for folder in targets.values():
        folder.mkdir(parents=True, mode=0o700)
    copied = await asyncio.to_thread(_copied, store, authority, targets, seen)
    tombstones = store.tombstones_of(authority).read() | await keeper.journal.eraser.destroyed()
    (targets[LOG_PART] / f"{authority}.tombstones").write_text(written(tombstones, authority), "utf-8")
    manifest = await asyncio.to_thread(_signed_for, store, keeper, targets, signed, copied)
    if store.kind == "sqlite":
        return BackedUp(manifest, await asyncio.to_thread(sqlite_copies.facts_in, targets[LOG_PART]))
    return BackedUp(manifest, sum(one.facts for _, one in copied))


def _copied(
    store: StoreSettings, authority: str, targets: Mapping[Part, Path], seen: Seen
) -> list[tuple[Part, Copied]]:
    if store.url == "sqlite":
        return list(sqlite_copies.copy_out(store.var / authority, targets, seen))
    return list(postgres_copies.copy_out(store.url, authority, targets, seen))


def _signed_for(
    store: StoreSettings,
    keeper: Keeper,
    targets: Mapping[Part, Path],
    signed: Checkpoint | None,
    copied: list[tuple[Part, Copied]],
) -> Manifest:
    """Write the manifest of each part; the log's."""
    made = {}
    for part, folder in targets.items():
        manifest = Manifest(
            part=part,
            authority=keeper.journal.authority,
            database=store.kind,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            files=listed(folder, {one.name: one.columns for of, one in copied if of == part}),
            checkpoint=signed.note if signed else None,
            size=signed.size if signed else 0,
            root=root_text(signed.root if signed else None),
        )
        made[part] = manifest.sealed(keeper.signer)
        write(made[part], folder)
    return made[LOG_PART]
