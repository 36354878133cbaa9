"""Break-glass: reading a sealed matter without being of its group, when a child cannot wait (R80, I30)."""

from datetime import timedelta
from typing import Final

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.emergency_access import EmergencyAccessTaken
from case_api.domain.matter import Matter
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Text

LASTS: Final = timedelta(hours=4)
"""For how long it is given; who needs longer is named to the group."""


class TakeEmergencyAccess(Command):
    """The caller must read what is sealed about a learner, now, and answers for it."""

    reason: Text
    """Why it cannot wait for somebody of the group. The group reads it."""

    examples = ({"reason": "Isla did not come home, and nobody of the group answers."},)


def stand_before_the_glass(_: Case, __: TakeEmergencyAccess, ___: Situation) -> Decision:
    """What holds for every command is asked of the case, whether anything is sealed beside it or not (I30)."""
    return decided()


def take_emergency_access(matter: Matter, command: TakeEmergencyAccess, at: Situation) -> Decision:
    """Read the sealed matters of a learner for four hours, without being of their group.

    Whoever may read already is given nothing more. Nothing can be recorded in a matter by it.
    """
    staff = at.actor.subject
    if matter.is_known_to(staff) or matter.emergency_access.until(staff, at.now):
        return decided()
    return decided(then=EmergencyAccessTaken(staff=staff, reason=command.reason, until=at.now + LASTS))
