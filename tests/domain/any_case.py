"""A case, and who can be met around it: what the state machine of the properties draws from."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from case_api.domain.command import Command
from case_api.domain.decisions.agreements_ended import ExpireAgreement
from case_api.domain.decisions.coordination import AssignNamedPerson
from case_api.domain.decisions.people import (
    AssessCapacity,
    LinkCarer,
    RegisterLearner,
    SetContactPreference,
)
from case_api.domain.decisions.placements import PlaceLearner
from case_api.domain.decisions.records import CorrectRecord
from case_api.domain.decisions.watches import ClearWatches, EscalateWatches, RaiseWatches
from case_api.domain.facts.authority import SettingListed, StaffAssigned
from case_api.domain.facts.people import RankedChannel, Rights
from case_api.domain.facts.told import Told
from case_api.domain.questions.diary import Entry, diary
from case_api.domain.refusal import Decision
from case_api.domain.words import day_of
from tests.domain.running import NOON, POLICY, Running
from tests.domain.situations import DIRECTORY, the

T = TypeVar("T")
STRANGER = the("stranger")
anyone = st.integers(0, 5)
one_of_them = st.integers(0, 9)
plans = st.sampled_from([("slt", "speech"), ("slt", "speech"), ("harbour", "counselling"), ("young_carers", "respite")])
categories = st.sets(
    st.sampled_from(["identity_contact", "attendance", "wellbeing_summary", "learning_profile"]), min_size=1
).map(lambda some: tuple(sorted(some)))
days_off = st.sampled_from([-30, 0, 30])
usually = st.sampled_from([True, True, True, False])
whens = st.sampled_from([None, None, None, "today", "yesterday", "last week", "an hour ago", "tomorrow", "in an hour"])


TOWN = replace(
    DIRECTORY,
    settings={one: SettingListed(setting=one, title=one.title()) for one in ("burnside", "academy", "elsewhere")},
    staff=tuple(
        StaffAssigned(staff=who, setting=where, setting_class=room, role=role, from_day=date(2015, 8, 17))
        for who, where, room, role in (
            ("okafor", "burnside", "p5", "teacher"),
            ("hay", "burnside", None, "pupil_support"),
            ("dar", "burnside", None, "support_assistant"),
            ("lennox", "academy", None, "pupil_support"),
        )
    ),
)
"""Two schools, and who works there."""


class AnyCase(RuleBasedStateMachine):
    """One learner's case as anybody might use it; the rooms add what may be asked there, sensible or not."""

    def __init__(self) -> None:
        super().__init__()
        self.running = Running(TOWN)
        self.people: list[UUID] = []

    def ask(self, command: Command, *about: UUID, **who: Any) -> Decision:
        """Decide and record; whoever checks anything does so here."""
        return self.running.ask(command, *about, **who)

    def when(self, moment: str | None) -> date | datetime | None:
        now, today = self.running.now, self.running.situation().today
        return {
            None: None,
            "today": today,
            "yesterday": today - timedelta(days=1),
            "last week": today - timedelta(days=7),
            "an hour ago": now - timedelta(hours=1),
            "tomorrow": today + timedelta(days=1),
            "in an hour": now + timedelta(hours=1),
        }[moment]

    def person(self, number: int) -> UUID:
        return [*self.people, STRANGER][number % (len(self.people) + 1)]

    def register(self, days_to_twelve: int) -> None:
        """A learner with four carers: two who are asked, one who may not be contacted, one without rights."""
        twelve = NOON.date() + timedelta(days=days_to_twelve)
        born = twelve.replace(year=twelve.year - 12, day=min(twelve.day, 28))
        self.ask(RegisterLearner(name="Maja", date_of_birth=born, setting="burnside", languages=("en", "pl")))
        assert self.running.case.people.learner
        self.people = [self.running.case.people.learner.person_id]
        for name, held, contact in (
            ("anna", True, True),
            ("tom", True, True),
            ("dean", True, False),
            ("ina", False, True),
        ):
            self.link(name, held=held, contact=contact)

    def link(self, name: str, *, held: bool, contact: bool) -> None:
        rights = Rights(held=held)
        reason = None if contact else "court order"
        command = LinkCarer(
            name=name,
            relationship="carer",
            parental_responsibilities_and_rights=rights,
            may_contact=contact,
            restriction_reason=reason,
        )
        created = self.ask(command).created
        assert created
        self.people.append(created)

    @rule(outcome=st.sampled_from(["has", "lacks", "presumed"]), days=st.sampled_from([-1, 3000]))
    def capacity(self, outcome: Any, days: int) -> None:
        until = self.running.now.date() + timedelta(days=days)
        self.ask(AssessCapacity(matter="requests", outcome=outcome, assessor="Gow", basis="Seen", valid_until=until))

    @rule(who=anyone, language=st.sampled_from(["en", "pl"]), channel=st.sampled_from(["letter", "sms"]))
    def preference(self, who: int, language: str, channel: Any) -> None:
        ranked = (RankedChannel(channel=channel),)
        self.ask(SetContactPreference(person_id=self.person(who), channels=ranked, language=language))

    @rule(staff=st.sampled_from(["hay", "lennox"]), moment=whens)
    def named_person(self, staff: str, moment: str | None) -> None:
        self.ask(AssignNamedPerson(staff=staff, occurred_at=self.when(moment)))

    @rule(
        setting=st.sampled_from(["burnside", "elsewhere"]), setting_class=st.sampled_from(["p5", None]), days=days_off
    )
    def place(self, setting: str, setting_class: str | None, days: int) -> None:
        day = self.running.situation().today + timedelta(days=days)
        self.ask(PlaceLearner(setting=setting, setting_class=setting_class, from_day=day))

    @rule(which=st.integers(0, 60), change=st.sampled_from(["same", "nothing", "no rights", "barred", "half"]))
    def correct(self, which: int, change: str) -> None:
        event = pick(self.running.history, which, default=self.running.history[0])
        content = event.fact.model_dump(mode="json", exclude_none=True)
        replacement = {
            "same": content,
            "nothing": None,
            "no rights": content | {"parental_responsibilities_and_rights": {"held": False}},
            "barred": content | {"may_contact": False, "restriction_reason": "court order"},
            "half": dict(list(content.items())[:2]),
        }[change]
        self.ask(CorrectRecord(supersedes=event.event_id, reason="slip", replacement=replacement))

    @rule(hours=st.sampled_from([1, 1, 1, 20, 24 * 4, 24 * 31, 24 * 370]))
    def time_passes(self, hours: int) -> None:
        """And the clerk records what has come to its end."""
        self.running.now += timedelta(hours=hours)
        for agreement in list(self.running.case.agreements.sought):
            self.ask(ExpireAgreement(), agreement)
        for look in (ClearWatches(), RaiseWatches(), EscalateWatches()):
            self.ask(look)
        assert list(self.due()) == [], "the clerk leaves nothing undone"

    def due(self) -> Iterator[Entry]:
        """What the diary holds for today and earlier."""
        today = day_of(self.running.now, POLICY.tz)
        return (entry for entry in diary(self.running.case, Told(), POLICY) if entry.day <= today)


def pick(some: Sequence[T], number: int, default: Any = STRANGER) -> T:
    """One of some, counted from the newest; one time round in between, somebody or something unknown."""
    found: T = [*reversed(some), default][number % (len(some) + 1)]
    return found
