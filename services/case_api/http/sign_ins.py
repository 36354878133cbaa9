"""Which tokens are accepted no longer though they have not expired: somebody left, or lost a device."""

from datetime import UTC, datetime

from case_api.access.principal import Principal
from case_api.clock import Clock
from case_api.office import Offices


class SignIns:
    """Asks the authority's own stream, of which no process knows less than it held a second ago."""

    def __init__(self, offices: Offices, clock: Clock) -> None:
        self._offices, self._clock = offices, clock

    async def have_ended(self, who: Principal, issued: float) -> bool:
        """Whether the tokens that were issued for somebody then were ended since. Raises StoreUnavailable."""
        office = await self._offices.of(who.authority)
        directory = await office.precedent.directory(self._clock.now())
        return bool(directory.sign_ins_ended) and directory.has_signed_out(
            who.subject, datetime.fromtimestamp(issued, UTC)
        )
