"""What the long run saw, for docs/durability.md; the slice among the other tests writes nothing."""

import json
import os
from pathlib import Path

FOLDER = os.environ.get("STAGEPOST_TEST_FAULTS_SEEN")
"""Where the long run wants it."""


def seen(test: str, **figures: float) -> None:
    """Write down what a test did and found, once it holds."""
    if FOLDER is not None:
        folder = Path(FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{test}.json").write_text(json.dumps(figures), "utf-8")
