"""Child protection: recording a concern, deciding that consent does not come first, what agencies decided (R80)."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.protection import (
    ConsentOverridden,
    Covered,
    GroupJoined,
    GroupLeft,
    NamedGroup,
    OverrideReasonsRecorded,
    ProtectionConcernRecorded,
    ProtectionDecisionRecorded,
    ToldByOthers,
)
from case_api.domain.matter import Matter
from case_api.domain.questions.named_group import (
    GroupNeedsItsCoordinator,
    a_new_coordinator_is_of_the_group,
    somebody_stays_who_may_authorise,
    the_coordinator_may_authorise,
)
from case_api.domain.questions.overriding import (
    OverrideReasonsMissing,
    an_authorised_person_overrides,
    the_ground_is_listed,
)
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, known, known_people
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import CaseId, Code, Line, OverrideId, Subject, Text, start_of


class RecordProtectionConcern(Command):
    """A child may be at risk: a sealed matter begins, which nobody but its named group can see."""

    case_id: CaseId
    """The learner's case. Nothing on it will tell of the matter."""
    concern: Text
    """What was seen or said, by whom, when."""
    coordinator: Subject
    """Who coordinates it, as their token names them: somebody whom the directory lists in a role that may authorise
    overrides (`child_protection`), or the caller who holds it. The caller is of the group as its recorder."""
    others: Annotated[tuple[Subject, ...], Field(max_length=20)] = ()
    """Who else needs to know."""

    examples = ({
        "case_id": "c0a1e5ce-0000-4000-8000-000000000003",
        "concern": "What Isla said to her teacher after the break.",
        "coordinator": "sinclair",
        "others": ["hay"],
    },)  # fmt: skip


class ChangeGroup(Command):
    """Somebody joins the named group, or leaves it."""

    staff: Subject
    """As their token names them."""
    change: Literal["joins", "leaves"]
    """Whoever joins may read the whole matter; for whoever leaves it no longer exists."""
    coordinator: Subject | None = None
    """Who of the group coordinates the matter from now on, where that changes; a coordinator who leaves names one."""
    reason: Text

    examples = ({
        "staff": "adair",
        "change": "joins",
        "coordinator": "adair",
        "reason": "Isla goes to the academy.",
    },)  # fmt: skip


class OverrideConsent(Command):
    """The caller decides that one request or disclosure of a colleague does not wait for agreement."""

    asked_by: Subject
    """Who will make the request or disclosure; somebody else than the caller (I7)."""
    covers: Covered = "request"
    """One request, or one disclosure, and nothing after it (I8)."""
    ground: Code = "child_protection"
    """One of the grounds that the policy lists."""
    reasons: Text | None = None
    """Why it does not wait; in an emergency they may follow."""
    emergency: bool = False
    """Whether there was no time to write the reasons down."""
    guidance_consulted: Line | None = None
    """Which guidance was looked at."""
    family_told: Literal["yes", "not_yet", "withheld"] = "not_yet"
    """Whether the family was told of it."""

    examples = ({
        "asked_by": "bain",
        "covers": "request",
        "ground": "child_protection",
        "emergency": True,
        "guidance_consulted": "National guidance, part 3",
    },)  # fmt: skip


class RecordOverrideReasons(Command):
    """The reasons of an override that was made in an emergency."""

    reasons: Text
    """Why it could not wait for agreement."""

    examples = ({"reasons": "To ask first would have put Isla at risk."},)  # fmt: skip


class RecordProtectionDecision(Command):
    """What the agencies that protect the child decided, and whom they told themselves."""

    forum: Code
    """Where it was decided, as the policy lists under protection."""
    decision: Text
    """What was decided, and why."""
    decided_by: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    """Which agencies decided."""
    told: Annotated[tuple[ToldByOthers, ...], Field(max_length=20)] = ()
    """Whom of the family they told, and when: no disclosure of the school's."""

    examples = ({
        "forum": "ird",
        "decision": "A joint investigation.",
        "decided_by": ["Social Work", "Police", "Health"],
    },)  # fmt: skip


class ReasonsOnRecord(Refusal):
    slug = "reasons-on-record"
    rule_id = "I7"
    guidance_ref = "R80"
    title = "The reasons of this override are on record, and stand."
    advice = "Record what was decided later as a decision of its own."


def record_protection_concern(matter: Matter, case: Case, command: RecordProtectionConcern, at: Situation) -> Decision:
    """It stands in no view, list, feed or count outside its group (I30)."""
    group = NamedGroup(
        recorder=at.actor.subject,
        coordinator=command.coordinator,
        others=tuple(dict.fromkeys(command.others)),
    )
    return decided(
        known("/case_id", (command.case_id,), (case.id,) if case.people.learner else ()),
        the_coordinator_may_authorise(command.coordinator, at),
        then=ProtectionConcernRecorded(case_id=command.case_id, concern=command.concern, group=group),
        created=matter.id,
    )


def change_group(matter: Matter, _: Case, command: ChangeGroup, at: Situation) -> Decision:
    """Only who may authorise overrides changes the group; one of them stays, and coordinates it."""
    group, staff = matter.protection.group, command.staff
    joins = command.change == "joins"
    takes_over = command.coordinator if command.coordinator != matter.protection.coordinator else None
    if joins == (staff in group) and not (joins and takes_over):
        return decided()
    kind = GroupJoined if joins else GroupLeft
    return decided(
        None if at.policy.may_override(at.roles) else GroupNeedsItsCoordinator(),
        a_new_coordinator_is_of_the_group(group | {staff} if joins else group - {staff}, takes_over, at),
        None if joins else somebody_stays_who_may_authorise(matter, staff, takes_over, at),
        then=kind(staff=staff, reason=command.reason, coordinator=takes_over),
    )


def override_consent(matter: Matter, _: Case, command: OverrideConsent, at: Situation) -> Decision:
    """The receipt's id is the override, which the one request or disclosure then cites (I7, I8)."""
    override_id, covered_ref = at.new_id(), at.new_id()
    waits = command.emergency and command.reasons is None
    is_request = command.covers == "request"
    return decided(
        an_authorised_person_overrides(command.asked_by, at),
        the_ground_is_listed(command.ground, at),
        None if command.reasons or command.emergency else OverrideReasonsMissing(pointer="/reasons"),
        known("/asked_by", (command.asked_by,), matter.protection.group),
        then=ConsentOverridden(
            override_id=override_id,
            request_ref=covered_ref if is_request else None,
            disclosure_ref=None if is_request else covered_ref,
            authoriser=at.actor.subject,
            reasons_due=_reasons_due(command, at) if waits else None,
            **command.said(without={"occurred_at", "covers"}),
        ),
        created=override_id,
    )


def _reasons_due(command: Command, at: Situation) -> datetime:
    return at.instant_of(command) + timedelta(hours=at.policy.protection.reasons_within_hours)


def record_override_reasons(
    matter: Matter, _: Case, override_id: OverrideId, command: RecordOverrideReasons, at: Situation
) -> Decision:
    """Late reasons are recorded too; the matter shows that they were late (I7)."""
    override = matter.protection.overrides.get(override_id)
    if override is None:
        return decided(NotOnThisCase())
    on_record = override.reasons.reasons if override.reasons else override.decided.reasons
    if on_record == command.reasons:
        return decided()
    return decided(
        ReasonsOnRecord() if on_record else None,
        then=OverrideReasonsRecorded(override_ref=override_id, reasons=command.reasons, by=at.actor.subject),
    )


def record_protection_decision(_: Matter, case: Case, command: RecordProtectionDecision, at: Situation) -> Decision:
    """Whom the agencies told themselves is written down, so that it is clear who told whom."""
    decision_id = at.new_id()
    early = any(start_of(one.at, at.policy.tz) > at.now for one in command.told)
    return decided(
        known("/forum", (command.forum,), at.policy.protection.forums),
        known_people("/told", (one.person for one in command.told), case),
        NotYetHappened(pointer="/told") if early else None,
        then=ProtectionDecisionRecorded(decision_id=decision_id, **command.said(without={"occurred_at"})),
        created=decision_id,
    )
