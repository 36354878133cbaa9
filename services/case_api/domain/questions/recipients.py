"""Who hears of an event: the policy's matrix, resolved to people and services (R11, R40, R83, R92)."""

from dataclasses import dataclass
from datetime import date

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Duty, Policy
from case_api.domain.questions.matrix_roles import BY_ROLE, About, nobody


@dataclass(frozen=True, slots=True)
class Hearer:
    """One who is to hear: a person's id, `service:<code>` or `staff:<subject>`; in which role; on what footing."""

    recipient: str
    role: str
    duty: Duty
    channels: tuple[str, ...] = ()


def recipients(case: Case, event: Recorded, policy: Policy, authority: Authority, today: date) -> tuple[Hearer, ...]:
    """Everybody who is to hear of *event* as things stand now, each once, in the matrix's order."""
    found: dict[str, Hearer] = {}
    about = About(case, event.fact, authority, today, policy)
    for entry in policy.recipients.get(type(event.fact).__name__, ()):
        for name, role in BY_ROLE.get(entry.role, nobody)(about):
            channels = channels_of(case, name, authority)
            found.setdefault(name, Hearer(name, role, entry.duty, channels))
    return tuple(found.values())


def channels_of(case: Case, recipient: str, authority: Authority) -> tuple[str, ...]:
    """The ranked channels by which a recipient can be reached; empty when none is known."""
    kind, _, name = recipient.partition(":")
    if kind == "service":
        listed = authority.services.get(name)
        return ("webhook",) if listed and listed.webhook_url else ()
    if kind == "staff":
        return ("email",) if authority.email_of(name) else ()
    preference = next((one for person, one in case.people.preferences.items() if str(person) == recipient), None)
    return tuple(ranked.channel for ranked in preference.channels) if preference else ()
