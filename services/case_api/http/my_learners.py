"""For those who teach: the services around their own learners (R100)."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from case_api.access.roles import PRACTITIONERS
from case_api.boards.selection import Selection
from case_api.boards.stage_board import STAGES, StageRow
from case_api.boards.taught import taught_by
from case_api.domain.questions.teaching import assigned_on
from case_api.http.lists import Asking, Listing, page_of
from case_api.views.partners_view import TaughtLearner, taught_learner

router = APIRouter(tags=["boards"])

TaughtLearners = page_of("TaughtLearners", TaughtLearner, "One page of the learners whom the caller teaches.")


def my_learners_partners(asking: Asking) -> Selection | None:
    """The learners whom the caller teaches or assists today, by the classes and settings that they are assigned to.

    Each with the services at work, and with the strategies that were shared with the caller.
    """
    subject = asking.acting.who.subject
    mine = [one for one in assigned_on(asking.authority, asking.today) if one.staff == subject]
    return taught_by(mine, asking.today)


async def _learners(asking: Asking, rows: Sequence[StageRow]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        case = (await asking.office.folds.latest(row.case_id)).state
        learner = taught_learner(case, asking.acting.who.subject, asking.now, asking.policy, asking.authority)
        found.append(learner.model_dump(mode="json", exclude_none=True))
    return found


Listing(
    "/v1/my-learners/partners",
    STAGES,
    TaughtLearner,
    my_learners_partners,
    TaughtLearners,
    summary="Which services work with the learners whom the caller teaches, and what to use in class",
    cursor="partners",
    filters={},
    order=("case_id",),
    roles=PRACTITIONERS,
    shown=_learners,
).mount(router)
