"""Policy packs on disk, `policies/<name>/<version>/*.toml`: the content that a publication stores (D17)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from case_api.domain.policy import Policy


class PackBroken(Exception):
    """A pack cannot be used: which file, where, and why."""


class Packs:
    """The packs that ship with the service."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def content(self, name: str, version: str) -> dict[str, Any] | None:
        """The merged content of one pack, or None if there is no such pack.

        Raises:
            PackBroken: a file is not TOML, or two files define the same table.
        """
        known = {(path.parent.name, path.name): path for path in self.folder.glob("*/*") if path.is_dir()}
        path = known.get((name, version))
        return _merged(path) if path else None

    def policy(self, ref: str) -> Policy:
        """The checked policy of `name@version`.

        Raises:
            PackBroken: there is no such pack, or it does not pass its checks.
        """
        name, _, version = ref.partition("@")
        content = self.content(name, version)
        if content is None:
            raise PackBroken(f"{ref}: no such policy pack in {self.folder.name}/")
        try:
            return parse(name, version, content)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise PackBroken(f"{ref}: {'/'.join(map(str, first['loc']))}: {first['msg']}") from None


def parse(name: str, version: str, content: Mapping[str, Any]) -> Policy:
    """The policy that stored *content* stands for; raises pydantic's ValidationError."""
    return Policy.model_validate({**content, "name": name, "version": version})


@cache
def _merged(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            part = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise PackBroken(f"{path.parent.parent.name}/{path.parent.name}/{path.name}: {error}") from error
        twice = sorted(content.keys() & part.keys())
        if twice:
            raise PackBroken(f"{path.parent.parent.name}/{path.parent.name}/{path.name}: {twice[0]} stands twice")
        content |= part
    return content
