"""A case as JSON and back, without loss: what is written down before it is judged can be judged again years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from xinglin.supervision.facts.case import GROUPS, MANY, Case
from xinglin.supervision.facts.schema import Group, WrongFact, column_types
from xinglin.supervision.verdicts import Coded, Json, Plain, jsonable


def encode_group(group: Group) -> dict[str, Json]:
    """The known facts of a group; what is unknown is left out."""
    kind: Any = type(group)
    return {name: jsonable(value) for name in column_types(kind) if (value := getattr(group, name)) is not None}


def decode_group(name: str, payload: Mapping[str, Json]) -> Group:
    """A group by the name that rules use for it. Raises WrongFact for a field that the group does not have."""
    kind: Any = GROUPS[name]
    types = column_types(kind)
    if unknown := payload.keys() - types.keys():
        raise WrongFact(f"{name} has no fact {', '.join(sorted(unknown))}")
    made: Group = kind(**{field: _plain(types[field], value) for field, value in payload.items()})
    return made


def _plain(kind: type, value: Json) -> Plain:
    if issubclass(kind, Coded):
        return kind.of(value)
    if kind is datetime:
        return datetime.fromisoformat(str(value))
    if kind is date:
        return date.fromisoformat(str(value))
    plain: Plain = value  # type: ignore[assignment]
    return plain


def encode_case(case: Case) -> list[tuple[str, dict[str, Json]]]:
    """The groups of a case that hold any fact, each under its name; lines and packs one entry each."""
    entries: list[tuple[str, dict[str, Json]]] = []
    for field in fields(Case):
        held = getattr(case, field.name)
        for group in held if field.name in MANY else (held,):
            if payload := encode_group(group):
                entries.append((MANY.get(field.name, field.name), payload))
    return entries


def decode_case(entries: list[tuple[str, dict[str, Json]]]) -> Case:
    """The case that `encode_case` wrote."""
    single: dict[str, Any] = {}
    many: dict[str, list[Any]] = {name: [] for name in MANY.values()}
    for name, payload in entries:
        group = decode_group(name, payload)
        if name in many:
            many[name].append(group)
        else:
            single[name] = group
    single |= {field: tuple(many[name]) for field, name in MANY.items()}
    return Case(**single)
