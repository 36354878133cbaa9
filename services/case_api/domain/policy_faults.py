"""What is wrong with a policy pack, in the same words whether it comes as files or over HTTP (D17)."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its kind as a code, the place in the pack, and why, without what stands there."""

    kind: str
    place: tuple[str | int, ...]
    words: str


def faults_in(error: ValidationError) -> Iterator[Fault]:
    """Each fault that the checks of a pack found."""
    for found in error.errors(include_input=False, include_url=False):
        yield Fault(found["type"], found["loc"], found["msg"].removeprefix("Value error, "))
