"""Putting an authority's databases back into an empty place, and proving that they are what was signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from case_api.backup.manifest import Manifest, NoBackup, OtherKeys, read
from case_api.boards.rebuild import rebuild
from case_api.office import Office
from case_api.seals.notes import Signer
from case_api.seals.scrub import Scrub, Whole
from case_api.seals.verifier import Altered
from case_api.store import postgres_copies, sqlite_copies
from case_api.store.archive import StoreSettings
from case_api.store.copies import KEYS_PART, LOG_PART, Part
from case_api.store.keys import Keyring
from case_api.store.tombstones import parsed


class NotEmpty(Exception):
    """Something stands already where a backup would be put."""


@dataclass(frozen=True, slots=True)
class Source:
    """A backup of one authority that was found to be what was signed."""

    folders: Mapping[Part, Path]
    manifests: Mapping[Part, Manifest]
    tombstones: Mapping[UUID, str]

    @property
    def authority(self) -> str:
        return self.manifests[LOG_PART].authority


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    facts: int
    whole: Whole | None
    """What was found of the log; None where nobody looked."""
    checkpoints: int
    """How many checkpoints the log was held to."""
    destroyed: int
    """Keys that open nothing, by the list that outlives backups."""
    cases: int


def examined(folders: Mapping[Part, Path], signer: Signer, keyring: Keyring, database: str) -> Source:
    """A backup, looked through before anything is changed.

    Raises NoBackup, OtherKeys, Altered, TombstonesUnreadable.
    """
    authority = keyring.authority
    manifests = {part: read(folder) for part, folder in folders.items()}
    for part, manifest in manifests.items():
        if (manifest.part, manifest.authority) != (part, authority):
            raise NoBackup(f"{folders[part].name} is no backup of the {part} of {authority}")
        if manifest.database != database:
            raise NoBackup(f"it was made of a store on {manifest.database}, and goes back to one of that kind only")
        manifest.require_whole(folders[part], signer)
    _require_these_keys(folders[KEYS_PART], manifests[KEYS_PART], keyring)
    name = f"{authority}.tombstones"
    return Source(folders, manifests, parsed((folders[LOG_PART] / name).read_text("utf-8"), authority))


def _require_these_keys(folder: Path, manifest: Manifest, keyring: Keyring) -> None:
    """Raise OtherKeys unless the authority's key opens the data keys of a copy, which is whole."""
    if manifest.database == "sqlite":
        found = sqlite_copies.wrapped_key(folder)
    else:
        found = postgres_copies.wrapped_key(folder, manifest.files[postgres_copies.KEYS_FILE].columns)
    try:
        if found:
            keyring.data_key(*found)
    except ValueError:
        raise OtherKeys from None


def require_empty(store: StoreSettings, authority: str) -> None:
    """Raise NotEmpty where a store of this authority stands already. Raises psycopg.OperationalError."""
    empty = (
        sqlite_copies.is_empty(store.var / authority)
        if store.url == "sqlite"
        else postgres_copies.is_empty(store.url, authority)
    )
    if not empty:
        raise NotEmpty(authority)


def put_back(store: StoreSettings, source: Source) -> None:
    """Copy the files in; on PostgreSQL into tables that were laid out. Nothing of it was opened yet."""
    for part, manifest in source.manifests.items():
        folder = source.folders[part]
        if store.url == "sqlite":
            names = [name for name in manifest.files if name.endswith(".db")]
            sqlite_copies.copy_in(store.var / source.authority, [folder / name for name in names])
        else:
            copies = {folder / name: one.columns for name, one in manifest.files.items() if one.columns}
            postgres_copies.copy_in(store.url, source.authority, part, copies)


async def brought_to_life(office: Office, source: Source, checkpoints: Sequence[str], *, verified: bool) -> Restored:
    """Forget again, prove the log, and make the boards anew. Raises Altered, StoreUnavailable, EditionGone.

    The office was opened with the list of destroyed keys at hand, so their keys are gone by now; what stood in the
    clear of those cases goes as well.
    """
    eraser = office.journal.eraser
    destroyed = await eraser.destroyed()
    await eraser.forget(destroyed)
    notes = [note for note in (source.manifests[LOG_PART].checkpoint, *checkpoints) if note]
    whole = await Scrub(office.seals, notes).run() if verified else None
    facts = whole.facts if whole else await office.journal.last_position()
    if facts > office.seals.signer.most(source.manifests[LOG_PART].seal):
        raise Altered("the key that signed the backup was retired before there were so many facts")
    cases = await rebuild(office.journal, office.tables, office.folding)
    return Restored(facts, whole, len(notes), len(destroyed), cases)
