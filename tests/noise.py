"""Everything by which a process of Python may print what nobody meant it to."""

import asyncio
import gc
import logging
import threading
import time
import warnings
from collections.abc import Iterable, Mapping

CANARY = "Zaphod-Wilhelmina-McTavish"


class Noisy:
    """Stands in the place of a server, and does all that goes wrong."""

    def __init__(self, *_: object) -> None:
        pass

    def run(self) -> None:
        """Ends with an error that nobody catches."""
        make_noise()
        raise KeyError(CANARY)


def make_noise() -> None:
    """A warning, two libraries, a thread, a task that nobody asked after, and a finaliser."""
    warnings.warn(CANARY, stacklevel=1)
    logging.getLogger("uvicorn.error").error("Invalid request for %s", CANARY)
    logging.getLogger("some.library").warning("error connecting to %s", CANARY, extra={"name_of": CANARY})
    thread = threading.Thread(target=_fail, name=CANARY)
    thread.start()
    thread.join()
    asyncio.run(_forget())
    _Last()
    gc.collect()


def heard(lines: Iterable[Mapping[str, object]]) -> set[object]:
    """Who spoke, by the lines of a log."""
    return {line.get("logger", line["event"]) for line in lines}


def _fail() -> None:
    raise KeyError(CANARY)


async def _forget() -> None:
    async def fail() -> None:
        raise ValueError(CANARY)

    forgotten = asyncio.create_task(fail(), name=CANARY)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del forgotten
    gc.collect()


class _Last:
    def __del__(self) -> None:
        raise KeyError(CANARY, time.time())
