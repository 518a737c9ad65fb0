"""What a compiled rule said of a row, written down when it is read: most verdicts of a keystroke never are.

The words are those of the canonical form that is hashed. Whatever stands in it for a fact is made once for all rules
of a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from hashlib import sha256
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

from xinglin.supervision.engines.plain import breach_line, origins_of
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY, Row
from xinglin.supervision.verdicts import (
    BreachLine,
    Certainty,
    Core,
    Excess,
    Json,
    Origin,
    Outcome,
    Plain,
    Scope,
    canonical,
    jsonable,
)

if TYPE_CHECKING:
    from xinglin.supervision.engines.compiled import CompiledRule

NO_EXCESS: Final = Excess()
OF_FACT: Final = -1
CLEAR, NOT_APPLICABLE = Outcome.CLEAR, Outcome.NOT_APPLICABLE


class Texts(dict[str, str]):
    """Facts as they stand in the canonical form, by path; empty where they are unknown."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Mapping[str, Plain]) -> None:
        super().__init__()
        self._facts = facts

    def __missing__(self, path: str) -> str:
        value = self._facts.get(path)
        text = self[path] = "" if value is None else entry(path, jsonable(value))
        return text


class OriginTexts(dict[str, str]):
    """Where the facts of a group come from, as it stands in the canonical form."""

    __slots__ = ("_said",)

    def __init__(self, said: Said) -> None:
        super().__init__()
        self._said = said

    def __missing__(self, group: str) -> str:
        text = self[group] = entry(group, list(self._said.origin(group)))
        return text


class Said:
    """The facts of one row as they are written down, each put into words once for all rules."""

    __slots__ = ("_origins", "day", "origin_texts", "place", "row", "tail", "texts")

    def __init__(self, row: Row) -> None:
        self.row = row
        day, place = row.facts.get(EVENT_DAY[row.scope]), row.facts.get(TERRITORY)
        self.day = day if isinstance(day, date) else None
        self.place = place if isinstance(place, str) else None
        self.texts = Texts(row.facts)
        self.origin_texts = OriginTexts(self)
        self.tail = f'"scope":"{row.scope.value}",{entry("subject", row.subject)},'
        self._origins: dict[str, Origin] = {}

    def fact(self, path: str) -> Json:
        """A fact as JSON."""
        return jsonable(self.row.facts.get(path))

    def origin(self, group: str) -> Origin:
        """Where the facts of a group come from."""
        found = self._origins.get(group)
        if found is None:
            ((_, found),) = origins_of(self.row, {group})
            self._origins[group] = found
        return found


def entry(name: str, value: Json) -> str:
    """A name and its value in the canonical form; empty where the value is unknown."""
    if type(value) is str:
        return f'"{name}":{encode_basestring(value)}'
    if value is True:
        return f'"{name}":true'
    if value is False:
        return f'"{name}":false'
    if type(value) is int:
        return f'"{name}":{value}'
    return "" if value is None else canonical({name: value})[1:-1].decode()


class Deferred(Core):
    """A core that is written down when it is read: most verdicts of a keystroke never are."""

    __slots__ = ("_of", "_said", "_values")
    _of: CompiledRule
    _said: Said
    _values: tuple[Any, ...]

    def __init__(self, of: CompiledRule, said: Said, values: tuple[Any, ...], outcome: Outcome) -> None:
        keep = object.__setattr__
        keep(self, "_of", of)
        keep(self, "_said", said)
        keep(self, "_values", values)
        keep(self, "outcome", outcome)

    def __reduce__(self) -> tuple[Any, ...]:
        return Core, tuple(getattr(self, one.name) for one in fields(Core))

    @property
    def rule(self) -> str:
        return self._of.tree.rule.id

    @property
    def version(self) -> int:
        return self._of.tree.rule.version

    @property
    def scope(self) -> Scope:
        return self._said.row.scope

    @property
    def subject(self) -> str:
        return self._said.row.subject

    @property
    def certainty(self) -> Certainty:
        return self._of.tree.rule.certainty

    @property
    def lines(self) -> tuple[BreachLine, ...]:
        if self.outcome is not Outcome.FINDING:
            return ()
        row = self._said.row
        return tuple(breach_line(row, line, self.excess) for line in row.lines)

    @property
    def excess(self) -> Excess:
        over = self._of.tree.excess
        if self.outcome is not Outcome.FINDING or not over:
            return NO_EXCESS
        return Excess(**{unit: self._values[2 + number] for number, (unit, _) in enumerate(over)})

    @property
    def missing(self) -> tuple[str, ...]:
        if self.outcome is not Outcome.CANNOT_TELL:
            return ()
        known = self._said.row.facts | {
            path: self._values[place] for path, _, place in self._of.shown if place != OF_FACT
        }
        return tuple(
            path
            for path, by in self._of.needs
            if known.get(path) is None and all(known.get(key) is not None for key in by)
        )

    @property
    def evidence(self) -> tuple[tuple[str, Json], ...]:
        return tuple((path, value) for path, _, value in self._shown())

    @property
    def origins(self) -> tuple[tuple[str, Origin], ...]:
        return tuple((group, self._said.origin(group)) for group in sorted({group for _, group, _ in self._shown()}))

    def _shown(self) -> Iterator[tuple[str, str, Json]]:
        fact, values = self._said.fact, self._values
        for path, group, place in self._of.shown:
            value = fact(path) if place == OF_FACT else jsonable(values[place])
            if value is not None:
                yield path, group, value

    @property
    def hash(self) -> str:
        """The same hash. Where nothing was found and nothing is missing it is put together from what is written."""
        outcome = self.outcome
        if outcome is not CLEAR and outcome is not NOT_APPLICABLE:
            return super().hash
        said, values, rule = self._said, self._values, self._of.tree.rule
        texts, origin_texts = said.texts, said.origin_texts
        evidence: list[str] = []
        groups: list[str] = []
        last = ""
        for path, group, place in self._of.shown:
            text = texts[path] if place == OF_FACT else entry(path, jsonable(values[place]))
            if text:
                evidence.append(text)
                if group != last:
                    groups.append(origin_texts[group])
                    last = group
        text = (
            f'{{"certainty":"{rule.certainty._value_}","evidence":{{{",".join(evidence)}}},"excess":{{}},"lines":[],'
            f'"missing":[],"origins":{{{",".join(groups)}}},"outcome":"{outcome._value_}","rule":"{rule.id}",'
            f'{said.tail}"version":{rule.version}}}'
        )
        return sha256(text.encode()).hexdigest()
