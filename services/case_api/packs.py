"""Policy packs on disk, `policies/<name>/<version>/*.toml`: the content that a publication stores (D17).

A pack may be `based_on` another one: tables that it does not define are those of the other. What is published is whole.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from case_api.domain.policy import Policy
from case_api.domain.policy_faults import faults_in
from case_api.pack_lines import line_of
from case_api.public_holidays import Region, public_holidays

BASE = "based_on"
REGION, DAYS = "public_holidays", "holidays"
AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class PackBroken(Exception):
    """A pack cannot be used. For each fault one line: which file, which line of it, and why."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack says, and which of its files says it."""

    folder: Path
    content: dict[str, Any]
    files: Mapping[str, Path]

    def over(self, base: "Pack") -> "Pack":
        """This pack, with what it leaves out as in *base*."""
        own = {table: said for table, said in self.content.items() if table != BASE}
        return Pack(self.folder, {**base.content, **own}, {**base.files, **self.files})

    def with_days(self, days: Iterable[date]) -> "Pack":
        """This pack, with some days off beside those that it lists itself."""
        content = {table: said for table, said in self.content.items() if table != REGION}
        return Pack(self.folder, {**content, DAYS: sorted({*content.get(DAYS, ()), *days})}, self.files)

    def fault(self, place: Sequence[str | int], why: str) -> str:
        """One line on what is wrong at a place of the content."""
        path = self.files.get(str(place[0])) if place else None
        line = line_of(path.read_text("utf-8"), place) if path else None
        return _fault(path or self.folder, line, f"{'/'.join(map(str, place)) or 'pack'}: {why}")


class Packs:
    """The packs that ship with the service."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def content(self, name: str, version: str) -> dict[str, Any] | None:
        """The merged content of one pack, or None if there is no such pack.

        Raises:
            PackBroken: a file is not TOML, two files define the same table, or what it is based on is not there.
        """
        pack = self._whole(f"{name}@{version}")
        return pack.content if pack else None

    def policy(self, ref: str) -> Policy:
        """The checked policy of `name@version`.

        Raises:
            PackBroken: there is no such pack, or it does not pass its checks.
        """
        name, _, version = ref.partition("@")
        pack = self._whole(ref)
        if pack is None:
            raise PackBroken(f"{ref}: no such policy pack in {self.folder.name}/")
        try:
            return parse(name, version, pack.content)
        except ValidationError as error:
            told = (pack.fault(fault.place, fault.words) for fault in faults_in(error))
            raise PackBroken("\n".join(told)) from None

    def check(self, needed: str) -> None:
        """Read every pack that ships, *needed* among them.

        Raises:
            PackBroken: one of them cannot be used; all faults are told.
        """
        told: list[str] = []
        for ref in dict.fromkeys((needed, *sorted(self._folders()))):
            try:
                self.policy(ref)
            except PackBroken as broken:
                told += str(broken).splitlines()
        if told:
            raise PackBroken("\n".join(dict.fromkeys(told)))

    def _folders(self) -> dict[str, Path]:
        return {f"{path.parent.name}@{path.name}": path for path in self.folder.glob("*/*") if path.is_dir()}

    def _whole(self, ref: str) -> Pack | None:
        """A pack with its public holidays as days: what is published stays as it is when the calendar's maker errs."""
        pack = self._pack(ref)
        if pack is None or REGION not in pack.content:
            return pack
        try:
            days = public_holidays(Region.model_validate(pack.content[REGION]))
        except ValidationError as error:
            told = (pack.fault((REGION, *fault.place), fault.words) for fault in faults_in(error))
            raise PackBroken("\n".join(told)) from None
        return pack.with_days(days)

    def _pack(self, ref: str, above: tuple[str, ...] = ()) -> Pack | None:
        known = self._folders()
        if ref not in known:
            return None
        own = _read(known[ref])
        if BASE not in own.content:
            return own
        base_ref = str(own.content[BASE])
        if base_ref in (*above, ref):
            raise PackBroken(own.fault((BASE,), "a pack is not based on itself"))
        base = self._pack(base_ref, (*above, ref))
        if base is None:
            raise PackBroken(own.fault((BASE,), f"no such policy pack in {self.folder.name}/"))
        return own.over(base)


def parse(name: str, version: str, content: Mapping[str, Any]) -> Policy:
    """The policy that stored *content* stands for; raises pydantic's ValidationError."""
    return Policy.model_validate({**content, "name": name, "version": version})


@cache
def _read(folder: Path) -> Pack:
    pack = Pack(folder, {}, {})
    for path in sorted(folder.glob("*.toml")):
        part = _loaded(path)
        if twice := sorted(pack.content.keys() & part.keys()):
            line = line_of(path.read_text("utf-8"), twice[:1])
            raise PackBroken(_fault(path, line, f"{twice[0]} stands twice, here and in {pack.files[twice[0]].name}"))
        pack = Pack(folder, {**pack.content, **part}, {**pack.files, **dict.fromkeys(part, path)})
    return pack


def _loaded(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise PackBroken(_fault(path, None, "not UTF-8")) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = AT.search(str(error))
        line = int(at[1]) if at and at[1] else len(text.splitlines())
        raise PackBroken(_fault(path, line, AT.sub("", str(error)))) from error


def _fault(path: Path, line: int | None, why: str) -> str:
    pack = path if path.suffix != ".toml" else path.parent
    file = f"{pack.parent.name}/{pack.name}" + (f"/{path.name}" if path != pack else "")
    return f"{file}, line {line}: {why}" if line else f"{file}: {why}"
