"""A family known to the API by its own doors: a learner and two carers, whom the school asks and who answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.canaries import named, said, sown
from tests.journeys.api import key

SERVICE: dict[str, Any] = {
    "service": "slt",
    "title": "Speech and Language Therapy",
    "agency": "Health board",
    "sector": "health",
    "role": "therapist",
    "webhook_url": "https://slt.example/stagepost",
    "purposes": [{"code": "speech", "needs": [["learning_profile"]]}],
}
SCOPE = {"service": "slt", "purpose": "speech", "categories": ["learning_profile", "views"]}
REQUEST = {
    "route": "school",
    "service": "slt",
    "purpose": "speech",
    "categories": ["learning_profile"],
    "need_refs": ["speech_sounds"],
    "exception_reason": said("The need is urgent."),
    "contributors": [{"staff": "hay", "role": "teacher"}, {"staff": "roy", "role": "pupil_support"}],
}
CONCERN = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": said("Hard to understand in class.")}
WITHDRAWAL = {"route": "paper", "told_consequences": True}


@dataclass(frozen=True)
class Door:
    """One caller at one process."""

    client: httpx.AsyncClient
    headers: Mapping[str, str]

    async def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """Ask without judging the answer; a fresh Idempotency-Key unless `headers` gives one."""
        headers = {**self.headers, **key(), **options.pop("headers", {})}
        return await self.client.post(path, json=sown(body), headers=headers, **options)

    async def done(self, path: str, body: Any, **options: Any) -> dict[str, Any]:
        """The receipt of a command that must not be refused."""
        answer = await self.post(path, body, **options)
        assert answer.status_code in {200, 201}, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, headers={**self.headers, **options.pop("headers", {})}, **options)

    async def seen(self, path: str, **options: Any) -> dict[str, Any]:
        """A view that must be there."""
        answer = await self.get(path, **options)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    def at(self, client: httpx.AsyncClient) -> "Door":
        """The same caller at another process."""
        return Door(client, self.headers)


@dataclass
class Family:
    """One learner's case."""

    case_id: str
    learner: str
    anna: str
    piotr: str
    agreements: dict[str, str] = field(default_factory=dict)

    @property
    def uuid(self) -> UUID:
        return UUID(self.case_id)

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.case_id}"

    @property
    def requests(self) -> str:
        return f"{self.path}/assistance-requests"

    async def asked(self, school: Door) -> None:
        """Each of the three is asked to agree to the same."""
        explained = {"how": "talked about", "language": "en"}
        for party in (self.learner, self.anna, self.piotr):
            body = {"party": party, "scope": SCOPE, "explained": explained, "alternatives_explained": True}
            self.agreements[party] = (await school.done(f"{self.path}/agreements", body))["id"]

    async def agree(self, school: Door, *people: str) -> dict[str, Any]:
        """These, or all three, say yes; the last receipt."""
        receipt: dict[str, Any] = {}
        for person in people or self.agreements:
            body = {"answer": "granted", "route": "paper", "helped_by": "Ms Hay"}
            receipt = await school.done(f"{self.path}/agreements/{self.agreements[person]}/answer", body)
        return receipt

    async def withdraw(self, school: Door, person: str, **options: Any) -> httpx.Response:
        return await school.post(f"{self.path}/agreements/{self.agreements[person]}/withdrawal", WITHDRAWAL, **options)


async def register(school: Door, name: str | None = None) -> Family:
    """A learner of ten with a need that was assessed, and two parents."""
    learner = {"name": name or named("Maja"), "date_of_birth": "2016-05-11", "setting": "burnside-primary"}
    case_id = (await school.done("/v1/cases", learner))["id"]
    path = f"/v1/cases/{case_id}"
    rights = {"parental_responsibilities_and_rights": {"held": True}}
    anna = await school.done(f"{path}/carers", {"name": named("Anna"), "relationship": "mother", **rights})
    piotr = await school.done(f"{path}/carers", {"name": named("Piotr"), "relationship": "father", **rights})
    await school.done(f"{path}/assessments", {"tool": "observation", "needs": [{"code": "speech_sounds"}]})
    person_id = (await school.seen(path))["learner"]["person_id"]
    return Family(case_id, person_id, anna["id"], piotr["id"])


async def agreed(school: Door) -> Family:
    """A family in which everybody was asked and agrees."""
    family = await register(school)
    await family.asked(school)
    await family.agree(school)
    return family
