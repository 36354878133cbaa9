"""The repository as its own tests see it: which files it holds, wherever it was cloned to."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", "var", "__pycache__", "node_modules"}


def files(*under: str, suffixes: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file of ours below the folders named (or below all), leaving out what is made and not kept."""
    for start in under or (".",):
        for folder, folders, names in os.walk(ROOT / start):
            folders[:] = sorted(f for f in folders if f not in NOT_OURS and not f.endswith(("_cache", ".egg-info")))
            folders[:] = [f for f in folders if f != ".hypothesis"]
            for name in sorted(set(names) - NOT_OURS):
                if not suffixes or name.endswith(suffixes):
                    yield Path(folder) / name


def told(path: Path) -> str:
    """A path in the words of a failure: relative to the repository."""
    return path.relative_to(ROOT).as_posix()
