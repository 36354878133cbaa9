"""When an override may be made, and what it covers (R80; I7, I8)."""

from case_api.domain.command import Command, Situation
from case_api.domain.facts.protection import Covered, Override
from case_api.domain.matter import Matter
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import LawfulBasis, OverrideId, Subject, start_of


class OverrideNotAuthorised(Refusal):
    slug = "override-not-authorised"
    rule_id = "I7"
    guidance_ref = "R80"
    title = "Consent is overridden by an authorised person, who is not the one that asks."
    advice = "Ask the child-protection coordinator to decide on the override; /v1/policy names who may."


class OverrideGroundNotListed(Refusal):
    slug = "override-ground-not-listed"
    rule_id = "I7"
    guidance_ref = "R80"
    title = "Consent is overridden on a listed ground only."
    advice = "Use a ground that the policy lists under protection; without one, ask the family."


class OverrideReasonsMissing(Refusal):
    slug = "override-reasons-missing"
    rule_id = "I7"
    guidance_ref = "R80"
    title = "An override states its reasons; only in an emergency may they follow."
    advice = "Give reasons, or set emergency to true and record the reasons in time."


class OverrideCoversOnlyItsOwn(Refusal):
    slug = "override-covers-only-its-own"
    rule_id = "I8"
    guidance_ref = "R80"
    title = "An override covers the one request or disclosure for which it was made, and nothing else."
    advice = "Ask for the family's agreement, or have an authorised person decide anew on this one."


class OverrideIsNotConsent(Refusal):
    slug = "override-is-not-consent"
    rule_id = "I8"
    guidance_ref = "R80"
    title = "What is done under an override does not stand on consent."
    advice = "Name the basis in law on which it stands, such as public_task."


class NotTheirsToPassOn(Refusal):
    slug = "not-theirs-to-pass-on"
    rule_id = "I30"
    guidance_ref = "R80"
    title = "A matter is passed on by somebody who may authorise overrides."
    advice = "Ask the child-protection coordinator."


def consent_is_not_the_basis(basis: LawfulBasis) -> Refusal | None:
    """I8: an override never becomes consent."""
    return OverrideIsNotConsent(pointer="/lawful_basis") if basis.art6 == "consent" else None


def only_an_authoriser_passes_it_on(at: Situation) -> Refusal | None:
    """I30: whom a matter is passed on to can read all of it."""
    return None if at.policy.may_override(at.roles) else NotTheirsToPassOn()


def an_authorised_person_overrides(asked_by: Subject, at: Situation) -> Refusal | None:
    """I7: a role that the policy names, and never the requester alone."""
    lacks = {
        "not_an_authoriser": not at.policy.may_override(at.roles),
        "requester_alone": at.actor.subject == asked_by,
    }
    missing = tuple(Missing(rule_id="I7", what=what) for what, lacking in lacks.items() if lacking)
    return OverrideNotAuthorised(missing=missing) if missing else None


def the_ground_is_listed(ground: str, at: Situation) -> Refusal | None:
    """I7: the grounds stand in the policy; child protection alone unless it says more."""
    return None if ground in at.policy.protection.grounds else OverrideGroundNotListed(pointer="/ground")


def an_override_serves_no_ordinary_request(ref: OverrideId | None) -> Refusal | None:
    """I8: whether there is such an override is not looked at, so the answer tells nobody of one."""
    return OverrideCoversOnlyItsOwn(pointer="/override_ref") if ref else None


def the_override_covers_it(
    matter: Matter, ref: OverrideId | None, covered: Covered, command: Command, at: Situation
) -> Refusal | None:
    """I8: it is there, for one of this kind, asked for by the one who acts, before the act, and not used yet."""
    override = matter.protection.overrides.get(ref) if ref else None
    what = _in_the_way(matter, override, covered, command, at)
    if what is None:
        return None
    return OverrideCoversOnlyItsOwn(missing=(Missing(rule_id="I8", what=what, ref=ref),), pointer="/override_ref")


def _in_the_way(
    matter: Matter, override: Override | None, covered: Covered, command: Command, at: Situation
) -> str | None:
    if override is None:
        return "no_override"
    if override.covers != covered:
        return f"covers_a_{override.covers}"
    if override.decided.asked_by != at.actor.subject:
        return "asked_for_by_another"
    if is_used(matter, override):
        return "used"
    return "decided_afterwards" if at.instant_of(command) < start_of(override.at, at.policy.tz) else None


def is_used(matter: Matter, override: Override) -> bool:
    """Whether what the override covers was done."""
    decided = override.decided
    return decided.request_ref in matter.requests.by_id or decided.disclosure_ref in matter.told.by_message
