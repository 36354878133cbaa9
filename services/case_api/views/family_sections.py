"""The sections of a family view, each from what one person sees."""

from collections.abc import Iterator

from case_api.domain.facts.meetings import Meeting, MeetingPackIssued
from case_api.domain.facts.requests import Request
from case_api.domain.questions.request_state import Progress, progress_at
from case_api.domain.questions.standing import NEVER, standing
from case_api.domain.words import RequestId, day_of, has_come
from case_api.views import family_lines as lines
from case_api.views.family_lines import label, words
from case_api.views.family_names import known_to_families
from case_api.views.family_parts import (
    AdviceSaid,
    AgreementSaid,
    AttendeeSaid,
    MeetingSaid,
    NeedSaid,
    PlanSaid,
    ReviewSaid,
    Said,
    SentSaid,
    ServiceSaid,
    SupportSaid,
    ToldSaid,
)
from case_api.views.family_seen import Seen
from case_api.views.family_told import sentence, strategy
from case_api.views.stage_view import stage_held


def lead_professional(seen: Seen) -> str | None:
    """Who coordinates where several services work."""
    lead = seen.whole.coordination.lead_professional_on(seen.day)
    if lead is None or lead != seen.truth.coordination.lead_professional_on(seen.day):
        return None
    return known_to_families(seen.authority, lead.staff) if lead.staff else lead.name


def stage(seen: Seen) -> Said:
    """Where the learner stands on the ladder."""
    held = stage_held(seen.outline, seen.at, seen.policy)
    if seen.all_withheld or held != stage_held(seen.truth, seen.at, seen.policy):
        return Said(text=lines.STAGE_UNTOLD)
    if held != stage_held(seen.whole, seen.at, seen.policy):
        return Said(text=lines.STAGE_ALONE, on=held.since)
    stage = seen.policy.stage(held.code)
    named = label(stage.label if stage else {}, seen.language, held.code)
    return Said(text=lines.STAGE.format(label=named), on=held.since)


def supports(seen: Seen) -> Iterator[SupportSaid]:
    """What is given at school, and what was."""
    for measure in seen.outline.supports.by_id.values():
        if (
            measure.started_on <= seen.day
            and measure.ended_on == seen.truth.supports.by_id[measure.measure_id].ended_on
        ):
            over = measure.ended_on is not None and measure.ended_on <= seen.day
            what = strategy(seen, measure.strategy_code) if measure.measure_id in seen.whole.supports.by_id else None
            yield SupportSaid(
                text=_support_line(what, over=over),
                on=measure.started_on,
                what=what,
                until=measure.ended_on if over else None,
            )


def _support_line(what: str | None, *, over: bool) -> str:
    if what is None:
        return lines.SUPPORT_OVER_ALONE if over else lines.SUPPORT_ALONE
    return (lines.SUPPORT_OVER if over else lines.SUPPORT).format(label=what)


def plan(seen: Seen) -> PlanSaid | None:
    """The plan in force."""
    agreed, whole = seen.outline.plans.on(seen.day), seen.whole.plans.on(seen.day)
    if agreed is None or agreed != seen.truth.plans.on(seen.day):
        return None
    needs = whole.needs if whole == agreed else ()
    said = tuple(NeedSaid(what=need.action, hoped_for=need.outcome, by_when=need.by_when) for need in needs)
    return PlanSaid(text=lines.PLAN, on=agreed.agreed_on, needs=said)


def reviews(seen: Seen) -> Iterator[ReviewSaid]:
    """When things were looked at together."""
    whole = {one.review_id for one in seen.whole.reviews.held}
    all_told = len(seen.outline.reviews.held) == len(seen.truth.reviews.held)
    for review in seen.outline.reviews.held:
        if review.held_on <= seen.day:
            shown = review.review_id in whole
            yield ReviewSaid(
                text=lines.REVIEWS[review.decision] if shown else lines.REVIEW_ALONE,
                on=review.held_on,
                next_on=review.next_review_on if shown and all_told else None,
            )


def meetings(seen: Seen) -> Iterator[MeetingSaid]:
    """Meetings to which this person was invited."""
    for meeting in seen.outline.meetings.by_id.values():
        true = seen.truth.meetings.by_id[meeting.called.meeting_id]
        if has_come(meeting.called_at, seen.at, seen.policy.tz) and (meeting.called, meeting.held) == (
            true.called,
            true.held,
        ):
            held = meeting.held if meeting.held and meeting.held.held_on <= seen.day else None
            whole = seen.whole.meetings.by_id.get(meeting.called.meeting_id)
            told = whole.held if whole and held else None
            yield MeetingSaid(
                text=lines.HELD if held else lines.CALLED,
                on=held.held_on if held else None,
                at=meeting.called.at,
                place=meeting.called.place,
                agenda=_agenda(seen, meeting),
                attendees=tuple(_attendees(seen, meeting)),
                decisions=told.decisions if told else (),
            )


def _pack(seen: Seen, meeting: Meeting) -> MeetingPackIssued | None:
    """The latest pack that went to this person, unless a later one is withheld from them (R59, I22)."""
    true = seen.truth.meetings.by_id[meeting.called.meeting_id].packs_of(seen.person)
    theirs = [pack for pack in meeting.packs_of(seen.person) if has_come(pack.sent_at, seen.at, seen.policy.tz)]
    return theirs[-1] if theirs and meeting.packs_of(seen.person) == true else None


def _agenda(seen: Seen, meeting: Meeting) -> tuple[str, ...]:
    pack = _pack(seen, meeting)
    return pack.agenda if pack else ()


def _attendees(seen: Seen, meeting: Meeting) -> Iterator[AttendeeSaid]:
    pack = _pack(seen, meeting)
    for one in pack.attendees if pack else ():
        yield AttendeeSaid(name=one.name, role=words(one.role), organisation=one.organisation)


def services(seen: Seen) -> Iterator[ServiceSaid]:
    """Which services were asked, and how far that has come."""
    for request in seen.outline.requests.by_id.values():
        progress = progress_at(seen.outline, request, seen.at, seen.policy.tz)
        if progress is None:
            continue
        whole = request.asked.request_id in seen.whole.requests.by_id
        told = _is_told(seen, request, progress)
        yield ServiceSaid(
            text=lines.STATES[progress.state] if told else lines.REQUEST_UNTOLD,
            on=day_of(progress.since if told else request.asked_at, seen.policy.tz),
            service=seen.service(request.asked.service) if whole else None,
            state=progress.state if told else None,
            shared=tuple(map(words, request.asked.categories)) if whole else (),
            sent=tuple(_sent(seen, request.asked.request_id)),
        )


def _is_told(seen: Seen, request: Request, progress: Progress) -> bool:
    """Whether how far it has come is for them to know, and what they see of it is how it stands."""
    request_id = request.asked.request_id
    true = progress_at(seen.truth, seen.truth.requests.by_id[request_id], seen.at, seen.policy.tz)
    held = true and (true.state, true.since)
    return request_id not in seen.kept_requests and held == (progress.state, progress.since)


def _sent(seen: Seen, request_id: RequestId) -> Iterator[SentSaid]:
    for one in seen.whole.sharing.shared:
        if one.fact.request_id == request_id and has_come(one.occurred_at, seen.at, seen.policy.tz):
            yield SentSaid(on=day_of(one.occurred_at, seen.policy.tz), kinds=tuple(map(words, one.fact.categories)))


def advice(seen: Seen) -> Iterator[AdviceSaid]:
    """What services suggest for home."""
    for one in seen.whole.recommendations.by_id.values():
        if one.made.for_home and has_come(one.made_at, seen.at, seen.policy.tz):
            made_on = day_of(one.made_at, seen.policy.tz)
            yield AdviceSaid(
                text=lines.ADVICE, on=made_on, service=seen.service(one.made.service), advice=one.made.for_home
            )


def agreements(seen: Seen) -> Iterator[AgreementSaid]:
    """This person's own answers."""
    for _, service, purpose in seen.whole.agreements.entries:
        held = standing(seen.whole.agreements, seen.person, service, purpose, seen.at, seen.policy.tz)
        if held.status != "not_asked":
            yield AgreementSaid(
                text=lines.AGREEMENTS[held.status],
                service=seen.service(service),
                purpose=words(purpose),
                status=held.status,
                shared=tuple(map(words, sorted(held.categories))),
                until=day_of(held.until, seen.policy.tz) if held.granted and held.until != NEVER else None,
            )


def concerns(seen: Seen) -> Iterator[Said]:
    """What this person told the school of."""
    for concern in seen.outline.concerns.by_id.values():
        if has_come(concern.occurred_at, seen.at, seen.policy.tz):
            closed = concern.closed_at is not None and has_come(concern.closed_at, seen.at, seen.policy.tz)
            heard = concern.acknowledged_at is not None and has_come(concern.acknowledged_at, seen.at, seen.policy.tz)
            text = lines.CONCERN_CLOSED if closed else lines.CONCERN[heard]
            yield Said(text=text, on=day_of(concern.occurred_at, seen.policy.tz))


def told(seen: Seen) -> Iterator[ToldSaid]:
    """What this person received, and what services were told of what they see whole; nothing of what others were told.

    A message that reached them stays, without detail where that is withheld since.
    """
    for one in seen.told.by_message.values():
        event, kind = seen.about.get(one.made.about), one.made.to.partition(":")
        theirs = kind[0] == str(seen.person) or (kind[0] == "service" and one.made.about in seen.clear)
        if event is None or one.made.delivery != "sent" or not theirs:
            continue
        yield ToldSaid(
            text=sentence(seen, event),
            on=day_of(one.at, seen.policy.tz),
            to=seen.service(kind[2]) if kind[0] == "service" else "you",
            channel=words(one.made.channel),
        )
