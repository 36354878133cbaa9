"""Who hears of a meeting or a plan: those whom the pack went to, the family, and the staff who took something on."""

from datetime import date

from case_api.domain.event import Event
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.domain.facts.meetings import ActionAgreed, Attendee
from case_api.domain.facts.people import ContactPreferenceSet, RankedChannel
from case_api.domain.questions.recipients import recipients
from tests.domain.running import POLICY, Running, authority_after
from tests.domain.situations import ANNA, FAMILY, MAJA, TOM, carer
from tests.domain.test_meetings import CALLED, HELD, SENT, WHO
from tests.domain.test_plans import AGREED

BURNSIDE = authority_after([
    StaffAssigned(staff="hay", setting="burnside-primary", role="pupil_support", from_day=date(2025, 8, 18),
                  email="hay@burnside-primary.example"),
])  # fmt: skip
NAMED = StaffAssigned(
    staff="hay", name="Mr Hay", setting="burnside-primary", role="pupil_support", from_day=date(2025, 8, 18),
    email="hay@burnside-primary.example",
)  # fmt: skip
DAR = Attendee(name="Mr Dar", role="support_assistant", organisation="Burnside Primary")
MS_RAO = Attendee(name="Ms Rao", role="therapist", organisation="NHS Strathlorne")
BY_MAIL = ContactPreferenceSet(
    person_id=MAJA, channels=(RankedChannel(channel="email", address="maja@home.example"),), set_by="themselves"
)
TOM_BARRED = carer(TOM, "Tom Reid", may_contact=False, restriction_reason="court order")


def hear_of(
    fact: Event, *before: Event, after: tuple[Event, ...] = (), directory: Authority = BURNSIDE
) -> dict[str, tuple[str, str]]:
    """By recipient the role and the footing."""
    running = Running(directory)
    running.record((*FAMILY, *before, fact), running.now)
    event = running.history[-1]
    running.record(after, running.now)
    found = recipients(running.case, event, POLICY, directory, running.now.date())
    return {one.recipient: (one.role, one.duty) for one in found}


def test_a_pack_reaches_those_it_was_sent_to():
    assert hear_of(SENT, BY_MAIL, CALLED) == {
        str(MAJA): ("learner", "F"),
        str(ANNA): ("carer", "F"),
        str(TOM): ("carer", "F"),
    }
    to_anna = SENT.model_copy(update={"to": SENT.to[1:2]})
    assert hear_of(to_anna, BY_MAIL, CALLED) == {str(ANNA): ("carer", "F")}


def test_whoever_may_not_be_contacted_by_then_hears_nothing():
    assert hear_of(SENT, CALLED, after=(TOM_BARRED,)) == {str(MAJA): ("learner", "F"), str(ANNA): ("carer", "F")}


def test_whom_no_channel_reaches_is_told_of_a_meeting_by_hand():
    running = Running(BURNSIDE)
    running.record((*FAMILY, CALLED, SENT), running.now)
    found = recipients(running.case, running.history[-1], POLICY, BURNSIDE, running.now.date())
    assert {one.recipient: one.channels for one in found} == {str(one): () for one in (MAJA, ANNA, TOM)}


def test_services_and_staff_who_come_to_a_meeting_hear_of_it():
    to_more = SENT.model_copy(update={"services": ("slt", "slt"), "attendees": (*WHO, DAR, MS_RAO)})
    named = (NAMED, NAMED.model_copy(update={"staff": "dar", "name": "Mr Dar", "email": None}))
    heard = hear_of(to_more, CALLED, directory=authority_after(named))
    family = {str(one) for one in (MAJA, ANNA, TOM)}
    assert {one: how for one, how in heard.items() if one not in family} == {
        "staff:hay": ("attendee", "F"),
        "service:slt": ("service", "B"),
    }


def test_where_two_bear_the_name_of_an_attendee_neither_is_written_to():
    namesake = NAMED.model_copy(update={"staff": "hay2"})
    assert "staff:hay" not in hear_of(SENT, CALLED, directory=authority_after([NAMED, namesake]))


def test_the_family_and_whoever_took_something_on_hear_of_a_meeting():
    actions = (
        ActionAgreed(who="hay", what="Sends the plan", by_when=date(2025, 11, 28)),
        ActionAgreed(who="Anna Nowak", what="Tries it at home", by_when=date(2025, 11, 28)),
    )
    held = HELD.model_copy(update={"actions": actions})
    assert hear_of(held, CALLED) == {str(ANNA): ("carer", "F"), str(TOM): ("carer", "F"), "staff:hay": ("doer", "F")}


def test_the_family_and_whoever_is_responsible_hear_of_a_plan():
    assert hear_of(AGREED) == {str(ANNA): ("carer", "B"), str(TOM): ("carer", "B"), "staff:hay": ("doer", "B")}
