"""What the long run saw, for docs/durability.md; the slice among the other tests writes nothing."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = os.environ.get("STAGEPOST_TEST_FAULTS_SEEN")
"""Where the long run wants it."""


def seen(test: str, **figures: float) -> None:
    """Write down what a test did and found, once it holds."""
    if FOLDER is not None:
        folder = Path(FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{test}.json").write_text(json.dumps(figures), "utf-8")


def collected(folder: Path) -> Mapping[str, Mapping[str, float]]:
    """All that was written, by test."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
