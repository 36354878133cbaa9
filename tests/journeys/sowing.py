"""Families whose every word is a canary, what a reader sees of them, and one more process on a town's store."""

from datetime import date, timedelta
from typing import Any

from case_api.clock import SystemClock
from case_api.key_files import authority_keys
from case_api.office import Office, Offices
from case_api.packs import Packs
from case_api.store.archive import StoreSettings
from tests import canaries
from tests.journeys.api import AUTHORITY
from tests.journeys.family import Door, Family
from tests.journeys.town import Town

WHY = ("--reason", "request_upheld", "--by", "okafor")
LEARNER: dict[str, Any] = {
    "name": canaries.LEARNER,
    "date_of_birth": "2016-05-11",
    "setting": "burnside-primary",
    "identifiers": [{"system": "scn", "value": canaries.PUPIL_NUMBER}],
}
VIEWS = ("", "/timeline", "/supports", "/plan", "/agreements", "/chronology", "/meetings", "/told", "/stage")


async def sown(school: Door, number: str = canaries.PUPIL_NUMBER) -> Family:
    """A family about whom every canary was recorded, under the learner's key and a carer's, and in the ledger."""
    learner = {**LEARNER, "identifiers": [{"system": "scn", "value": number}]}
    case_id = (await school.done("/v1/cases", learner))["id"]
    assert (await school.post("/v1/cases", learner)).json()["code"] == "identifier-taken"
    path = f"/v1/cases/{case_id}"
    rights = {"parental_responsibilities_and_rights": {"held": True}}
    anna = await school.done(f"{path}/carers", {"name": canaries.CARER, "relationship": "mother", **rights})
    reached = [{"channel": "email", "address": canaries.EMAIL}, {"channel": "sms", "address": canaries.TELEPHONE}]
    await school.done(
        f"{path}/contact-preferences",
        {"person_id": anna["id"], "channels": reached, "language": "pl", "set_by": "themselves"},
        headers={"If-Match": "*"},
    )
    concern = {"raised_by": {"kind": "carer", "person": anna["id"]}, "description": canaries.FREE_TEXT}
    await school.done(f"{path}/concerns", concern)
    kept_back = {"person_id": anna["id"], "extent": "detail", "reason": canaries.FREE_TEXT, "authoriser": "hay"}
    review_on = (date.today() + timedelta(days=30)).isoformat()
    await school.done(f"{path}/withholdings", {**kept_back, "review_on": review_on})
    person_id = (await school.seen(path))["learner"]["person_id"]
    return Family(case_id, person_id, anna["id"], anna["id"])


async def shown(door: Door, family: Family) -> str:
    """All that a reader of the whole record gets to see of it."""
    answers = [await door.get(f"{family.path}{view}") for view in VIEWS]
    return "\n".join(answer.text for answer in answers)


def held(text: str) -> list[str]:
    return [canary for canary in canaries.SOWN if canary in text]


async def sown_again(town: Town) -> Family:
    """One more family; the number of the learner was erased, or is another."""
    school = town.school
    case_id = (
        await school.done(
            "/v1/cases", {"name": canaries.LEARNER, "date_of_birth": "2016-05-11", "setting": "burnside-primary"}
        )
    )["id"]
    concern = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": canaries.FREE_TEXT}
    await school.done(f"/v1/cases/{case_id}/concerns", concern)
    return Family(case_id, "", "", "")


class offices:  # noqa: N801 - used as a function
    """One more process on the store of a town, as it were: its store and its office."""

    def __init__(self, town: Town) -> None:
        settings = town.api.settings
        self._store = StoreSettings(settings.database, settings.var, authority_keys(settings).keys)
        self._offices = Offices(self._store, SystemClock(), Packs(settings.policies), settings)

    async def __aenter__(self) -> tuple[StoreSettings, Office]:
        return self._store, await self._offices.of(AUTHORITY)

    async def __aexit__(self, *_: object) -> None:
        await self._offices.close()
