"""Recipients and send permits: the notifier asks again at the moment of sending (D19).

A permit stands on the case as it is at its head, confirmed in the database; so a withdrawal, a contact restriction
or a correction between the event and the message always wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from case_api.clock import Clock
from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.event import Actor, Recorded, Unreadable
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.told import Extent, Told
from case_api.domain.facts.watches import WatchEscalated, WatchRaised
from case_api.domain.policy import Policy
from case_api.domain.questions.consequences import agreed_categories
from case_api.domain.questions.coordination import coordinating_staff_on
from case_api.domain.questions.matrix_roles import request_of
from case_api.domain.questions.recipients import Hearer, recipients
from case_api.domain.questions.watching import is_over
from case_api.domain.questions.withheld import extent_of, service_of, withheld_from
from case_api.folds import Folds
from case_api.precedent import Precedent
from case_api.store.journal import Journal
from case_api.streams import told_of

LIFE: Final = timedelta(seconds=5)

WITHOUT_DETAIL: Final = frozenset({"setting", "contact"})
"""What may be said to somebody from whom detail is withheld."""

Reason = Literal["withdrawn", "restricted", "erased", "superseded", "no_address", "withheld"]


class NoSuchEvent(Exception):
    """There is no such event in a case of this authority."""


class PermitRefused(Exception):
    """The message must not be sent now; that alone tells something of a case."""

    def __init__(self, reason: Reason, case_id: UUID) -> None:
        super().__init__(reason)
        self.reason, self.case_id = reason, case_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """The message for which a permit is asked."""

    event_id: UUID
    recipient: str
    channel: str
    message_id: UUID


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one message within the next seconds, and all that it may say."""

    permit: str
    expires_at: datetime
    to: str
    language: str
    format: str
    facts: Mapping[str, str]
    event: Recorded


@dataclass(frozen=True, slots=True)
class _Ground:
    """The event, and the case, directory and policy as they are now."""

    event: Recorded
    case: Case
    situation: Situation

    @property
    def authority(self) -> Authority:
        return self.situation.authority

    @property
    def policy(self) -> Policy:
        return self.situation.policy


class Permits:
    """Answers the notifier's questions for one authority."""

    def __init__(
        self, journal: Journal, cases: Folds[Case], tellings: Folds[Told], precedent: Precedent, clock: Clock
    ) -> None:
        self._journal, self._precedent, self._clock = journal, precedent, clock
        self._cases, self._tellings = cases, tellings

    async def recipients(self, event_id: UUID) -> tuple[Recorded, tuple[Hearer, ...]]:
        """Who is to hear of an event, as things stand now. Raises NoSuchEvent."""
        ground = await self._ground(event_id)
        return ground.event, _hearers(ground)

    async def permit(self, wanted: Wanted) -> Permit:
        """Leave to send, valid for five seconds. Raises NoSuchEvent, PermitRefused."""
        ground = await self._ground(wanted.event_id)
        _refuse_unfit(ground, wanted)
        told = (await self._tellings.latest(told_of(ground.case.id))).state
        _refuse_twice(told, ground, wanted)
        extent = _withheld(told, ground, wanted)
        to = _address(ground, wanted)
        if to is None:
            raise PermitRefused("no_address", ground.case.id)
        expires_at = self._clock.now() + LIFE
        sealed = wanted.message_id.bytes + int(expires_at.timestamp()).to_bytes(8, "big")
        return Permit(
            permit=self._journal.keyring.seal_opaque("permit", sealed),
            expires_at=expires_at,
            to=to,
            language=_language(ground, wanted.recipient),
            format="standard",
            facts=_trimmed(_facts(ground)) if extent == "detail" else _facts(ground),
            event=ground.event,
        )

    async def _ground(self, event_id: UUID) -> _Ground:
        event = await self._journal.event(event_id)
        if event is None or event.kind != "case":
            raise NoSuchEvent
        folded = await self._cases.latest(event.stream)
        case, now = folded.state, max(self._clock.now(), folded.recorded_at or event.recorded_at)
        authority, policy = await self._precedent.latest(now)
        notifier = Actor(subject="notifier", role="notifier", organisation="stagepost")
        return _Ground(event, case, Situation(now, notifier, frozenset(), policy, authority, UUID))


def _hearers(ground: _Ground) -> tuple[Hearer, ...]:
    return recipients(ground.case, ground.event, ground.policy, ground.authority, ground.situation.today)


def _refuse_unfit(ground: _Ground, wanted: Wanted) -> None:
    if isinstance(ground.event.fact, Unreadable):
        raise PermitRefused("erased" if ground.event.fact.why == "erased" else "superseded", ground.case.id)
    if _was_taken_back(ground) or is_over(ground.case, ground.event.fact):
        raise PermitRefused("superseded", ground.case.id)
    hearer = next((one for one in _hearers(ground) if one.recipient == wanted.recipient), None)
    if hearer is None:
        raise PermitRefused("restricted", ground.case.id)
    if hearer.duty == "A" and not _is_agreed(ground):
        raise PermitRefused("withdrawn", ground.case.id)


def _refuse_twice(told: Told, ground: _Ground, wanted: Wanted) -> None:
    """A message that is on the ledger as sent is not sent again, even by a notifier that lost its memory."""
    known = told.by_message.get(wanted.message_id)
    if known and known.made.delivery == "sent":
        raise PermitRefused("superseded", ground.case.id)


def _withheld(told: Told, ground: _Ground, wanted: Wanted) -> Extent | None:
    """How much of the event is kept from them now, less than everything (I25)."""
    withholding = withheld_from(told.in_force(), ground.case, wanted.recipient, ground.event)
    extent = extent_of(withholding, ground.event) if withholding else None
    if extent == "everything":
        raise PermitRefused("withheld", ground.case.id)
    return extent


def _trimmed(facts: dict[str, str]) -> dict[str, str]:
    """What is left to say to somebody from whom detail is withheld: from where, and whom to ask."""
    return {name: told for name, told in facts.items() if name in WITHOUT_DETAIL} | {"detail": "withheld"}


def _was_taken_back(ground: _Ground) -> bool:
    """A correction withdrew the fact and put nothing in its place (D7)."""
    return ground.event.event_id in ground.case.records.emptied


def _is_agreed(ground: _Ground) -> bool:
    """Whether the agreements still carry the request that the event is about (I9)."""
    request = request_of(ground.case, ground.event.fact)
    if request is None:
        return True
    if request.state == "withdrawn":
        return False
    now = ground.situation.now
    return agreed_categories(ground.case, request, ground.case.agreements, now, ground.situation) is not None


def _address(ground: _Ground, wanted: Wanted) -> str | None:
    kind, _, name = wanted.recipient.partition(":")
    if kind == "service":
        listed = ground.authority.services.get(name)
        return listed.webhook_url if listed and wanted.channel == "webhook" else None
    if kind == "staff":
        return ground.authority.email_of(name) if wanted.channel == "email" else None
    preference = ground.case.people.preferences.get(UUID(wanted.recipient))
    ranked = preference.channels if preference else ()
    return next((one.address for one in ranked if one.channel == wanted.channel), None)


def _language(ground: _Ground, recipient: str) -> str:
    people = ground.case.people
    preference = next((one for person, one in people.preferences.items() if str(person) == recipient), None)
    if preference:
        return preference.language
    own = people.learner and str(people.learner.person_id) == recipient
    return people.learner.languages[0] if own and people.learner else "en"


def _facts(ground: _Ground) -> dict[str, str]:
    """The few plain words that a template may use; nothing about what the learner needs."""
    facts = {}
    if ground.case.people.learner:
        setting = ground.case.setting_on(ground.situation.today) or ""
        facts["setting"] = ground.authority.title_of(setting)
    service = service_of(ground.case, ground.event.fact)
    listed = ground.authority.services.get(service) if service else None
    if listed:
        facts["service_name"] = listed.title
    request = request_of(ground.case, ground.event.fact)
    if request:
        facts["route"] = request.asked.route
    if isinstance(ground.event.fact, WatchRaised | WatchEscalated):
        facts["watch"] = ground.event.fact.watch
    coordinating = coordinating_staff_on(ground.case, ground.situation.today)
    contact = ground.authority.listed_name_of(coordinating) if coordinating else None
    if contact:
        facts["contact"] = contact
    return facts
