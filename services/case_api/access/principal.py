"""Who is asking, as their verified token says."""

from dataclasses import dataclass
from uuid import UUID

FAMILY_ROLES: frozenset[str] = frozenset({"carer", "learner"})
"""Roles that belong to one person in one case, and never go together with a role of staff."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or program with a valid token. Everything in it was signed by an issuer that we trust."""

    subject: str
    organisation: str
    authority: str
    client: str
    roles: frozenset[str]
    services: frozenset[str] = frozenset()
    """Codes of the partner services that they act for."""
    person: UUID | None = None
    """A carer's or a learner's own person in the case."""
    case: UUID | None = None
    asked_in: frozenset[str] | None = None
    """Those of the roles for which the operation is that they ask; None where nobody said."""

    @property
    def counting(self) -> frozenset[str]:
        """The roles that the rules of access look at: one that is not for an operation opens no learner to it."""
        return self.roles if self.asked_in is None else self.asked_in
