"""Who coordinates a matter, and that its group is never left without anybody who may authorise (R80; I7, I30)."""

from case_api.domain.command import Situation
from case_api.domain.matter import Matter
from case_api.domain.questions.offices import may_override
from case_api.domain.refusal import Refusal
from case_api.domain.words import Subject


class GroupNeedsItsCoordinator(Refusal):
    slug = "group-needs-its-coordinator"
    rule_id = "I30"
    guidance_ref = "R80"
    title = "The group of a matter is changed by somebody who may authorise overrides, and never left without one."
    advice = "Ask the child-protection coordinator; one who leaves names under coordinator who of the group takes over."


class CoordinatorMayNotAuthorise(Refusal):
    slug = "coordinator-may-not-authorise"
    rule_id = "I30"
    guidance_ref = "R80"
    title = "A matter is coordinated by somebody who may authorise overrides."
    advice = "Name one whom the directory lists as child_protection, or have them listed; or let them record it."


def the_coordinator_may_authorise(coordinator: Subject, at: Situation) -> Refusal | None:
    """I7, I30: by the directory, or by the token of a coordinator who records the concern; nobody's word is enough."""
    return None if may_override(coordinator, at) else CoordinatorMayNotAuthorise(pointer="/coordinator")


def a_new_coordinator_is_of_the_group(
    group: frozenset[Subject], coordinator: Subject | None, at: Situation
) -> Refusal | None:
    """Who takes the matter over, where somebody does, is in *group* as it then is, and may authorise."""
    if coordinator is None:
        return None
    if coordinator not in group:
        return GroupNeedsItsCoordinator(pointer="/coordinator")
    return the_coordinator_may_authorise(coordinator, at)


def somebody_stays_who_may_authorise(
    matter: Matter, leaves: Subject, coordinator: Subject | None, at: Situation
) -> Refusal | None:
    """The coordinator hands the matter over first; others leave as long as one who may authorise stays.

    Whom the directory does not list, and who once recorded or took over the matter by their own token, still counts
    as its coordinator.
    """
    if coordinator is not None:
        return None
    protection = matter.protection
    listed = {one.staff for one in at.authority.staff}
    staying = protection.group - {leaves}
    stays = any(may_override(one, at) for one in staying) or protection.coordinator not in listed
    return None if leaves != protection.coordinator and stays else GroupNeedsItsCoordinator(pointer="/coordinator")
