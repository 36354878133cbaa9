"""Every board there is."""

from typing import Any, Final

from case_api.boards.agency_desk import DESK
from case_api.boards.board import Board
from case_api.boards.case_search import SEARCH
from case_api.boards.class_list import CLASSES
from case_api.boards.collaboration import COLLABORATION
from case_api.boards.contact_tasks import CONTACT_TASKS
from case_api.boards.diary import DIARY
from case_api.boards.open_postcards import OPEN_POSTCARDS
from case_api.boards.reviews_due import REVIEWS_DUE
from case_api.boards.stage_board import STAGES
from case_api.boards.unsupported_concerns import UNSUPPORTED_CONCERNS
from case_api.boards.watch_list import WATCHES

BOARDS: Final[tuple[Board[Any], ...]] = (
    STAGES,
    DESK,
    SEARCH,
    CONTACT_TASKS,
    DIARY,
    OPEN_POSTCARDS,
    CLASSES,
    REVIEWS_DUE,
    UNSUPPORTED_CONCERNS,
    WATCHES,
    COLLABORATION,
)
