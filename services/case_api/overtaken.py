"""How often commands find that another process has moved their stream on since it was folded here."""

from typing import Final

OFTEN: Final = 0.3
"""The share of commands from which on to look first costs less than to decide and seal what the log then refuses."""
WEIGHT: Final = 1 / 16
"""Of the newest command, beside all those before."""


class Overtaken:
    """A share that follows what was seen lately. Nothing rests on it but how much work is done twice."""

    def __init__(self) -> None:
        self._share = 0.0

    def note(self, was: bool) -> None:
        """Whether one more command was overtaken."""
        self._share += WEIGHT * (was - self._share)

    @property
    def is_likely(self) -> bool:
        """Whether the next one probably is as well."""
        return self._share > OFTEN
