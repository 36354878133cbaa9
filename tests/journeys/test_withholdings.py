"""What is kept from a carer: who decides it, what they still hear, and what the ledger says of it (R92, I25)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.family import CONCERN, REQUEST, Family, agreed, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio


def days_ahead(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


async def withhold(town: Town, family: Family, **more: Any) -> str:
    """Something is kept from the father; the id of the withholding."""
    said = {"person_id": family.piotr, "extent": "everything", "reason": "It may raise risk.", "authoriser": "hay"}
    receipt = await town.school.done(f"{family.path}/withholdings", {**said, "review_on": days_ahead(30), **more})
    made: str = receipt["id"]
    return made


async def withheld(town: Town, family: Family) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = (await town.school.seen(f"{family.path}/told"))["withheld"]
    return lines


async def test_it_is_decided_renewed_and_lifted_and_all_of_it_stays_on_record(town: Town):
    family = await register(town.school)
    made = await withhold(town, family)
    place = f"{family.path}/withholdings/{made}"

    await town.school.done(f"{place}/renewal", {"reason": "It still may.", "review_on": days_ahead(60)})
    [line] = await withheld(town, family)
    assert (line["person_id"], line["extent"], line["overdue"]) == (family.piotr, "everything", False)
    assert line["review_on"] == days_ahead(60)

    await town.school.done(f"{place}/lifting", {"reason": "The risk has passed."})
    [line] = await withheld(town, family)
    assert line["lifted_because"] == "The risk has passed."
    again = await town.school.post(f"{place}/renewal", {"reason": "Once more.", "review_on": days_ahead(90)})
    assert (again.status_code, again.json()["rule_id"]) == (409, "I25")


async def test_nobody_is_taken_at_anothers_word_that_something_is_withheld(town: Town):
    family = await register(town.school)
    teacher = town.door("teacher", sub="okafor-of-p5")  # who is the named person, and so sees what is withheld
    body = {"person_id": family.piotr, "extent": "everything", "reason": "Risk.", "review_on": days_ahead(9)}
    named = {"staff": "okafor-of-p5"}
    await town.school.done(f"{family.path}/named-person", named, headers={"If-Match": "*"})
    async with town.works("okafor-of-p5"), town.works("moffat", "pupil_support"):
        for nobody in ("invented", "okafor-of-p5"):
            refused = await teacher.post(f"{family.path}/withholdings", {**body, "authoriser": nobody})
            assert (refused.status_code, refused.json()["code"]) == (409, "not-an-authoriser")
        made = await withhold(town, family)
        lifting = f"{family.path}/withholdings/{made}/lifting"
        for more in ({}, {"authoriser": "invented"}):
            refused = await teacher.post(lifting, {"reason": "Over.", **more})
            assert (refused.status_code, refused.json()["code"]) == (409, "not-an-authoriser")
        for place, more in (("lifting", {}), ("renewal", {"review_on": days_ahead(60)})):
            body = {"reason": "Over.", "authoriser": "moffat", **more}
            refused = await teacher.post(f"{family.path}/withholdings/{made}/{place}", body)
            assert (refused.status_code, refused.json()["code"]) == (409, "not-theirs-to-decide")
    await town.school.done(lifting, {"reason": "Over."})
    [line] = await withheld(town, family)
    assert line["lifted_by"] == "hay"


async def test_withholding_never_moves_the_case(town: Town):
    family = await register(town.school)
    before = (await town.school.get(family.path)).headers["ETag"]
    await withhold(town, family)
    assert (await town.school.get(family.path)).headers["ETag"] == before


async def test_nothing_is_withheld_without_a_review_or_on_a_case_that_is_not_there(town: Town):
    family = await register(town.school)
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    assert (await town.school.post(f"{family.path}/withholdings", body)).status_code == 400
    late = await town.school.post(f"{family.path}/withholdings", {**body, "review_on": days_ahead(281)})
    assert late.json()["missing"][0]["what"] == "reviewed_by"
    elsewhere = f"/v1/cases/{family.learner}/withholdings"
    assert (await town.school.post(elsewhere, {**body, "review_on": days_ahead(9)})).status_code == 404


async def test_a_dry_run_says_what_would_be_withheld_and_keeps_nothing(town: Town):
    family = await register(town.school)
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    answer = await town.school.post(
        f"{family.path}/withholdings", {**body, "review_on": days_ahead(9)}, params={"dry_run": "true"}
    )
    assert [event["type"] for event in answer.json()["would_record"]] == ["DisclosureWithheld.v1"]
    assert await withheld(town, family) == []


@pytest.mark.owasp("API5")
async def test_only_the_school_withholds(town: Town):
    family = await agreed(town.school)
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    for door in (
        town.door("agency", services=["slt"]),
        town.door("notifier"),
        town.door("carer", person=family.anna, case=family.case_id),
    ):
        answer = await door.post(f"{family.path}/withholdings", {**body, "review_on": days_ahead(9)})
        assert answer.status_code == 403


async def test_it_can_be_about_events_of_this_case_alone(town: Town):
    family, other = await register(town.school), await register(town.school)
    await town.school.done(f"{other.path}/concerns", CONCERN)
    items = (await town.school.seen(f"{other.path}/timeline"))["items"]
    body = {"person_id": family.piotr, "extent": "detail", "reason": "Risk.", "authoriser": "hay"}
    about = {"about": {"events": [items[-1]["event_id"]]}, "review_on": days_ahead(9)}
    refused = await town.school.post(f"{family.path}/withholdings", {**body, **about})
    assert (refused.status_code, refused.json()["code"]) == (409, "reference-unknown")


async def prefer(town: Town, family: Family, person: str) -> None:
    """They are reached by e-mail."""
    body = {"person_id": person, "channels": [{"channel": "email", "address": "family@canary.example"}]}
    await town.school.done(f"{family.path}/contact-preferences", body, headers={"If-Match": "*"})


async def asking(town: Town) -> tuple[Family, str]:
    """A family reached by e-mail, and the event of a request that they are to hear of."""
    family = await agreed(town.school)
    for person in (family.anna, family.piotr):
        await prefer(town, family, person)
    await town.school.done(family.requests, REQUEST)
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    return family, [item for item in items if item["type"] == "AssistanceRequested.v1"][-1]["event_id"]


def message(event_id: str, recipient: str) -> dict[str, str]:
    said = {"event_id": event_id, "recipient": recipient, "channel": "email", "template": "assistance-requested"}
    return {**said, "message_id": str(uuid4())}


async def test_nothing_is_sent_to_somebody_from_whom_everything_is_withheld_and_the_ledger_says_why(town: Town):
    family, event_id = await asking(town)
    notifier = town.door("notifier", at=town.other)
    wanted = message(event_id, family.piotr)
    assert (await notifier.post("/v1/send-permits", wanted)).status_code == 200

    made = await withhold(town, family)

    refused = await notifier.post("/v1/send-permits", wanted)
    assert (refused.status_code, refused.json()["reason"]) == (409, "withheld")
    assert (await notifier.post("/v1/send-permits", message(event_id, family.anna))).status_code == 200
    hearers = (await notifier.seen(f"/v1/events/{event_id}/recipients"))["recipients"]
    assert family.piotr in {one["recipient"] for one in hearers}

    stopped = {**wanted, "outcome": "suppressed", "reason": "withheld", "attempts": 0}
    await notifier.done("/v1/disclosures", stopped, headers={"Idempotency-Key": wanted["message_id"]})
    [line] = (await town.school.seen(f"{family.path}/told"))["items"]
    assert (line["to"], line["delivery"], line["withholding_id"]) == (family.piotr, "suppressed", made)
    assert "lawful_basis" not in line


async def test_somebody_from_whom_detail_is_withheld_hears_that_it_happened_and_no_more(town: Town):
    family, event_id = await asking(town)
    notifier = town.door("notifier", at=town.other)
    made = await withhold(town, family, extent="detail")

    to_father, to_mother = message(event_id, family.piotr), message(event_id, family.anna)
    trimmed = (await notifier.post("/v1/send-permits", to_father)).json()["facts"]
    whole = (await notifier.post("/v1/send-permits", to_mother)).json()["facts"]
    assert trimmed == {"setting": "burnside-primary", "detail": "withheld"}
    assert whole == {"setting": "burnside-primary", "service_name": "Speech and Language Therapy", "route": "school"}

    for sent in (to_father, to_mother):
        await notifier.done("/v1/disclosures", {**sent, "outcome": "sent"})
    lines = {line["to"]: line for line in (await town.school.seen(f"{family.path}/told"))["items"]}
    assert lines[family.piotr]["withholding_id"] == made
    assert "withholding_id" not in lines[family.anna]
    assert lines[family.anna]["lawful_basis"] == {"art6": "public_task"}


async def test_what_is_asked_of_somebody_reaches_them_whole_though_detail_is_withheld(town: Town):
    family, _ = await asking(town)
    notifier = town.door("notifier", at=town.other)
    await withhold(town, family, extent="detail")
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    put_to_him = [
        item["event_id"]
        for item in items
        if item["type"] in ("ConsentSought.v1", "ConsentGranted.v1") and item["data"]["party"] == family.piotr
    ]
    assert len(put_to_him) == 2
    for event_id in put_to_him:
        permit = (await notifier.post("/v1/send-permits", message(event_id, family.piotr))).json()
        assert permit["facts"]["service_name"] == "Speech and Language Therapy"
        assert "detail" not in permit["facts"]


async def test_lifting_releases_what_asks_from_then_on(town: Town):
    family, event_id = await asking(town)
    notifier = town.door("notifier", at=town.other)
    made = await withhold(town, family)
    wanted = message(event_id, family.piotr)
    assert (await notifier.post("/v1/send-permits", wanted)).status_code == 409
    await town.school.done(f"{family.path}/withholdings/{made}/lifting", {"reason": "The risk has passed."})
    permit = (await notifier.post("/v1/send-permits", wanted)).json()
    assert "detail" not in permit["facts"]


async def test_what_a_service_is_sent_stands_on_the_agreements_and_the_ledger_names_them(town: Town):
    family, event_id = await asking(town)
    notifier = town.door("notifier")
    sent = {**message(event_id, "service:slt"), "channel": "webhook", "outcome": "sent"}
    await notifier.done("/v1/disclosures", sent)
    [line] = (await town.school.seen(f"{family.path}/told"))["items"]
    assert (line["lawful_basis"], line["categories"]) == ({"art6": "consent"}, ["learning_profile"])
    assert {ref["id"] for ref in line["agreement_refs"]} == set(family.agreements.values())


async def test_a_carer_does_not_read_the_schools_postcards_while_detail_is_withheld_from_them(town: Town):
    family = await register(town.school)
    father = town.door("carer", at=town.other, sub=family.piotr, person=family.piotr, case=family.case_id)
    postcards = f"{family.path}/postcards"
    school = {"direction": "try_at_home", "carer": family.piotr, "text": "Four pictures.", "language": "en"}
    own = {"direction": "tried_at_home", "carer": family.piotr, "text": "A song for tidying.", "language": "en"}
    await town.school.done(postcards, school)
    await father.done(postcards, own)

    made = await withhold(town, family, extent="detail")

    assert [card["text"] for card in (await father.seen(postcards))["items"]] == [own["text"]]
    assert len((await town.school.seen(postcards))["items"]) == 2
    await town.school.done(f"{family.path}/withholdings/{made}/lifting", {"reason": "The risk has passed."})
    assert len((await father.seen(postcards))["items"]) == 2
