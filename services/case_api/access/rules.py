"""Who may: the rules of access, each a sentence with a number. Deny by default; what forbids beats what permits.

A rule looks at the action, the caller's roles and their relations to the learner. Which roles an operation is for at
all is said at its route; these rules say for which learners. `VERSION` stands in every row of the access log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from case_api.access.relations import Relation

VERSION: Final = "access-2"

Action = Literal[
    "read",
    "work",
    "raise",
    "hand_over",
    "acknowledge",
    "ask_outside",
    "serve",
    "speak",
    "read_own",
    "follow",
    "hold",
    "register",
]
"""
read: the case as a whole, in a view or in a list.
work: record on it what the school does.
raise: a concern about a learner.
hand_over: read what a transfer sent, and confirm that it arrived.
acknowledge: say that one has a recommendation.
ask_outside: make a request from outside the school.
serve: see and answer a request as its service.
speak: say what is one's own to say, as a learner or carer.
read_own: the family's own view.
follow: an event of the case in the feed.
hold: place, see and lift legal holds.
register: bring a learner of a setting onto the record; the relations are to the setting.
"""
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

Beyond = Literal["report", "look_up", "administer", "audit", "deliver", "protect"]
"""
What is done to no one learner of the record, and follows from the role alone; nothing is asked of the rules.

report: figures over many learners.
look_up: policies, the directory.
administer: publish policies, keep the directory.
audit: refused attempts, who looked, seals.
deliver: what the notifier needs; each message has a permit of its own (D19).
protect: child-protection matters, whose own group decides (I30).
"""

Effect = Literal["permit", "forbid"]
Fields = Literal["contact", "restrictions", "identifiers", "withholdings"]
"""
contact: addresses, and how somebody wants to be reached.
restrictions: why the school may not contact a carer.
identifiers: the learner's numbers.
withholdings: what is kept from whom, and why (I25).
"""
EVERY_FIELD: Final[frozenset[Fields]] = frozenset(get_args(Fields))
IN_CLASS: Final[frozenset[Fields]] = frozenset()
"""Of these, what those need who teach: none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence about who may, or may not.

    Args:
        id: as it stands in the access log.
        says: the sentence.
        source: requirement or decision.
        effect: `permit` or `forbid`.
        actions: what it is about.
        roles: of the caller, any of them.
        relations: of the caller to the learner, any of them; none needed where there are none.
        fields: which classes of fields a permitted reader sees beside the rest.
    """

    id: str
    says: str
    source: str
    effect: Effect
    actions: frozenset[Action]
    roles: frozenset[str]
    relations: frozenset[Relation] = frozenset()
    fields: frozenset[Fields] = EVERY_FIELD


def _permit(
    number: str,
    says: str,
    source: str,
    actions: tuple[Action, ...],
    roles: tuple[str, ...],
    relations: tuple[Relation, ...] = (),
    fields: frozenset[Fields] = EVERY_FIELD,
) -> Rule:
    return Rule(number, says, source, "permit", frozenset(actions), frozenset(roles), frozenset(relations), fields)


def _forbid(
    number: str,
    says: str,
    source: str,
    actions: tuple[Action, ...],
    roles: tuple[str, ...],
    relations: tuple[Relation, ...],
) -> Rule:
    return Rule(number, says, source, "forbid", frozenset(actions), frozenset(roles), frozenset(relations))


LEADS: Final = ("pupil_support", "school_leader")
TEACHES: Final = ("teacher", "support_assistant")
WHOLE: Final[tuple[Action, ...]] = ("read", "work", "raise", "hand_over", "acknowledge", "follow")

RULES: Final[tuple[Rule, ...]] = (
    _permit(
        "A1", "Who leads support in a school reads and works on the cases of the learners who are there today.",
        "R76, R84", WHOLE, LEADS, ("workplace", "school_wide"),
    ),
    _permit(
        "A2", "Who teaches or assists a learner today reads and works on the case, without contact data, numbers, "
        "restrictions and what is withheld.",
        "R85, R95, D24", ("read", "work", "raise", "acknowledge"), TEACHES, ("teaching",), IN_CLASS,
    ),
    _permit(
        "A3", "Who coordinates for a learner today, as named person or lead professional, reads and works on the case, "
        "until the learner is in another setting; who is to coordinate there is named anew.",
        "R29, R39", WHOLE, (*LEADS, *TEACHES, "child_protection"), ("named_person", "lead_professional"),
    ),
    _permit(
        "A4", "Whoever works in a learner's school may raise a concern about them.",
        "R28, R33", ("raise",), TEACHES, ("workplace", "assigned"),
    ),
    _permit(
        "A5", "The information system of a school speaks for its learners, that of the authority for all.",
        "R109", WHOLE, ("mis",), ("workplace", "school_wide", "central"),
    ),
    _permit(
        "A6", "A child-protection coordinator reads cases of their school, or of the authority, and raises concerns.",
        "R80", ("read", "raise"), ("child_protection",), ("workplace", "school_wide", "central"),
    ),
    _permit("A7", "An auditor reads every case of the authority.", "R111", ("read", "follow"), ("auditor",)),
    _permit(
        "A8", "To whom a record is sent reads what was sent, and confirms it; this lapses when it is confirmed and the"
        " learner's first day there has come.",
        "R29, R54", ("hand_over",), (*LEADS, *TEACHES, "mis", "child_protection"), ("receiver",),
    ),
    _permit(
        "A9", "With whom a recommendation was shared says that they have it.",
        "R72", ("acknowledge",), (*LEADS, *TEACHES), ("holder",),
    ),
    _permit(
        "A10", "A professional outside the school raises a concern or asks a service directly; they read nothing.",
        "R81", ("raise", "ask_outside"), ("external",),
    ),
    _permit(
        "A11", "A partner service sees and answers the requests that are addressed to it.",
        "I29, R110", ("serve", "follow"), ("agency",), ("asked_service",),
    ),
    _permit(
        "A12", "A learner or carer says what is theirs to say, in their own case.",
        "R4, R79", ("speak",), ("carer", "learner"), ("speaker",),
    ),
    _permit(
        "A13", "A learner or carer reads what is shared with them, in their own case.",
        "R11, R92", ("read_own",), ("carer", "learner"), ("of_the_family",),
    ),
    _permit(
        "A14", "Who delivers messages, and who keeps the directory, follows every event: it holds ids alone.",
        "D18, D19", ("follow",), ("notifier", "authority_admin"),
    ),
    _permit(
        "A15", "Who keeps the directory places, sees and lifts legal holds on any case of the authority.",
        "I34", ("hold",), ("authority_admin",),
    ),
    _permit(
        "A16", "Who leads support in a school, and its information system, registers learners of that school; those "
        "of the authority register learners of any.",
        "R109, D24", ("register",), (*LEADS, "mis"), ("workplace", "school_wide", "central"),
    ),
    _forbid(
        "A20", "A carer without rights, or whom the school may not contact, neither reads nor says anything here.",
        "R79", ("speak", "read_own"), ("carer", "learner"), ("kept_apart",),
    ),
)  # fmt: skip
"""The whole policy, in the order of its numbers."""

BY_ACTION: Final[Mapping[Action, tuple[Rule, ...]]] = {
    action: tuple(rule for rule in RULES if action in rule.actions) for action in ACTIONS
}
