"""The school year 2025-26 in Strathlorne, as far as the domain plays it: who there is, and one step after another.

All people and places are invented. Row numbers (E…) are those of the acceptance story.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from case_api.domain.command import Command
from case_api.domain.decisions.agreements import GrantAgreement, RefuseAgreement, SeekAgreement
from case_api.domain.decisions.assessments import RecordViews
from case_api.domain.decisions.involvement import AnyUpdate
from case_api.domain.event import Event
from case_api.domain.facts.agreements import Explained, Scope
from case_api.domain.facts.authority import Authority, Purpose, ServiceListed
from case_api.domain.refusal import Refusal
from tests.domain.running import Running


def service(code: str, purpose: str, *needs: tuple[str, ...], **more: Any) -> ServiceListed:
    return ServiceListed(
        service=code,
        title=code,
        agency="Strathlorne",
        sector="health",
        role="Helps",
        purposes=(Purpose(code=purpose, needs=needs),),
        **more,
    )


STRATHLORNE = Authority(
    services={
        "slt": service("slt", "speech_and_language"),
        "camhs": service("camhs", "mental_health"),
        "harbour": service("harbour", "counselling", ("identity_contact",), ("attendance", "wellbeing_summary")),
        "young_carers": service("young_carers", "respite", ("identity_contact",), direct_requests=True),
    }
)


class Year(Running):
    """One learner's year: every step is taken on its day, and must be allowed unless it is said to be refused."""

    def __init__(self) -> None:
        super().__init__(STRATHLORNE)
        self.people: dict[str, UUID] = {}

    def on(self, day: str) -> None:
        """It is noon of a day, or a time of it."""
        self.now = datetime.fromisoformat(day if "T" in day else f"{day}T12:00").replace(tzinfo=UTC)

    def does(self, command: Command, *about: UUID, **who: Any) -> UUID:
        """The step is allowed; the id of what it made."""
        decision = self.ask(command, *about, **who)
        assert not decision.refusals, (self.now, decision.refusals)
        return decision.created or UUID(int=0)

    def refused(self, command: Command, *about: UUID, **who: Any) -> tuple[Refusal, ...]:
        """The step is refused; why, in order."""
        decision = self.decide(command, *about, **who)
        assert decision.refusals, (self.now, decision.events)
        return decision.refusals

    def hear(self, *names: str) -> tuple[UUID, ...]:
        """That day's views of the people named."""
        return tuple(
            self.does(RecordViews(party=self.people[name], how_gathered="talk", views="As they said it."))
            for name in names
        )

    def seek(self, name: str, scope: Scope, language: str = "en") -> UUID:
        explained = Explained(how="talk", language=language)
        return self.does(
            SeekAgreement(party=self.people[name], scope=scope, explained=explained, alternatives_explained=True)
        )

    def agrees(self, agreement: UUID, **more: Any) -> None:
        self.does(GrantAgreement(answer="granted", route="in_person", **more), agreement)

    def refuses(self, agreement: UUID, *, willing: bool) -> None:
        self.does(RefuseAgreement(answer="refused", willing_to_discuss=willing), agreement)

    def hears_from(self, code: str, update: AnyUpdate, request: UUID) -> UUID:
        return self.does(update, request, by=code, services=frozenset({code}), roles=frozenset({"agency"}))

    def last(self, count: int = 1) -> list[type[Event]]:
        """The kinds of the newest facts."""
        return [type(event.fact) for event in self.history[-count:]]
