"""Figures in bands so wide that no one learner moves them by more than one (R101).

Each learner counts alike, however much was done for them: what is banded is the mean over learners of what each of
them comes to. Adding or taking away one of n learners moves it by less than 1/n of its range, and no band is narrower.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from statistics import fmean, median
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

LEAST: Final = 10
"""Learners, and occasions, on which a figure stands."""
FEW: Final = 5
"""Learners who are not told apart from none, at either end of a share; also the step of numbers of learners."""
COARSE: Final = 10
"""The step of a share in per cent."""
FINE: Final = 5
"""The step from MANY learners on."""
MANY: Final = 20
LONGEST: Final = 25
"""School days beyond which a learner's wait counts no more."""
TooFew = Literal["too_few"]
Band = Literal["up to 5", "6-10", "11-20", "over 20"]
BANDS: Final[Sequence[tuple[int, Band]]] = ((5, "up to 5"), (10, "6-10"), (20, "11-20"))


class Figure(BaseModel):
    """One figure, or that there are too few to give it, in the setting or in the others that it leaves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left_out: TooFew | None = None
    learners: int | None = Field(default=None, description="On how many learners it stands at least.")


class Share(Figure):
    """A share in per cent, between bounds; without one of them where it is close to none or to all."""

    at_least: int | None = None
    at_most: int | None = None


class Days(Figure):
    """How many school days something took: for each learner the middle of theirs, and over learners the mean."""

    school_days: Band | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """One occasion: of which learner, in which setting, and what it counts."""

    case_id: UUID
    setting: str
    value: int | Fraction


def of_each(counted: Sequence[Counted], setting: str | None) -> Mapping[UUID, Sequence[int | Fraction]]:
    """What was counted for each learner of the setting, or of all; nothing where it would tell of too few."""
    learners: defaultdict[UUID, list[int | Fraction]] = defaultdict(list)
    for one in counted:
        if setting in (None, one.setting):
            learners[one.case_id].append(one.value)
    enough = len(learners) >= LEAST and sum(map(len, learners.values())) >= LEAST
    return learners if enough and (setting is None or setting in shown_settings(counted)) else {}


def shown_settings(counted: Iterable[Counted]) -> set[str]:
    """The settings of which a figure is given: those with enough learners.

    Where those that are left out have too few together, the smallest is left out with them: else the whole less
    what is shown would be a figure on these few.
    """
    there: defaultdict[str, set[UUID]] = defaultdict(set)
    for one in counted:
        there[one.setting].add(one.case_id)
    shown = {setting for setting, learners in there.items() if len(learners) >= LEAST}
    rest = set().union(*(learners for setting, learners in there.items() if setting not in shown))
    if rest and len(rest) < LEAST and shown:
        shown.remove(min(shown, key=lambda setting: (len(there[setting]), setting)))
    return shown


def share(counted: Sequence[Counted], setting: str | None) -> Share:
    """The share of what was counted, from 0 to 1 each."""
    own = of_each(counted, setting)
    return share_of([Fraction(sum(values)) / len(values) for values in own.values()])


def share_of(learners: Sequence[Fraction]) -> Share:
    """The mean of what each learner comes to."""
    count = len(learners)
    if count < LEAST:
        return Share(left_out="too_few")
    found, step = 100 * sum(learners, Fraction(0)) / count, FINE if count >= MANY else COARSE
    high = step * floor((100 - Fraction(100 * FEW, count)) / step)
    low = step * ceil(Fraction(100 * FEW, count) / step)
    if found >= high:
        return Share(learners=rounded(count), at_least=high)
    if found < low:
        return Share(learners=rounded(count), at_most=low)
    below = step * floor(found / step)
    return Share(learners=rounded(count), at_least=below, at_most=below + step)


def days(counted: Sequence[Counted], setting: str | None) -> Days:
    """The band of the days that were counted."""
    own = of_each(counted, setting)
    if not own:
        return Days(left_out="too_few")
    found = fmean(min(median(map(float, values)), LONGEST) for values in own.values())
    band = next((name for most, name in BANDS if found <= most), "over 20")
    return Days(learners=rounded(len(own)), school_days=band)


def rounded(count: int) -> int:
    """A number of learners, down to fives."""
    return count - count % FEW
