"""What a newcomer meets who goes by the documents: the served document, and answers that say what to change."""

from typing import Any
from uuid import uuid4

import pytest

from tests.house.repository import ROOT
from tests.journeys.family import register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
TEAM = ("teacher", "pupil_support", "mis")
CANARY = "Zaphod-Ailsa-McTavish"


async def mistakes(town: Town, path: str) -> list[dict[str, str]]:
    answer = await town.door(*TEAM).get(path)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid-request"
    assert CANARY not in answer.text
    found: list[dict[str, str]] = answer.json()["errors"]
    return found


@pytest.mark.owasp("API9")
async def test_the_document_that_is_served_is_the_committed_one(town: Town):
    served = await town.one.get("/openapi.json")
    assert served.content == (ROOT / "openapi/case-api.json").read_bytes()


UNKNOWN = "This operation does not know a parameter of this name."


@pytest.mark.owasp("API9")
@pytest.mark.parametrize(
    ("path", "named"),
    {
        "of another operation": ("/v1/cases?known_at=2026-01-01", "known_at"),
        "misspelt": (f"/v1/cases?stagge={CANARY}", "query"),
        "somebody's name": (f"/v1/policy?{CANARY}=1", "query"),
        "beside a good one": (f"/v1/cases?limit=2&{CANARY}", "query"),
        "of the feed": ("/v1/events?type=ConcernRaised", "query"),
    }.values(),
)
async def test_a_parameter_that_an_operation_does_not_know_is_refused(town: Town, path: str, named: str):
    assert await mistakes(town, path) == [{"parameter": named, "detail": UNKNOWN}]


@pytest.mark.owasp("API9")
async def test_public_addresses_and_commands_refuse_unknown_parameters_too(town: Town):
    for path in ("/version", "/openapi.json", "/problems/not-found"):
        assert (await town.one.get(path, params={"at": "1"})).status_code == 400
    body = {"name": "Maja", "date_of_birth": "2016-05-11", "setting": "burnside-primary"}
    answer = await town.door(*TEAM).post("/v1/cases?dryrun=true", body)
    assert answer.json()["errors"] == [{"parameter": "query", "detail": UNKNOWN}]


@pytest.mark.parametrize(
    "types", ["ConcernRaised", "ConcernRaised.v1,StageChanged", "StageChanged.v7", " StageChanged ,"]
)
async def test_the_feed_takes_types_of_the_catalogue_in_any_version(town: Town, types: str):
    assert (await town.door("mis").get("/v1/events", params={"types": types})).status_code == 200


@pytest.mark.owasp("API9")
@pytest.mark.parametrize("types", [CANARY, f"StageChanged,{CANARY}", "StageChanged.w1", "StageChanged.v1.v1"])
async def test_the_feed_refuses_types_that_there_are_not(town: Town, types: str):
    [mistake] = await mistakes(town, f"/v1/events?types={types}")
    assert mistake["parameter"] == "types"


BODIES: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "an answer of no kind": (
        "agreements/{id}/answer",
        {"answer": CANARY},
        {
            "pointer": "/answer",
            "detail": "This is not one of the allowed kinds. They are 'granted', 'refused'.",
        },
    ),
    "no kind at all": ("agreements/{id}/answer", {}, {"pointer": "/answer", "detail": "This is required."}),
    "not a code": (
        "stage-changes",
        {"to_stage": CANARY, "rationale": "Enough."},
        {
            "pointer": "/to_stage",
            "detail": "This must be a code: lower case letters, digits and _ . - in it, at most 64.",
        },
    ),
    "beyond a limit": (
        "supports/{id}/effects",
        {"score": 12345, "evidence": "Better."},
        {"pointer": "/score", "detail": "This number is too large. The most is 2."},
    ),
    "not a choice": (
        "concerns/{id}/closure",
        {"outcome": CANARY, "reason": "Done."},
        {
            "pointer": "/outcome",
            "detail": "This is not one of the allowed values."
            " They are 'supported', 'no_action', 'merged' or 'passed_on'.",
        },
    ),
}


@pytest.mark.parametrize("case", BODIES)
async def test_a_mistake_names_its_place_and_what_is_allowed(town: Town, case: str):
    path, body, mistake = BODIES[case]
    family = await register(town.door(*TEAM))
    answer = await town.door(*TEAM).post(f"{family.path}/{path.format(id=uuid4())}", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"] == [mistake]
    assert CANARY not in answer.text
    assert "12345" not in answer.text


@pytest.mark.owasp("API5")
async def test_a_role_that_an_operation_does_not_name_is_refused(town: Town):
    assert (await town.door("carer", person=uuid4(), case=uuid4()).get("/v1/cases")).status_code == 403
    assert (await town.door("agency", services=["slt"]).get(f"/v1/cases/{uuid4()}/timeline")).status_code == 403
    assert (await town.door("agency", services=["slt"]).get("/v1/policy")).status_code == 200
