"""Webhooks to partner services, signed as Standard Webhooks asks; thin bodies of ids and codes."""

import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr
from standardwebhooks import Webhook as Signer

from notifier.calls import Answer, Calls, Request, Unreached
from notifier.channels.channel import SENT, CannotPrepare, Parcel, Result
from notifier.channels.email import POSSIBLE_DUPLICATE
from notifier.channels.endpoint import (
    AddressUnknown,
    Endpoint,
    Resolve,
    read_endpoint,
    resolved,
    safe_address,
)
from notifier.clock import real_now
from notifier.endpoints import GoneEndpoints
from notifier.outbox import Entry
from notifier.retries import retry_after
from notifier.wire import Permit

SECONDS = 10.0


class Webhook:
    """Posts the event of the permit to the service's endpoint."""

    def __init__(
        self,
        calls: Calls,
        secrets: Mapping[str, SecretStr],
        allow: frozenset[str],
        gone: GoneEndpoints,
        resolve: Resolve = resolved,
    ) -> None:
        self._calls, self._secrets, self._allow, self._gone, self._resolve = (
            calls,
            secrets,
            allow,
            gone,
            resolve,
        )

    async def prepare(self, entry: Entry, permit: Permit) -> Parcel:
        """Make the body and check the endpoint's form. Raises CannotPrepare."""
        event = permit.facts.get("event")
        if not isinstance(event, dict):
            raise CannotPrepare("permit_without_event")
        secret = self._secrets.get(entry.recipient)
        if secret is None:
            raise CannotPrepare("no_signing_secret")
        endpoint = read_endpoint(permit.to, self._allow)
        if await self._gone.has(entry.recipient, endpoint.url):
            raise CannotPrepare("endpoint_gone")
        request = signed(entry, endpoint.url, event, secret, real_now())
        return Parcel(None, lambda: self._post(entry, endpoint, request))

    async def _post(self, entry: Entry, endpoint: Endpoint, request: Request) -> Result:
        try:
            address = await safe_address(endpoint, self._resolve)
            answer = await self._calls.send(_to(address, request))
        except AddressUnknown:
            return Result("again", "endpoint_unresolved")
        except CannotPrepare as refused:
            return Result("never", refused.code)
        except Unreached as unreached:
            return Result("again", "no_answer", doubtful=unreached.maybe_arrived)
        if answer.status == 410:
            await self._gone.add(entry.recipient, endpoint.url)
        return judged(answer, real_now())


def signed(entry: Entry, url: str, event: Mapping[str, object], secret: SecretStr, at: datetime) -> Request:
    """The request: the message id is the webhook's id at every attempt, the time is the real one."""
    mark = {"possibleduplicate": True} if entry.possible_duplicate else {}
    body = json.dumps({**event, **mark}, separators=(",", ":"), ensure_ascii=False)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": str(entry.message_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret.get_secret_value()).sign(str(entry.message_id), at, body),
    }
    headers |= {POSSIBLE_DUPLICATE.lower(): "true"} if mark else {}
    return Request("POST", url, headers, body.encode(), SECONDS, keep=0)


def judged(answer: Answer, now: datetime) -> Result:
    """2xx is taken, 410 is final, all else (redirects included) is tried again along the schedule."""
    match answer.status:
        case status if 200 <= status < 300:
            return SENT
        case 410:
            return Result("never", "http_410")
        case status:
            return Result("again", f"http_{status}", wish=retry_after(answer.headers.get("retry-after"), now))


def _to(address: str, request: Request) -> Request:
    return Request(request.method, request.url, request.headers, request.body, request.seconds, address, request.keep)
