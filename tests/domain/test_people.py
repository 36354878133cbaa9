"""Who is around the learner, and how each wants to be reached."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from case_api.domain.decisions.people import (
    AssessCapacity,
    BornLater,
    ChannelWithoutAddress,
    LinkCarer,
    RegisterLearner,
    RestrictionUnexplained,
    SetContactPreference,
)
from case_api.domain.facts.involvement import InvolvementPaused
from case_api.domain.facts.people import (
    CapacityAssessed,
    CarerLinked,
    ContactPreferenceSet,
    LearnerRegistered,
    RankedChannel,
    Rights,
)
from case_api.domain.questions.addresses import AddressUnusable
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import NOON, Running, new
from tests.domain.situations import (
    ACCEPTED,
    ANNA,
    DIRECTORY,
    EVERYBODY_ASKED,
    FAMILY,
    MAJA,
    REGISTERED,
    REQUESTED,
    TOM,
    TRIED_AND_OBSERVED,
    agreed,
    the,
    views_of,
)

MAJAS_REGISTRATION = RegisterLearner(
    name="Maja Nowak-Reid", date_of_birth=date(2016, 5, 11), setting="burnside-primary"
)
SMS = RankedChannel(channel="sms", address="+447700900123")
CAPACITY = AssessCapacity(
    matter="requests", outcome="lacks", assessor="Dr Gow", basis="Seen twice", valid_until=date(2030, 1, 1)
)


def test_a_learner_comes_onto_the_record():
    given().when(MAJAS_REGISTRATION).then(a(LearnerRegistered, person_id=new(1), name="Maja Nowak-Reid"))


def test_nobody_is_registered_before_they_are_born():
    born_tomorrow = MAJAS_REGISTRATION.model_copy(update={"date_of_birth": date(2025, 11, 15)})
    given().when(born_tomorrow).then_refused(BornLater, pointer="/date_of_birth")


def test_a_carer_is_linked_with_the_rights_they_hold():
    command = LinkCarer(name="Tom Reid", relationship="father", parental_responsibilities_and_rights=Rights(held=True))
    given(REGISTERED).when(command).then(a(CarerLinked, person_id=new(1), may_contact=True))


def test_a_bar_on_contact_needs_its_reason():
    barred = LinkCarer(
        name="Dean Boyd",
        relationship="father",
        parental_responsibilities_and_rights=Rights(held=True),
        may_contact=False,
    )
    given(REGISTERED).when(barred).then_refused(RestrictionUnexplained)
    explained = barred.model_copy(update={"restriction_reason": "court order"})
    given(REGISTERED).when(explained).then(a(CarerLinked, may_contact=False))


def test_a_person_says_how_they_want_to_be_reached():
    command = SetContactPreference(person_id=ANNA, channels=(SMS,), language="pl", interpreter=True)
    given(FAMILY).when(command).then(a(ContactPreferenceSet, person_id=ANNA, channels=(SMS,), interpreter=True))


def test_the_same_preference_again_is_nothing_new():
    said = ContactPreferenceSet(person_id=ANNA, channels=(SMS,), language="pl", set_by="themselves")
    given(FAMILY, said).when(SetContactPreference(person_id=ANNA, channels=(SMS,), language="pl")).then_nothing()


def test_a_text_message_needs_a_number():
    command = SetContactPreference(person_id=ANNA, channels=(SMS, RankedChannel(channel="email")))
    given(FAMILY).when(command).then_refused(ChannelWithoutAddress, pointer="/channels/1/address")


def test_a_letter_needs_no_address():
    command = SetContactPreference(person_id=ANNA, channels=(RankedChannel(channel="letter"),))
    given(FAMILY).when(command).then(ContactPreferenceSet)


def test_only_people_of_the_case_have_preferences():
    command = SetContactPreference(person_id=the("stranger"), channels=(SMS,))
    given(FAMILY).when(command).then_refused(ReferenceUnknown, missing=[("unknown", the("stranger"))])


def test_capacity_is_assessed_for_a_time():
    given(FAMILY).when(CAPACITY).then(a(CapacityAssessed, outcome="lacks"))
    running = Running(DIRECTORY)
    running.record((*FAMILY, CapacityAssessed(**CAPACITY.model_dump(exclude={"occurred_at"}))), NOON)
    assert running.case.people.lacks_capacity_at(NOON, ZoneInfo("Europe/London"))
    assert not running.case.people.lacks_capacity_at(datetime(2030, 1, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London"))
    assert not running.case.people.lacks_capacity_at(datetime(2025, 1, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London"))


def test_work_that_stood_on_a_learner_not_deciding_pauses_once_they_are_found_able():
    lacks = CapacityAssessed(**CAPACITY.model_dump(exclude={"occurred_at"}))
    carried = (
        *FAMILY,
        *TRIED_AND_OBSERVED,
        *EVERYBODY_ASKED,
        agreed(ANNA),
        agreed(TOM),
        lacks,
        views_of(MAJA),
        REQUESTED,
        ACCEPTED,
    )
    given(carried).when(CAPACITY).then(CapacityAssessed)
    given(carried).when(CAPACITY.model_copy(update={"outcome": "has"})).then(CapacityAssessed, InvolvementPaused)


def test_nothing_is_recorded_before_it_happened():
    tomorrow = CAPACITY.model_copy(update={"occurred_at": date(2025, 11, 15)})
    given(FAMILY).when(tomorrow).then_refused(NotYetHappened, pointer="/occurred_at")
    in_an_hour = CAPACITY.model_copy(update={"occurred_at": datetime(2025, 11, 14, 13, tzinfo=UTC)})
    given(FAMILY).when(in_an_hour).then_refused(NotYetHappened)


def test_the_whole_of_today_has_begun():
    given(FAMILY).when(CAPACITY.model_copy(update={"occurred_at": date(2025, 11, 14)})).then(CapacityAssessed)


def test_a_day_is_the_local_day():
    """Half past eleven at night by Greenwich is tomorrow in a British summer."""
    late = given(FAMILY).at("2026-06-01T23:30:00+00:00")
    late.when(CAPACITY.model_copy(update={"occurred_at": date(2026, 6, 2)})).then(CapacityAssessed)


def test_a_birthday_is_the_day_of_a_new_age():
    running = Running(DIRECTORY)
    running.record(FAMILY, NOON)
    assert [running.case.people.age_on(date(2028, 5, day)) for day in (10, 11)] == [11, 12]


def test_an_email_channel_can_be_written_to():
    wrong = RankedChannel(channel="email", address="not an address")
    command = SetContactPreference(person_id=ANNA, channels=(SMS, wrong))
    given(FAMILY).when(command).then_refused(AddressUnusable, pointer="/channels/1/address")
    right = wrong.model_copy(update={"address": "anna@home.example"})
    given(FAMILY).when(command.model_copy(update={"channels": (SMS, right)})).then(ContactPreferenceSet)
