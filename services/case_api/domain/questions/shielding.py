"""Who of the family may be told of what stands in a matter (R92; I2, I25)."""

from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.matter import Matter
from case_api.domain.questions.inviting import they_may_be_contacted
from case_api.domain.questions.references import ReferenceUnknown, known_people
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import PersonId


class StillWithheld(Refusal):
    slug = "still-withheld"
    rule_id = "I25"
    guidance_ref = "R92"
    title = "This is withheld from the person, and the withholding stands."
    advice = "Lift the withholding first, with the reason why it is over."


def they_may_be_told(matter: Matter, case: Case, to: str) -> tuple[Refusal | None, ...]:
    """Somebody of the case whom the school may contact, and from whom nothing is withheld now."""
    person = _person(to)
    if person is None:
        return (ReferenceUnknown(missing=(Missing(rule_id="reference", what="unknown"),), pointer="/to"),)
    return (
        known_people("/to", (person,), case),
        they_may_be_contacted(case, "/to", (person,)),
        nothing_is_withheld_from(matter, person),
    )


def nothing_is_withheld_from(matter: Matter, person: PersonId) -> Refusal | None:
    """I25: who withholds from somebody does not tell them the same day; it is lifted first, and stands so on record."""
    held = (one.decided for one in matter.told.in_force())
    refs = [one.withholding_id for one in held if one.person_id == person and one.extent == "everything"]
    missing = tuple(Missing(rule_id="I25", what="withheld", person=person, ref=ref) for ref in refs)
    return StillWithheld(missing=missing, pointer="/to") if missing else None


def _person(to: str) -> PersonId | None:
    try:
        return UUID(to)
    except ValueError:
        return None
