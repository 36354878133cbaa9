"""What a former run told: it is not told again, so the demo starts whatever a person did with the records since."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from demo.files import write_private
from demo.programs import Site
from demo.script import Row
from demo.seed import Told


def remember(site: Site, story: Sequence[Row], told: Told) -> None:
    """Keep the ids that the story came to (0600), once it was told to its end."""
    known = told.recorded + told.replayed
    write_private(_path(site), json.dumps({"story": _name_of(story), "ids": told.ids, "commands": known}) + "\n")


def recall(site: Site, story: Sequence[Row]) -> Told | None:
    """What the telling came to, if this very story was told to these records; else None."""
    try:
        kept = json.loads(_path(site).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Told(kept["ids"], replayed=kept["commands"]) if kept["story"] == _name_of(story) else None


def _path(site: Site) -> Path:
    return site.var / "story.json"


def _name_of(story: Sequence[Row]) -> str:
    return sha256(repr(story).encode()).hexdigest()
