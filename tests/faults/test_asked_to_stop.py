"""SIGTERM under load: each request that arrived is answered, and the process is gone in time."""

import asyncio
import os
import signal
import time

import httpx
import pytest

from tests.faults.results import seen
from tests.faults.sizes import size
from tests.journeys.family import CONCERN, Door, register

pytestmark = pytest.mark.anyio
TIMES = size(20, 2)
CLIENTS = 16
SECONDS = 20.0


async def test_no_request_fails_when_the_service_is_asked_to_stop(request, api, chances):
    answered, failed, longest = 0, list[str](), 0.0
    for _ in range(TIMES):
        pid = await api.start()
        address = api.addresses[pid]
        clients = [Client(address, api.bearer("pupil_support")) for _ in range(CLIENTS)]
        path = await clients[0].opened()
        working = [asyncio.create_task(client.work(path, reads=n % 4 == 3)) for n, client in enumerate(clients)]
        await asyncio.sleep(chances.uniform(0.2, 0.6))
        asked_at = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        assert await asyncio.to_thread(api.nursery.ended, pid) in {0, -signal.SIGTERM}
        longest = max(longest, time.monotonic() - asked_at)
        del api.addresses[pid]
        await asyncio.gather(*working)
        answered += sum(client.answered for client in clients)
        failed += [why for client in clients for why in client.failed]
    assert failed == []
    assert longest < SECONDS
    seen(
        f"asked-to-stop-{request.node.callspec.id}", times=TIMES, answered=answered, failed=0, seconds=round(longest, 2)
    )


class Client:
    """Asks again and again on one connection that stays open, until nobody listens there any more."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self._http = httpx.AsyncClient(base_url=address, timeout=30.0, verify=False)
        self._door = Door(self._http, headers)
        self.answered = 0
        self.failed: list[str] = []

    async def opened(self) -> str:
        return (await register(self._door)).path

    async def work(self, path: str, *, reads: bool) -> None:
        try:
            while not self.failed:
                answer = await (self._door.get(path) if reads else self._door.post(f"{path}/concerns", CONCERN))
                if answer.is_success:
                    self.answered += 1
                else:
                    self.failed.append(f"{answer.status_code} {answer.text[:200]}")
        except httpx.ConnectError:
            pass  # nobody listens, so nothing was asked
        except httpx.TransportError as error:
            self.failed.append(f"{error!r} after {self.answered} answers")
        finally:
            await self._http.aclose()
