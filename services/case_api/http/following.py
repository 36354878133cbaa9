"""Whose events somebody follows: those of the cases that the rules of access open to them now (D18)."""

from dataclasses import replace
from typing import Final

from starlette.requests import Request

from case_api.access.feed_sight import is_for_its_service
from case_api.access.principal import Principal
from case_api.access.reach import ruling_on
from case_api.domain.event import Recorded
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.domain.words import day_of
from case_api.feed import Follows
from case_api.office import Office

OF_ANY_CASE: Final = frozenset({"notifier", "auditor", "authority_admin"})
"""Who follows every case of the authority (access/rules.py, A7, A14)."""


def follows(request: Request, office: Office) -> Follows:
    """The question of the feed: is the case of this event open to this consumer today?

    A partner service sees the facts that are addressed to it, whatever the case (feed_sight.py).
    """
    state = request.app.state

    async def ask(consumer: Principal, event: Recorded) -> bool:
        if event.kind == "authority" or not consumer.roles.isdisjoint(OF_ANY_CASE):
            return True
        if is_for_its_service(consumer, event) or _is_to_be_forgotten(consumer, event):
            return True
        staff = replace(consumer, asked_in=consumer.counting - {"agency"})
        case_id = event.key_id if event.kind == "told" else event.stream
        now = state.clock.now()
        authority, _ = await office.precedent.at(now)
        case = (await office.folds.latest(case_id)).state
        return ruling_on(staff, "follow", case, authority, day_of(now, state.zone)).permitted

    return ask


def _is_to_be_forgotten(consumer: Principal, event: Recorded) -> bool:
    """Whether it tells a school system to forget a learner: whose they were cannot be told any more, so all hear."""
    return isinstance(event.fact, PersonalDataKeyDestroyed) and "mis" in consumer.roles
