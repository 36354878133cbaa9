"""Starting targeted support: specialist people and places, planned together and coordinated by somebody."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.supports import TargetedSupportStarted
from case_api.domain.questions.applying import it_has_begun
from case_api.domain.questions.coordination import coordinators_on
from case_api.domain.questions.references import known
from case_api.domain.questions.request_state import works_now
from case_api.domain.questions.targeted import (
    NobodyCoordinates,
    the_stage_is_targeted,
    what_was_planned_together,
)
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Day, Line, ServiceCode, Text


class StartTargetedSupport(Command):
    """Targeted support begins."""

    strategy_code: Code
    """One of the targeted strategies of the policy."""
    need_refs: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    """The assessed needs that it is for."""
    service: ServiceCode | None = None
    """The partner service that gives it, where one does."""
    coordinator: Line | None = None
    """The named person or lead professional who coordinates it; whoever coordinates on that day if absent."""
    exception_reason: Text | None = None
    """Why it cannot wait for the stage, the assessment and the planning meeting that the rules ask for."""
    started_on: Day | None = None
    """The first day of the support; the day of `occurred_at` if absent."""

    examples = ({
        "strategy_code": "agency_input",
        "need_refs": ["receptive_language"],
        "service": "slt",
        "started_on": "2026-02-10",
    },)  # fmt: skip


class ServiceNotAtWork(Refusal):
    slug = "service-not-at-work"
    rule_id = "R37"
    guidance_ref = "R37"
    title = "This support is given by a partner service that has accepted a request and whose work goes on."
    advice = "Name the service in service; request its assistance first, and wait until it has accepted."


def a_service_that_gives_it_is_at_work(case: Case, command: StartTargetedSupport, at: Situation) -> Refusal | None:
    """R37, R79: no partner service begins on another way than by a request that the family agreed to."""
    strategy = at.policy.targeted_strategy(command.strategy_code)
    if command.service is None:
        if strategy is None or not strategy.by_service:
            return None
        return ServiceNotAtWork(pointer="/service", missing=(Missing(rule_id="R37", what="no_service_named"),))
    if works_now(case, command.service):
        return None
    missing = Missing(rule_id="R37", what="no_accepted_request", ref=command.service)
    return ServiceNotAtWork(pointer="/service", missing=(missing,))


def an_assigned_person_coordinates(assigned: tuple[str, ...], coordinator: str | None) -> Refusal | None:
    """I18: the lead professional or the named person of that day, and no exception is made."""
    if not assigned:
        return NobodyCoordinates(missing=(Missing(rule_id="I18", what="no_coordinator_assigned"),))
    if coordinator is None or coordinator in assigned:
        return None
    return NobodyCoordinates(pointer="/coordinator", missing=(Missing(rule_id="I18", what="not_assigned"),))


def start_targeted_support(case: Case, command: StartTargetedSupport, at: Situation) -> Decision:
    """It is a measure of the case like any other: observed, adjusted, reviewed and ended in the same way."""
    measure_id, on = at.new_id(), command.started_on or at.day_of(command)
    assigned = coordinators_on(case, on)
    return decided(
        known("/strategy_code", (command.strategy_code,), {one.code for one in at.policy.targeted_strategies}),
        known("/need_refs", command.need_refs, case.assessments.needs),
        it_has_begun(on, at, "/started_on"),
        the_stage_is_targeted(case, on, at.policy, command.exception_reason),
        what_was_planned_together(case, on, at.policy, command.exception_reason),
        an_assigned_person_coordinates(assigned, command.coordinator),
        a_service_that_gives_it_is_at_work(case, command, at),
        then=TargetedSupportStarted(
            measure_id=measure_id,
            strategy_code=command.strategy_code,
            catalogue_version=at.policy.ref,
            need_refs=command.need_refs,
            service=command.service,
            coordinator=next(one for one in (command.coordinator, *assigned, at.actor.subject) if one),
            exception_reason=command.exception_reason,
            started_on=on,
        ),
        created=measure_id,
    )
