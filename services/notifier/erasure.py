"""What is left of an erased case here: nothing. Its rows held ids and codes only; they go too."""

from uuid import UUID

from notifier.database import Transaction

ERASED = "PersonalDataKeyDestroyed.v1"
"""The event that says that a case was erased."""


def forget(work: Transaction, case_id: UUID) -> None:
    """Remove what waits to be sent, reported or tried again, and all that was.

    A message that is on its way loses its row: it is counted no more, and a call that has not begun is not made.
    """
    case = str(case_id)
    work.execute("DELETE FROM reports WHERE message_id IN (SELECT message_id FROM outbox WHERE case_id = ?)", case)
    work.execute("DELETE FROM parked WHERE case_id = ?", case)
    work.execute("DELETE FROM outbox WHERE case_id = ?", case)
