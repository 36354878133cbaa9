"""Carries due rows to people: leave to send, one counted attempt, one call, one outcome.

At-least-once: a call whose end is unknown is made again, under the same message id and marked as a
possible duplicate.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from notifier import outbox, reports
from notifier.bell import Bell
from notifier.case_api import CaseApi, CaseApiRefused, CaseApiUnavailable, Withheld
from notifier.channels.channel import CannotPrepare, Channel, Parcel, Result
from notifier.clock import Clock, real_now
from notifier.crash_points import passing
from notifier.database import Database, DatabaseUnavailable, Transaction
from notifier.logs import about, logger
from notifier.outbox import Entry
from notifier.reports import Outcome
from notifier.retries import Spread, evenly, wait_after
from notifier.wire import Permit

AT_ONCE = {"email": 4, "webhook": 16}
"""Most messages in flight, and so the most that a crash can leave in doubt. A place for each partner service of an
authority, so that even several that share one slow host keep none from the rest."""
LEASE = timedelta(seconds=90)
LONGEST_CALL = 45.0
"""Seconds; well under the lease, so that nobody else takes a row that is being sent."""
PERMIT_LIFE = 5.0
"""Seconds from asking for a permit to the start of the call (D19)."""
OUTAGE_PAUSE = timedelta(seconds=5)


class Deliverer:
    """Works through the outbox with a few messages in flight on each channel; no channel waits for another."""

    def __init__(
        self,
        database: Database,
        case_api: CaseApi,
        channels: Mapping[str, Channel],
        clock: Clock,
        spread: Spread = evenly,
    ) -> None:
        self._database, self._case_api, self._channels = database, case_api, channels
        self._clock, self._spread = clock, spread
        self.new_rows, self.new_reports = Bell(), Bell()
        self._in_flight, self._stopping = Counter[str](), False
        self._log = logger()

    async def run(self) -> None:
        """Deliver until told to stop; what is in flight then is carried to its end."""
        recovered = False
        async with asyncio.TaskGroup() as flights:
            while not self._stopping:
                try:
                    await self.recover(at_start=not recovered)
                    recovered = True
                    taken = await self._claim()
                except DatabaseUnavailable as error:
                    self._log.warning("database_unavailable", code=error.code)
                    taken = []
                for entry in taken:
                    flights.create_task(self._carry(entry))
                if not taken:
                    await self.new_rows.wait(0.5)

    def stop(self) -> None:
        """Take nothing more."""
        self._stopping = True
        self.new_rows.ring()

    async def recover(self, *, at_start: bool = False) -> None:
        """Put abandoned claims back: where a call had begun they are in doubt. Raises DatabaseUnavailable."""
        await self._database.run(lambda work: self._recover(work, at_start=at_start))

    def _recover(self, work: Transaction, *, at_start: bool) -> None:
        alone = at_start and self._database.alone
        untouched, begun = outbox.abandoned(work, real_now(), all_of_them=alone)
        for entry in untouched:
            outbox.put_back(work, entry, self._clock.now(), reason=entry.reason, doubtful=False)
        for entry in begun:
            self._log.warning("in_doubt", message_id=str(entry.message_id), attempts=entry.attempts)
            self._try_again(work, entry, Result("again", "interrupted", doubtful=True), Outcome("unreachable"))

    async def deliver_due(self) -> int:
        """Carry what is due, a few rows at most, and say how many that was. Raises DatabaseUnavailable."""
        taken = await self._claim()
        await asyncio.gather(*(self._carry(entry) for entry in taken))
        return len(taken)

    async def _claim(self) -> list[Entry]:
        """Take rows for the free places of every channel."""
        turn = outbox.Turn(self._clock.now(), real_now() + LEASE, self._database.skip_locked)
        free = {channel: AT_ONCE.get(channel, 1) - self._in_flight[channel] for channel in self._channels}
        taken = await self._database.run(
            lambda work: [row for channel, most in free.items() for row in outbox.claim(work, channel, most, turn)]
        )
        if taken:
            passing("claimed")
        self._in_flight.update(row.channel for row in taken)
        return taken

    async def _carry(self, entry: Entry) -> None:
        try:
            await self.deliver(entry)
        except DatabaseUnavailable as error:
            self._log.warning("database_unavailable", code=error.code)  # the row's lease decides, as after a crash
        except Exception as error:  # noqa: BLE001 - one row that we cannot handle must not stop the others
            self._broke_off(entry, error)
            with suppress(DatabaseUnavailable):
                await self._uncalled(entry, Result("again", "broke_off"))
        finally:
            self._in_flight[entry.channel] -= 1
            self.new_rows.ring()

    async def deliver(self, entry: Entry) -> None:
        """Carry one claimed row. Raises DatabaseUnavailable; then its lease decides."""
        asked = monotonic()
        try:
            permit = await self._case_api.permit(entry)
        except CaseApiUnavailable as error:
            await self._postpone(entry, error.code)
        except CaseApiRefused as error:
            await self._uncalled(entry, Result("again", f"permit_{error.code}"))
        else:
            if isinstance(permit, Withheld):
                await self._withheld(entry, permit)
            else:
                await self._send(entry, permit, asked)

    async def _send(self, entry: Entry, permit: Permit, asked: float) -> None:
        try:
            parcel = await self._channels[entry.channel].prepare(entry, permit)
        except CannotPrepare as error:
            await self._uncalled(entry, Result("never", error.code), permit)
            return
        counted = await self._begin(entry, asked)
        if counted is not None:
            passing("call-counted")
            result = await self._called(counted, parcel)
            passing("called")
            await self._settle(counted, result, permit, parcel.language)
            passing("settled")

    async def _begin(self, entry: Entry, asked: float) -> Entry | None:
        """Count the attempt before it is made; None when the row was lost or the permit has run out."""
        if not await self._database.run(lambda work: outbox.begin_call(work, entry)):
            return None
        counted = entry.model_copy(update={"attempts": entry.attempts + 1})
        if monotonic() - asked > PERMIT_LIFE:
            await self._settle(counted, Result("again", "permit_ran_out"))
            return None
        return counted

    async def _called(self, entry: Entry, parcel: Parcel) -> Result:
        try:
            async with asyncio.timeout(LONGEST_CALL):
                return await parcel.call()
        except TimeoutError:
            return Result("again", "no_answer", doubtful=True)
        except Exception as error:  # noqa: BLE001 - whatever a channel did not foresee, the call may have arrived
            self._broke_off(entry, error)
            return Result("again", "broke_off", doubtful=True)

    def _broke_off(self, entry: Entry, error: Exception) -> None:
        self._log.error("broke_off", message_id=str(entry.message_id), **about(error))

    async def _uncalled(self, entry: Entry, result: Result, permit: Permit | None = None) -> None:
        """Count an attempt that failed before anyone could be called."""
        if await self._database.run(lambda work: outbox.begin_call(work, entry)):
            await self._settle(entry.model_copy(update={"attempts": entry.attempts + 1}), result, permit)

    async def _postpone(self, entry: Entry, code: str) -> None:
        due = self._clock.now() + OUTAGE_PAUSE
        await self._database.run(lambda work: outbox.put_back(work, entry, due, reason=code, doubtful=False))

    async def _withheld(self, entry: Entry, withheld: Withheld) -> None:
        state: outbox.State = "unreachable" if withheld.reason == "no_address" else "suppressed"
        told = Outcome(state, withheld.reason)
        await self._database.run(lambda work: self._close(work, entry, state, told))
        self.new_reports.ring()

    async def _settle(
        self, entry: Entry, result: Result, permit: Permit | None = None, language: str | None = None
    ) -> None:
        told = Outcome("sent", None, permit.permit if permit else None, language)
        if result.end == "sent":
            await self._database.run(lambda work: self._close(work, entry, "sent", told))
        else:
            await self._database.run(lambda work: self._try_again(work, entry, result, told))
        self.new_reports.ring()

    def _try_again(self, work: Transaction, entry: Entry, result: Result, told: Outcome) -> None:
        """Plan the next attempt, or give up and let a person know."""
        wait = wait_after(entry.attempts, wish=result.wish, spread=self._spread) if result.end == "again" else None
        if wait is None:
            gone = replace(told, outcome="unreachable", reason=result.reason)
            self._close(work, _marked(entry, result), "failed", gone)
            return
        due = self._clock.now() + wait
        outbox.put_back(work, entry, due, reason=result.reason, doubtful=result.doubtful)

    def _close(self, work: Transaction, entry: Entry, state: outbox.State, told: Outcome) -> None:
        if not outbox.finish(work, entry, state, told.reason):
            return
        reports.note(work, entry, told, self._clock.now())
        self._log.info(
            "settled",
            message_id=str(entry.message_id),
            event_id=str(entry.event_id),
            template=entry.template,
            channel=entry.channel,
            state=state,
            reason=told.reason,
            attempts=entry.attempts,
        )


def _marked(entry: Entry, result: Result) -> Entry:
    return entry.model_copy(update={"possible_duplicate": True}) if result.doubtful else entry
