"""One witness of one log: remembers the last checkpoint that it cosigned, and nothing else."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from witness.consistency import consistent
from witness.notes import BadNote, Checkpoint, Cosigner, LogKey

Prove = Callable[[int, int], Sequence[bytes]]
"""Asks the log for the proof that its tree of a later size begins with that of an earlier one."""


class Refused(Exception):
    """The checkpoint does not continue the one before; its text says how."""


class Witness:
    """Its memory is the last cosigned note in a file; nobody can alter it without this witness's key."""

    def __init__(self, log: LogKey, cosigner: Cosigner, state: Path) -> None:
        self._log, self._cosigner, self._state = log, cosigner, state

    def last(self) -> Checkpoint | None:
        """What was cosigned last; None at the beginning. Raises Refused if the memory was altered."""
        if not self._state.exists():
            return None
        note = self._state.read_text("utf-8")
        try:
            if self._cosigner.bears(note):
                return self._log.said_in(note)  # whichever key the log had then: our own signature is over all of it
        except BadNote:
            pass
        raise Refused("the memory of this witness was altered")

    def cosign(self, note: str, prove: Prove, at: int) -> str:
        """The note, cosigned at second *at* and remembered, if it continues the last one. Raises Refused, BadNote."""
        offered, last = self._log.open(note), self.last()
        if last is not None:
            self._continues(last, offered, prove)
        cosigned = self._cosigner.cosigned(note, at)
        self._remember(cosigned)
        return cosigned

    def _continues(self, last: Checkpoint, offered: Checkpoint, prove: Prove) -> None:
        if offered.size < last.size:
            raise Refused(f"rolled back: the log had {last.size} facts and shows {offered.size}")
        proof = prove(last.size, offered.size) if offered.size > last.size else ()
        if not consistent(last.size, offered.size, last.root, offered.root, proof):
            raise Refused(f"forked: the first {last.size} facts are not those that were cosigned")

    def _remember(self, note: str) -> None:
        """On the disk before anybody sees the cosignature."""
        draft = self._state.with_name(f".{self._state.name}.{os.getpid()}")
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._state)
        folder = os.open(self._state.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
