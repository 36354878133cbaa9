"""What an education authority publishes: its policy, its directory of services, its staff."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from case_api.domain.command import Command, Situation
from case_api.domain.facts.authority import (
    Authority,
    PolicyPublished,
    Purpose,
    ServiceListed,
    SettingListed,
    StaffAssigned,
)
from case_api.domain.policy import Policy
from case_api.domain.policy_faults import faults_in
from case_api.domain.questions.addresses import an_address_can_be_written_to
from case_api.domain.questions.endpoints import a_webhook_goes_to_the_open_internet
from case_api.domain.questions.offices import roles_at_work
from case_api.domain.questions.references import known
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Day, Label, Line, ServiceCode, Subject


class PublishPolicy(Command):
    """A version of a policy pack is published; without content, one that ships with the service is meant."""

    name: Code
    """The pack, such as `scotland-generic`."""
    version: Label
    in_force_from: Day
    """The first day on which it governs decisions."""
    content: dict[str, Any] | None = None
    """The whole pack; absent for one that ships with the service."""

    examples = ({"name": "scotland-generic", "version": "1", "in_force_from": "2026-01-05"},)  # fmt: skip


class ListService(Command):
    """A partner service enters the directory, or its entry changes."""

    service: ServiceCode
    """The code by which requests and tokens name the service."""
    title: Label
    agency: Label
    """Who runs it."""
    sector: Literal["education", "health", "social_work", "third_sector", "police", "voluntary"]
    role: Label
    """What its practitioners are called."""
    school_requests: bool = True
    """Whether schools may ask it."""
    direct_requests: bool = False
    """Whether families may ask it themselves."""
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=20)]
    """What it can be asked for; each with the categories of information it needs: of each inner list, one."""
    webhook_url: Annotated[str, Field(pattern="^https?://", max_length=500)] | None = None
    """Where events of its own requests are posted: `https`, port 443, a name on the open internet in its ASCII form."""

    examples = ({
        "service": "slt",
        "title": "Speech and language therapy",
        "agency": "Strathlorne health board",
        "sector": "health",
        "role": "therapist",
        "purposes": [{"code": "speech", "needs": [["learning_profile"]]}],
        "webhook_url": "https://slt.example/stagepost",
    },)  # fmt: skip


class ListSetting(Command):
    """A school or nursery enters the directory, by the name that families know."""

    setting: Code
    """The code by which cases and staff name the setting."""
    title: Label

    examples = ({"setting": "burnside-primary", "title": "Burnside Primary School"},)  # fmt: skip


class AssignStaff(Command):
    """A member of staff works in a setting, in a role."""

    staff: Subject
    """As access tokens name them (`sub`)."""
    name: Line | None = None
    setting: Code
    """The school or nursery."""
    setting_class: Code | None = None
    """The class within the setting."""
    role: Code
    """Their role there: one of the roles of access tokens, or one that the policy names; any other is refused.

    Who coordinates child protection is listed as `child_protection`, as in their token; `child_protection_coordinator`
    counts the same.
    """
    from_day: Day
    """The first day."""
    until: Day | None = None
    """The last day; open if absent."""
    email: Line | None = None
    """Their address at work, where the notifier may write to them."""

    examples = ({
        "staff": "okafor",
        "setting": "burnside-primary",
        "setting_class": "p5",
        "role": "teacher",
        "from_day": "2025-08-18",
        "email": "okafor@burnside.example",
    },)  # fmt: skip


class PolicyBroken(Refusal):
    slug = "policy-broken"
    rule_id = "D17"
    guidance_ref = "R54"
    title = "The policy pack does not pass its checks."
    advice = "Mend each place named under 'missing' and publish again."


class PolicyAlreadyPublished(Refusal):
    slug = "policy-already-published"
    rule_id = "I32"
    guidance_ref = "R54"
    title = "This version is published with other content; a published version never changes."
    advice = "Publish the change under a new version."


class StageWithoutPlace(Refusal):
    slug = "stage-without-place"
    rule_id = "D17"
    guidance_ref = "R17"
    title = "A stage of the ladder in force has no place on the new one, and learners may stand there."
    advice = "Keep the stages named under 'missing', or name them in 'replaces' of the stages that take their place."


class InForceTooEarly(Refusal):
    slug = "in-force-too-early"
    rule_id = "I32"
    guidance_ref = "R54"
    title = "A policy comes into force on a later day, so that no decision changes its ground."
    advice = "Give a day after today; only the first policy of an authority may be in force from today."


def a_published_version_never_changes(known: PolicyPublished | None, digest: str) -> Refusal | None:
    return PolicyAlreadyPublished(pointer="/version") if known and known.sha256 != digest else None


def it_comes_into_force_later(authority: Authority, command: PublishPolicy, at: Situation) -> Refusal | None:
    later = command.in_force_from > at.today or not authority.policies
    return None if later else InForceTooEarly(pointer="/in_force_from")


def every_stage_has_its_place(content: Mapping[str, Any], at: Situation) -> Refusal | None:
    """R17: whoever stands on a stage of the ladder in force has a place on the new one."""
    policy = Policy.model_validate(content)
    lost = [stage.code for stage in at.policy.ladder if policy.stage(stage.code) is None]
    missing = tuple(Missing(rule_id="D17", what="stage_without_place", ref=code) for code in lost)
    return StageWithoutPlace(missing=missing, pointer="/content/ladder") if missing else None


def _faults(content: dict[str, Any]) -> tuple[Missing, ...]:
    try:
        Policy.model_validate(content)
    except ValidationError as error:
        return tuple(
            Missing(rule_id="D17", what=fault.kind, ref="/".join(map(str, fault.place)) or "pack", detail=fault.words)
            for fault in faults_in(error)
        )
    return ()


def publish_policy(authority: Authority, command: PublishPolicy, at: Situation) -> Decision:
    """It governs from its day on; an earlier version may come into force again.

    For the same day the later publication counts: one that is still to come into force is put off by publishing for
    its day what is to hold instead.
    """
    content = command.content
    if content is None:
        return decided(known("/version", (f"{command.name}@{command.version}",), ()))
    plain = json.dumps(content, sort_keys=True, default=str)
    digest = sha256(plain.encode()).hexdigest()
    same = [one for one in authority.policies if (one.name_of_pack, one.version) == (command.name, command.version)]
    published = same[0] if same else None
    in_force = authority.policy_on(command.in_force_from)
    if in_force in same and in_force.in_force_from == command.in_force_from and in_force.sha256 == digest:
        return decided()
    named = {**content, "name": command.name, "version": command.version}
    faults = _faults(named)
    return decided(
        PolicyBroken(missing=faults, pointer="/content") if faults else None,
        a_published_version_never_changes(published, digest),
        every_stage_has_its_place(named, at) if authority.policies and not faults else None,
        it_comes_into_force_later(authority, command, at),
        then=PolicyPublished(
            name_of_pack=command.name,
            version=command.version,
            in_force_from=command.in_force_from,
            sha256=digest,
            content=json.loads(plain),
        ),
    )


def list_service(authority: Authority, command: ListService, at: Situation) -> Decision:
    listed = ServiceListed(**command.said(without={"occurred_at"}))
    wanted = [category for purpose in command.purposes for group in purpose.needs for category in group]
    return decided(
        known("/purposes", wanted, at.policy.agreements.categories),
        a_webhook_goes_to_the_open_internet("/webhook_url", command.webhook_url, at.endpoints_allowed),
        then=() if authority.services.get(command.service) == listed else listed,
    )


def list_setting(authority: Authority, command: ListSetting, _: Situation) -> Decision:
    listed = SettingListed(setting=command.setting, title=command.title)
    return decided(then=() if authority.settings.get(command.setting) == listed else listed)


def assign_staff(authority: Authority, command: AssignStaff, at: Situation) -> Decision:
    """D24: a role that nobody knows would open the whole setting; one that is on record already can be ended."""
    assigned = StaffAssigned(**command.said(without={"occurred_at"}))
    theirs = authority.assigned.get(command.staff, ()) if command.until else ()
    ended = {one.role for one in theirs if one.setting == command.setting}
    return decided(
        known("/role", (command.role,), roles_at_work(at.policy) | ended),
        known("/setting", (command.setting,), authority.settings or (command.setting,)),
        an_address_can_be_written_to("/email", command.email),
        then=() if assigned in authority.staff else assigned,
    )
