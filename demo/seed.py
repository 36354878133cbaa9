"""Tells a story through the public API. Told again to the same records it changes nothing."""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from demo.expectations import failures
from demo.pointers import NothingThere, at_pointer
from demo.programs import Site
from demo.script import Row

NAME = re.compile(r"\{(\w+)\}")
JSON = "application/json"
PATIENCE = 150.0
"""Seconds in which the clerk and the notifier must have done what a row waits for: also a sending that a busy machine
made fail twice, which is tried again after a minute."""
PAUSE = 0.05


class SeedingFailed(Exception):
    """The case API answered a row otherwise than the story says; the text holds ids and codes only."""


@dataclass(slots=True)
class Told:
    """What telling the story came to."""

    ids: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """The rule that refused each row that was to be refused and was sent."""
    recorded: int = 0
    replayed: int = 0


class Teller:
    """Sends the rows one after the other, moving the clocks on as it goes.

    *token* gives the token of a speaker, with the ids that the story saved; *end_day* is called when a day is over;
    *former* is what a former run told.
    """

    def __init__(
        self,
        http: httpx.Client,
        site: Site,
        token: Callable[[str, Mapping[str, str]], str],
        end_day: Callable[[], None],
        former: Told | None = None,
    ) -> None:
        self._http, self._case_api, self._clocks = http, site.case_api, (site.case_api, site.notifier)
        self._token, self._mail, self._end_day = token, site.mail, end_day
        self._tokens: dict[str, str] = {}
        self._at: datetime | None = None
        self._too_late = self._is_known = False
        self.told = former or Told()

    def tell(self, rows: Iterable[Row]) -> Told:
        """Tell it all. Raises SeedingFailed, and httpx.TransportError where nobody answers.

        What was to be refused, and what takes a while, is asked only where the story goes on from: later facts change
        the answer. Questions are left out; they change nothing.
        """
        for row in rows:
            if not (self._is_known and (row.rule_id or row.in_time)):
                self.move_to(row.at)
                if not row.is_question:
                    self.tell_one(row)
        self._end_day()
        return self.told

    def tell_where(self, rows: Iterable[Row]) -> Told:
        """Of a story that a former run told only what names our address, which may be another one now."""
        for row in rows:
            if _names_our_address(row):
                self.told.replayed -= 1  # it is counted anew
                self.move_to(row.at)
                self.tell_one(row)
        return self.told

    def move_to(self, at: datetime) -> None:
        """End the day that is told, and set both clocks on; one that is past that time stays as it is (see `_keep`)."""
        if at == self._at:
            return
        if self._at and self._at.date() != at.date() and not self._is_known:
            self._end_day()
        self._at = at
        moved = [self._http.put(f"{url}/clock", json={"now": at.isoformat()}) for url in self._clocks]
        if any(answer.status_code not in (200, 409) for answer in moved):
            raise SeedingFailed("A clock cannot be set: the services run in demo or test mode?")
        self._too_late = moved[0].status_code == 409

    def tell_one(self, row: Row) -> None:
        """Send one row, keep what later rows name, and see that the answer is as it expects.

        Raises SeedingFailed, and httpx.TransportError where nobody answers.
        """
        deadline = time.monotonic() + (PATIENCE if row.in_time else 0)
        while why := failures(row, self._send(row), self.filled):
            if time.monotonic() >= deadline:
                raise SeedingFailed(f"{row.row}: {'; '.join(why)}")
            time.sleep(PAUSE)

    def _send(self, row: Row) -> Any:
        """The body of the answer; of a list, with all its pages."""
        path = self.filled(row.path)
        answer = self._ask(row, path)
        body = answer.json() if answer.content else {}
        if row.rule_id is not None:
            self.told.refused[row.row] = row.rule_id
            return body
        if row.method == "GET":
            body = self._with_all_pages(row, path, body)
        elif row.method == "POST":
            self._keep(row, body, replayed="Idempotency-Replayed" in answer.headers)
        self._take(row, body)
        return body

    def _ask(self, row: Row, path: str) -> httpx.Response:
        url = path if path.startswith((self._mail, self._clocks[-1])) else self._case_api + path
        content = self._content(row.body)
        headers = {} if path.startswith(self._clocks[-1]) else self._headers(row)  # no token of ours is the operator's
        answer = self._http.request(row.method, url, content=content, headers=headers)
        _require_expected(row, answer)
        return answer

    def _with_all_pages(self, row: Row, path: str, body: Any) -> Any:
        if isinstance(body, list):
            return body
        items, following = list(body.get("items", ())), body.get("next")
        while following:
            page = self._ask(row, f"{path}{'&' if '?' in path else '?'}after={following}").json()
            items, following = [*items, *page["items"]], page.get("next")
        return body | {"items": items} if "items" in body else body

    def filled(self, text: str) -> str:
        """*text* with an id for each `{name}`. Raises SeedingFailed for one that no row saved."""
        known: Mapping[str, str] = self.told.ids | {
            "mail": self._mail, "hooks": f"{self._mail}/hooks", "notifier": self._clocks[-1],
        }  # fmt: skip
        if unknown := set(NAME.findall(text)) - set(known):
            raise SeedingFailed(f"No earlier row saved {', '.join(sorted(unknown))}.")
        return NAME.sub(lambda found: known[found[1]], text)

    def _headers(self, row: Row) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._token_of(row.speaker)}", "Content-Type": JSON}
        if row.method == "POST":
            headers["Idempotency-Key"] = self._key(row)
        if row.if_match is not None:
            headers["If-Match"] = self._just_seen(row.if_match, headers["Authorization"])
        return headers

    def _just_seen(self, case: str, authorised: str) -> str:
        """The entity tag of a case as the speaker looks at it; the clerk may have recorded something since they did."""
        url = self.filled(f"{self._case_api}/v1/cases/{{{case}}}")
        seen = self._http.get(url, headers={"Authorization": authorised})
        if seen.is_error:
            raise SeedingFailed(f"The case {case} cannot be read: {seen.status_code}.")
        return seen.headers["ETag"]

    def _token_of(self, speaker: str) -> str:
        if speaker not in self._tokens:
            try:
                self._tokens[speaker] = self._token(speaker, self.told.ids)
            except KeyError:
                raise SeedingFailed(f"{speaker} is nobody, or not known yet.") from None
        return self._tokens[speaker]

    def _key(self, row: Row) -> str:
        """The same for the same row; a row that names our address is another one at another address."""
        place = f"{self._mail}/hooks" if _names_our_address(row) else ""
        return str(uuid5(NAMESPACE_URL, f"stagepost:demo:{row.row}:{place}"))

    def _take(self, row: Row, body: Any) -> None:
        for name, pointer in row.take.items():
            try:
                self.told.ids[name] = str(at_pointer(body, self.filled(pointer)))
            except NothingThere:
                raise SeedingFailed(f"{row.row}: {pointer} leads nowhere in the answer.") from None

    def _keep(self, row: Row, body: dict[str, Any], *, replayed: bool) -> None:
        if self._too_late and not replayed and not _names_our_address(row):
            raise SeedingFailed(f"{row.row}: the clock is past its time. Begin anew with an empty STAGEPOST_VAR.")
        self._is_known = replayed or self._too_late
        self.told.replayed += replayed
        self.told.recorded += not replayed
        if row.save is not None:
            self.told.ids[row.save] = body["id"]

    def _content(self, body: dict[str, Any] | None) -> bytes | None:
        return None if body is None else self.filled(json.dumps(body, default=_plain)).encode()


def _names_our_address(row: Row) -> bool:
    """Whether it is to be said anew, however late, where the demo is started at another address."""
    return "{hooks}" in json.dumps(row.body, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _require_expected(row: Row, answer: httpx.Response) -> None:
    problem = answer.json() if answer.status_code >= 400 else {}
    if answer.status_code == row.expect and problem.get("rule_id") == row.rule_id:
        return
    known = {name: problem[name] for name in ("code", "rule_id", "errors", "missing", "refusals") if name in problem}
    raise SeedingFailed(f"{row.row}: {row.method} {row.path} answered {answer.status_code} {json.dumps(known)}")
