"""Who holds the other end of a postcard: the carer at home, or at school the staff it is meant for (R63)."""

from collections.abc import Iterator
from datetime import date

from case_api.domain.case import Case
from case_api.domain.event import Event
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.postcards import PostcardReplied, PostcardSent, Thread
from case_api.domain.questions.teaching import assigned_on, class_on
from case_api.domain.words import staff_recipient


def other_side(case: Case, fact: Event, authority: Authority, today: date) -> Iterator[tuple[str, str]]:
    """Recipient and role of whoever is to read a postcard or an answer; nobody for any other fact."""
    if not isinstance(fact, PostcardSent | PostcardReplied):
        return
    thread = case.postcards.threads.get(fact.thread)
    if thread is None:
        return
    if _comes_from_home(fact):
        answered = thread.staff if isinstance(fact, PostcardReplied) else None
        yield from ((staff_recipient(staff), "teacher") for staff in _at_school(case, answered, authority, today))
    else:
        yield from _at_home(case, thread)


def _comes_from_home(fact: PostcardSent | PostcardReplied) -> bool:
    return fact.direction == "tried_at_home" if isinstance(fact, PostcardSent) else fact.carer is not None


def _at_home(case: Case, thread: Thread) -> Iterator[tuple[str, str]]:
    carer = case.people.carers.get(thread.sent.carer)
    if carer is not None and carer.may_contact:
        yield str(carer.person_id), "carer"


def _at_school(case: Case, answered: str | None, authority: Authority, today: date) -> tuple[str, ...]:
    """Whoever of the staff is answered; else the class teachers, else the named person."""
    if answered is not None:
        return (answered,)
    named = case.coordination.named_person_on(today)
    return tuple(_class_teachers(case, authority, today)) or ((named,) if named else ())


def _class_teachers(case: Case, authority: Authority, today: date) -> dict[str, None]:
    """Who teaches the learner's class; before any placement the class whose code is the learner's year."""
    setting, setting_class, learner = case.setting_on(today), class_on(case, today), case.people.learner
    if setting_class is None and learner and case.placements.on(today) is None:
        setting_class = learner.year_stage
    teaching = (one for one in assigned_on(authority, today) if one.role == "teacher")
    here = (one for one in teaching if (one.setting, one.setting_class) == (setting, setting_class))
    return dict.fromkeys(one.staff for one in here if one.setting_class)
