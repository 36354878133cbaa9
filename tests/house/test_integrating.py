"""What docs/integrating.md says of tokens, roles and webhooks holds."""

import re
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import WebhookVerificationError

from case_api.domain.words import ROLES
from case_api.http.claims import Claims
from notifier.channels.webhook import signed
from notifier.clock import real_now
from notifier.outbox import Entry
from notifier.retries import SCHEDULE
from tests.house.repository import ROOT
from tests.notifier.servers import SECRET

TEXT = (ROOT / "docs/integrating.md").read_text()
EVENT = {"type": "AssistanceRequested.v1", "data": {"case_id": "4b0f4b64-6b0b-4a53-8d3e-31c2a9a2e111"}}

ENTRY = Entry(
    message_id=uuid4(),
    event_id=uuid4(),
    event_type=str(EVENT["type"]),
    case_id=uuid4(),
    recipient="service:slt",
    role="service",
    template="assistance_requested",
    channel="webhook",
    urgency=1,
)


def first_column(heading: str) -> set[str]:
    """The words in code in the first column of the table that begins with *heading*."""
    table = TEXT[TEXT.index(f"| {heading} |") :].partition("\n\n")[0]
    return {word for row in table.splitlines()[2:] for word in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_claim_is_explained():
    assert first_column("Claim") | {"azp"} == set(Claims.model_fields)


def test_every_role_is_explained():
    assert first_column("Role") == ROLES


def test_as_many_attempts_are_promised_as_are_made():
    assert "nine times" in TEXT
    assert len(SCHEDULE) == 9


@pytest.fixture
def example() -> dict[str, Any]:
    [code] = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def test_the_example_takes_a_webhook_as_we_sign_it_once(example: dict[str, Any]):
    request = signed(ENTRY, "https://slt.example/stagepost", EVENT, SecretStr(SECRET), real_now())
    receive = example["receive"]
    assert receive(request.body, request.headers, SECRET).startswith("AssistanceRequested.v1 of case 4b0f")
    assert receive(request.body, request.headers, SECRET) == "seen before"


def test_the_example_refuses_what_we_did_not_sign(example: dict[str, Any]):
    request = signed(ENTRY, "https://slt.example/stagepost", EVENT, SecretStr(SECRET), real_now())
    with pytest.raises(WebhookVerificationError):
        example["receive"](request.body.replace(b"4b0f", b"5b0f"), request.headers, SECRET)
