"""Whom the directory does not know, where it knows the staff of a learner's setting (R39, R77, R95, D24)."""

from collections.abc import Iterable
from datetime import date

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.facts.authority import Authority
from case_api.domain.questions.teaching import assigned_on
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import Subject


class StaffNotListed(Refusal):
    slug = "staff-not-listed"
    rule_id = "D24"
    guidance_ref = "R85"
    title = "The directory does not list a member of staff who is named, though it lists the staff of this setting."
    advice = "Use the subject under which the directory lists those named under 'missing', or have them listed."


def unlisted(staff: Iterable[Subject], case: Case, authority: Authority, day: date) -> tuple[Subject, ...]:
    """Those whom the directory lists nowhere on *day*; none where it lists nobody for the learner's setting.

    An authority that keeps no directory is taken at its word.
    """
    assigned = list(assigned_on(authority, day))
    setting = case.setting_on(day)
    if not any(one.setting == setting for one in assigned):
        return ()
    listed = {one.staff for one in assigned}
    return tuple(dict.fromkeys(one for one in staff if one not in listed))


def the_directory_knows_them(
    pointer: str, staff: Iterable[Subject], case: Case, day: date, at: Situation
) -> Refusal | None:
    """Somebody who is to hear, coordinate or acknowledge can be reached under the name that is given."""
    lost = unlisted(staff, case, at.authority, day)
    missing = tuple(Missing(rule_id="D24", what="not_listed", ref=one) for one in lost)
    return StaffNotListed(missing=missing, pointer=pointer) if missing else None
