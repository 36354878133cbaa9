"""How much is done to the services: little in `make test`, all of it in `make faults`; and from which seed.

STAGEPOST_TEST_FAULTS=full asks for the whole of it. STAGEPOST_TEST_SEED repeats the choices of a run that failed; what
the operating system chose in between is not repeated.
"""

import os
import secrets

FULL = os.environ.get("STAGEPOST_TEST_FAULTS") == "full"
SEED = int(os.environ.get("STAGEPOST_TEST_SEED") or secrets.randbelow(10**9))


def size(whole: int, slice_of_it: int) -> int:
    """How many: the whole in the long run, a slice of it among the other tests."""
    return whole if FULL else slice_of_it


def replay(test: str) -> str:
    """The one command that does the same again."""
    return f'STAGEPOST_TEST_SEED={SEED} make {"faults FAULTS" if FULL else "test ARGS"}="{test}"'
