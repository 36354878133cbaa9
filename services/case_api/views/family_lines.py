"""Plain sentences for families, by code; what a policy names has its own label."""

from collections.abc import Mapping
from typing import Final

from case_api.domain.questions.request_state import State

REVIEWS: Final[Mapping[str, str]] = {
    "continue": "We looked at how things go, and go on as before.",
    "adjust": "We looked at how things go, and change something.",
    "step_up": "We looked at how things go, and give more support.",
    "step_down": "We looked at how things go, and less support is needed.",
    "close": "We looked at how things go, and this support comes to its end.",
}
REVIEW_ALONE: Final = "We looked at how things go."
STATES: Final[Mapping[State, str]] = {
    "requested": "We asked for help, and wait for an answer.",
    "acknowledged": "Our request has arrived, and is being looked at.",
    "accepted": "The service will help.",
    "active": "The service is helping.",
    "on_hold": "The help is paused.",
    "ended": "The help has come to its end.",
    "declined": "The service cannot help here.",
    "withdrawn": "The request was taken back.",
}
AGREEMENTS: Final[Mapping[str, str]] = {
    "sought": "We asked you, and wait for your answer.",
    "granted": "You said yes. You can take it back at any time.",
    "refused": "You said no.",
    "withdrawn": "You took your yes back.",
    "expired": "Your yes has come to its end.",
    "not_asked": "You were not asked.",
}
STAGE: Final = "This is how support is planned now: {label}."
STAGE_ALONE: Final = "How support is planned has changed."
STAGE_UNTOLD: Final = "Ask the school how support is planned now."
REQUEST_UNTOLD: Final = "Help was asked for. Ask the school how this stands now."
SUPPORT: Final = "We give this support at school: {label}."
SUPPORT_ALONE: Final = "We give support at school."
SUPPORT_OVER: Final = "This support has come to its end: {label}."
SUPPORT_OVER_ALONE: Final = "A support has come to its end."
PLAN: Final = "This plan was agreed."
CALLED: Final = "You are invited to a meeting."
HELD: Final = "The meeting took place."
ADVICE: Final = "Something to try at home."
CONCERN: Final = {False: "You told us of something that worries you.", True: "We answered what you told us."}
CONCERN_CLOSED: Final = "What you told us of has been dealt with."


def label(labels: Mapping[str, str], language: str, code: str) -> str:
    """The label in a language, in its base language, in English, or else the code as words."""
    tags = (language, language.partition("-")[0], "en")
    return next((labels[tag] for tag in tags if tag in labels), words(code))


def words(code: str) -> str:
    """A code as words."""
    return code.replace("_", " ")
