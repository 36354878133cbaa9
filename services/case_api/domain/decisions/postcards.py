"""Sending a postcard, and answering one."""

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.postcards import Direction, PostcardReplied, PostcardSent, Rating, Thread
from case_api.domain.questions.references import NotOnThisCase, known
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Language, Line, PersonId, Text, ThreadId, day_of


class SendPostcard(Command):
    """School gives a carer something to try at home, or a carer tells of something tried there."""

    about: Code = "strategy"
    """A postcard is about a strategy; anything else is refused."""
    direction: Direction
    """`try_at_home` comes from school, `tried_at_home` from the carer."""
    carer: PersonId
    """The carer to whom it goes, or from whom it comes."""
    staff: Line | None = None
    """Who of the staff sends it; the caller if absent."""
    strategy_code: Code | None = None
    """One of the strategies of the policy."""
    text: Text
    language: Language

    examples = ({
        "direction": "try_at_home",
        "carer": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "strategy_code": "visual_timetable",
        "text": "Four pictures before bed: bath, pyjamas, teeth, book.",
        "language": "en",
    },)  # fmt: skip


class ReplyPostcard(Command):
    """The side that did not write last answers."""

    carer: PersonId | None = None
    """The carer who answers; absent where the school does."""
    staff: Line | None = None
    """Who of the staff answers; the caller if absent."""
    rating: Rating | None = None
    """How well it worked, from 1 (not at all) to 5 (very well)."""
    text: Text
    language: Language

    examples = ({
        "carer": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "rating": 4,
        "text": "Four evenings of five.",
        "language": "en",
    },)  # fmt: skip


class PostcardAboutSomethingElse(Refusal):
    slug = "postcard-about-something-else"
    rule_id = "I27"
    guidance_ref = "R64"
    title = "A postcard is about a strategy and nothing else."
    advice = "Use the usual way for agreement, stage decisions, meetings and protection; a postcard adds to it."


class CarerNotToBeContacted(Refusal):
    slug = "carer-not-to-be-contacted"
    rule_id = "R63"
    guidance_ref = "R63"
    title = "The school may not contact this carer."
    advice = "Send the postcard to a carer whom the school may contact; the case lists them."


class WordsOfTheOtherSide(Refusal):
    slug = "words-of-the-other-side"
    rule_id = "R63"
    guidance_ref = "R63"
    title = "Nobody writes a postcard in the name of the other side."
    advice = (
        "A carer tells of what was tried at home, and answers as themselves; staff is named where the school writes."
    )


class NotTheirTurn(Refusal):
    slug = "not-their-turn"
    rule_id = "R63"
    guidance_ref = "R63"
    title = "A postcard is answered by the side that did not write last."
    advice = "Name in 'carer' the carer with whom it was exchanged if home answers; leave it out if the school does."


class AnsweredBeforeSent(Refusal):
    slug = "answered-before-sent"
    rule_id = "R63"
    guidance_ref = "R63"
    title = "The answer lies before the day on which the postcard was sent."
    advice = "Check the dates: a postcard is sent first and answered then."


def it_is_about_a_strategy(command: SendPostcard) -> Refusal | None:
    """R64, I27: agreement, stage decisions, meeting notices and protection go the usual way."""
    return None if command.about == "strategy" else PostcardAboutSomethingElse(pointer="/about")


def the_school_may_write_to_them(case: Case, carer: PersonId) -> Refusal | None:
    """R63: what goes home goes to a carer who may be contacted."""
    linked = case.people.carers.get(carer)
    if linked is None or linked.may_contact:
        return None
    return CarerNotToBeContacted(missing=(Missing(rule_id="R63", what="may_not_be_contacted", person=carer),))


def each_side_speaks_for_itself(from_school: bool, staff: str | None, at: Situation) -> Refusal | None:
    """R63: what home says is nobody of the staff's, and a carer says nothing in the school's name."""
    if from_school:
        return WordsOfTheOtherSide() if at.person else None
    return WordsOfTheOtherSide(pointer="/staff") if staff else None


def it_is_their_turn(thread: Thread, carer: PersonId | None) -> Refusal | None:
    """R63: home and school take turns; for home, the carer to whom or from whom the postcard went."""
    theirs = thread.sent.carer if thread.turn == "home" else None
    return None if carer == theirs else NotTheirTurn(pointer="/carer")


def it_was_sent_before(thread: Thread, command: ReplyPostcard, at: Situation) -> Refusal | None:
    """R63: the postcard precedes its answer; of one day they may be told in any order."""
    early = at.day_of(command) < day_of(thread.at, at.policy.tz)
    return AnsweredBeforeSent(pointer="/occurred_at") if early else None


def send_postcard(case: Case, command: SendPostcard, at: Situation) -> Decision:
    """From school only to a carer who may be contacted; from home as the carer's own words."""
    from_school, thread = command.direction == "try_at_home", at.new_id()
    sent = PostcardSent(
        thread=thread,
        direction=command.direction,
        carer=command.carer,
        staff=(command.staff or at.actor.subject) if from_school else None,
        strategy_code=command.strategy_code,
        text=command.text,
        language=command.language,
    )
    codes = (command.strategy_code,) if command.strategy_code else ()
    return decided(
        it_is_about_a_strategy(command),
        known("/carer", (command.carer,), case.people.carers),
        known("/strategy_code", codes, {one.code for one in at.policy.strategies}),
        the_school_may_write_to_them(case, command.carer) if from_school else None,
        each_side_speaks_for_itself(from_school, command.staff, at),
        then=sent,
        created=thread,
    )


def reply_postcard(case: Case, thread_id: ThreadId, command: ReplyPostcard, at: Situation) -> Decision:
    """Home and school take turns. A carer sees and answers only what was exchanged with them."""
    thread = case.postcards.threads.get(thread_id)
    if thread is None or at.person not in (None, thread.sent.carer):
        return decided(NotOnThisCase())
    from_school = command.carer is None
    return decided(
        it_is_their_turn(thread, command.carer),
        it_was_sent_before(thread, command, at),
        the_school_may_write_to_them(case, thread.sent.carer) if from_school else None,
        each_side_speaks_for_itself(from_school, command.staff, at),
        then=PostcardReplied(
            thread=thread_id,
            carer=command.carer,
            staff=(command.staff or at.actor.subject) if from_school else None,
            rating=command.rating,
            text=command.text,
            language=command.language,
        ),
    )
