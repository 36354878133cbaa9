"""Forgetting: keys are destroyed for good, whatever was put back; what stands in the clear of a case goes with them."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.store.append import KeyMissing
from case_api.store.database import Database
from case_api.store.frame import FrameError, take_apart
from case_api.store.keystore import KeyStore
from case_api.store.reads import Found, Reads


class Eraser:
    """Erases in one authority's databases. Every method may raise StoreUnavailable; all can be repeated."""

    def __init__(
        self,
        log: Database,
        reads: Reads,
        keys: KeyStore,
        opened: Callable[[Sequence[Found]], Awaitable[list[Recorded]]],
    ) -> None:
        self._log, self._reads, self._keys, self._opened = log, reads, keys, opened

    async def destroy(self, key_ids: Collection[UUID]) -> None:
        """Erase every body under these keys: from now on its facts read as Unreadable (D10)."""
        await self._keys.destroy(key_ids)

    async def make_ready(self, key_id: UUID) -> None:
        """Make a key that nobody is erased by; it may be there already."""
        await self._keys.make([key_id])

    async def destroyed(self) -> dict[UUID, str]:
        """Every key that was destroyed here, and when."""
        return await self._keys.destroyed()

    def forget_keys(self, key_ids: Iterable[UUID]) -> None:
        """Let go of keys that another process has destroyed."""
        self._keys.forget(key_ids)

    async def forget(self, case_ids: Collection[UUID]) -> None:
        """Delete the identifiers and the kept replies of erased cases (D9, D13).

        That a key was used stays for its time, so that a command that is repeated does not begin the record anew.
        """
        table, asked = self._log.asked([*case_ids], [0] * len(case_ids))
        theirs = f"WHERE case_id IN (SELECT id FROM {table})"  # noqa: S608 (ours)
        await self._log.clear(
            ("identifiers", "idempotency"),
            (f"DELETE FROM identifiers {theirs}", [asked]),  # noqa: S608 (ours)
            (f"UPDATE idempotency SET reply=?, case_id=NULL {theirs}", [(b"", *asked)]),  # noqa: S608 (ours)
        )

    async def newly_destroyed(self, known: Collection[UUID]) -> set[UUID]:
        """The keys that were destroyed beside those *known*, by whomever; a count tells that there are none."""
        return set() if await self._keys.count_destroyed() == len(known) else set(await self.destroyed()) - set(known)

    async def bury(self, listed: Iterable[UUID]) -> set[UUID]:
        """Destroy again what was destroyed once, by the list that outlives backups and by the log; which keys.

        A key store that was put back may hold such keys again, or may never have heard of them.
        """
        erased = [key_id for fact in await self._facts() for key_id in fact.key_ids]
        risen = {*erased, *listed} - (await self.destroyed()).keys()
        if risen:
            await self.destroy(risen)
            await self.forget(risen)
        return risen

    async def _facts(self) -> list[PersonalDataKeyDestroyed]:
        """The facts that erased a learner or a matter. One that was altered is left to `stagepost verify`.

        Nothing but the key tells a matter's from its other facts: it is another than its own, which is gone.
        """
        found: list[Recorded] = []
        ends = [stored for stored in await self._reads.sealed_heads() if _sealed_by_another(stored)]
        for stored in (*await self._reads.erasures(), *ends):
            with suppress(FrameError, KeyMissing):
                found += await self._opened([stored])
        return [one.fact for one in found if isinstance(one.fact, PersonalDataKeyDestroyed)]


def _sealed_by_another(stored: Found) -> bool:
    """Whether a fact is sealed under a key that is not its stream's."""
    stream, _, _, state = stored
    try:
        return take_apart(bytes(state)).header.key_id != stream
    except FrameError:
        return False
