"""Stored values read without being judged a second time: what is sealed was judged when it was recorded (ADR 22).

Every model of pydantic has a shape: a struct of msgspec with the same fields and plain types. What does not fit the
shape is refused; whether a text keeps to its pattern, or a number to its bounds, is not asked again. What comes out is
the model, equal to what pydantic would have made of the same bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from case_api.domain.words import AS_PERSONAL, YEARS, Personal, Value

Build = Callable[[Any], Any]
"""Makes a value of the domain from what msgspec read."""

_AWARE: Final = Annotated[datetime, msgspec.Meta(tz=True)]
_LEAVES: Final[dict[Any, Any]] = {each: each for each in (str, int, bool, UUID, date, datetime)} | {
    AwareDatetime: _AWARE,
    dict[str, Any]: dict[str, Any],
}
_DAY: Final = len("2025-09-10")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a model is read."""

    form: type[msgspec.Struct]
    """What msgspec reads."""
    build: Build
    """Makes the model of it."""


def moment(text: str) -> date | datetime:
    """A whole day, or an instant with its offset, as it was written. Raises ValueError."""
    if len(text) == _DAY:
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without its offset")
    return instant


def moment_text(at: date | datetime) -> str:
    """A moment as it is stored. Raises ValueError for one that no command may name: it could not be read again."""
    if at.year not in YEARS or (isinstance(at, datetime) and at.tzinfo is None):
        raise ValueError("a day, or an instant with its offset, from 1900 to 2199 is wanted")
    return at.isoformat().replace("+00:00", "Z")


@cache
def shape_of(model: type[Value]) -> Shape:
    """The shape of *model*. Raises TypeError if a field is of a kind that no shape was thought of for."""
    fields, builds = [], {}
    for name, declared in model.model_fields.items():
        plain, build = _plain(declared.annotation)
        if AS_PERSONAL in declared.metadata:
            build = Personal
        fields.append(_field(name, plain, declared))
        if build is not None:
            builds[name] = build
    form = msgspec.defstruct(model.__name__, fields, kw_only=True, forbid_unknown_fields=True, gc=False)
    return Shape(form, _builder(model, builds))


def _field(name: str, plain: Any, declared: FieldInfo) -> Any:
    return (name, plain) if declared.is_required() else (name, plain, declared.get_default(call_default_factory=True))


_put_fields: Final = BaseModel.__dict__["__dict__"].__set__
_put_names: Final = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_put_extra: Final = BaseModel.__dict__["__pydantic_extra__"].__set__


def _builder(model: type[Value], builds: dict[str, Build]) -> Build:
    """A function that makes *model* of its shape: what pydantic's own `model_construct` does, for one set of fields."""
    new, inner = object.__new__, tuple(builds.items())
    names = set(model.model_fields)  # one for all that are read: a frozen model never changes its own

    def build(read: Any) -> Value:
        values = asdict(read)
        for name, built in inner:
            values[name] = built(values[name])
        made = new(model)
        _put_fields(made, values)
        _put_names(made, names)
        _put_extra(made, None)
        return made

    return build


def _plain(declared: Any) -> tuple[Any, Build | None]:
    """The plain type of a field, and what makes the field's value of it; None if nothing has to be made."""
    arguments = get_args(declared)
    match get_origin(declared):
        case None if declared in _LEAVES:
            return _LEAVES[declared], None
        case None if isinstance(declared, type) and issubclass(declared, Value):
            shape = shape_of(declared)
            return shape.form, shape.build
        case kind if kind is Annotated and AS_PERSONAL in arguments:
            return str, Personal
        case kind if kind is Annotated:
            return _plain(arguments[0])
        case kind if kind is Literal or declared in _LEAVES:
            return declared, None
        case kind if kind is tuple and arguments[1:] == (...,):
            plain, build = _plain(arguments[0])
            return GenericAlias(tuple, (plain, ...)), _each(build)
        case kind if kind in (Union, UnionType):
            return _either(arguments)
    raise TypeError(f"a stored field of this kind has no shape: {declared}")


def _either(declared: tuple[Any, ...]) -> tuple[Any, Build | None]:
    if set(declared) == {AwareDatetime, date}:
        return str, moment
    several = [each for each in declared if each is not NoneType]
    if len(several) != 1 or len(declared) == 1:
        raise TypeError("a stored field is of one kind, or None")
    plain, build = _plain(several[0])
    return plain | None, _unless_none(build)


def _each(build: Build | None) -> Build | None:
    return build and (lambda read: tuple([build(one) for one in read]))


def _unless_none(build: Build | None) -> Build | None:
    return build and (lambda read: None if read is None else build(read))
