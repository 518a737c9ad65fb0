"""What a group of facts is: a frozen dataclass that is also the schema of columns.

A field holds an integer, a truth value, text, a day, an instant with zone or an enumeration, each possibly None, which
means *unknown*. "Known to be none" is said in another way: the empty string for a code, a member `NONE` of an
enumeration. Anything else is refused when the class is made, so that no fact can behave differently in two engines.
"""

from __future__ import annotations

import dataclasses
import operator
import re
import types
import typing
from datetime import date, datetime
from enum import Enum
from functools import cache

from xinglin.supervision.verdicts import Plain, Words

PLAIN_TYPES = (int, bool, str, date, datetime)


class WrongFact(TypeError):
    """A fact has a type or a value that its column cannot hold. The message names the field and what is right."""


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One fact as a column: its path, its type, its unit and its meaning."""

    path: str
    type: type
    unit: str
    name_zh: str
    meaning: str

    @property
    def words(self) -> Words:
        """What a person is told is missing: the short name in Chinese, the meaning without its remarks in English."""
        return Words(self.name_zh, re.split(r"[;:]", self.meaning, maxsplit=1)[0].strip())


class Group:
    """Base of every group of facts; checks its values when it is made."""

    def __post_init__(self) -> None:
        group: typing.Any = type(self)
        _, read = _reader("", group)
        for value, (name, kind) in zip(read(self), column_types(group).items(), strict=True):
            if value is not None and (type(value) is not kind or kind is datetime):
                check_value(f"{group.__name__}.{name}", kind, value)


def fact(name_zh: str, meaning: str, unit: str = "") -> typing.Any:
    """A field of a group: unknown unless it is given. Name, meaning and unit are printed in the reference."""
    return dataclasses.field(default=None, metadata={"name_zh": name_zh, "meaning": meaning, "unit": unit})


def check_value(name: str, kind: type, value: object) -> None:
    """Refuse a value that is not of the column's type; None is always allowed."""
    if value is None:
        return
    if kind is int and isinstance(value, bool):
        raise WrongFact(f"{name} is a whole number, but a truth value was given")
    if kind is date and isinstance(value, datetime):
        raise WrongFact(f"{name} is a day, but an instant was given; say which day it was in Shanghai: day_of(instant)")
    if not isinstance(value, kind):
        raise WrongFact(f"{name} must be {kind.__name__} or None (unknown), not {type(value).__name__}")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise WrongFact(f"{name} is an instant and needs a time zone")


@cache
def column_types(group: type) -> dict[str, type]:
    """Field name to type for a group; raises WrongFact for a type that no column may have."""
    hints = typing.get_type_hints(group)
    return {f.name: _plain_type(group, f.name, hints[f.name]) for f in dataclasses.fields(group)}


def _plain_type(group: type, name: str, hint: object) -> type:
    options = [option for option in typing.get_args(hint) if option is not types.NoneType]
    if len(options) == 1 and types.NoneType in typing.get_args(hint):
        kind = options[0]
        if kind in PLAIN_TYPES or (isinstance(kind, type) and issubclass(kind, Enum)):
            return typing.cast(type, kind)
    raise WrongFact(
        f"{group.__name__}.{name} must be one of int, bool, str, date, datetime or an enumeration, "
        f"each written as `… | None`; it is {hint}"
    )


def columns(prefix: str, group: type) -> list[Column]:
    """The columns of a group under the name that rules use for it."""
    kinds = column_types(group)
    return [
        Column(f"{prefix}.{f.name}", kinds[f.name], f.metadata["unit"], f.metadata["name_zh"], f.metadata["meaning"])
        for f in dataclasses.fields(group)
    ]


@cache
def _reader(prefix: str, group: typing.Any) -> tuple[tuple[str, ...], typing.Callable[[object], tuple[Plain, ...]]]:
    """The paths of a group's facts, and what reads them all."""
    names = tuple(column_types(group))
    read: typing.Any = operator.attrgetter(*names)
    return tuple(f"{prefix}.{name}" for name in names), read if len(names) > 1 else lambda held: (read(held),)


def values(prefix: str, group: Group) -> dict[str, Plain]:
    """The facts of a group by path."""
    of: typing.Any = type(group)
    paths, read = _reader(prefix, of)
    return dict(zip(paths, read(group), strict=True))
