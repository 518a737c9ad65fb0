"""What a compiled rule said of a row, written down when it is read: most verdicts of a keystroke never are.

The words are those of the canonical form that is hashed. Whatever stands in it for a fact is made once for all rules
of a row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
    from xinglin.supervision.engines.compiled import CompiledRule, OnDay

NO_EXCESS: Final = Excess()
OF_FACT: Final = -1
_keep: Final = object.__setattr__
"""A core is never changed; this is how it is made."""
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


class Origins(dict[str, Origin]):
    """Where the facts of a row's groups come from."""

    __slots__ = ("_row",)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    def __missing__(self, group: str) -> Origin:
        ((_, found),) = origins_of(self._row, {group})
        self[group] = found
        return found


class OriginTexts(dict[str, str]):
    """Where the facts of a group come from, as it stands in the canonical form."""

    __slots__ = ("_origins",)

    def __init__(self, origins: Origins) -> None:
        super().__init__()
        self._origins = origins

    def __missing__(self, group: str) -> str:
        text = self[group] = entry(group, list(self._origins[group]))
        return text


class Said:
    """The facts of one row as they are written down, each put into words once for all rules.

    Nothing in it points back to it: it goes with its last verdict, and no collector has to look for it. `at` holds the
    limits and lists of its day and place, once its rules were asked together.
    """

    __slots__ = ("at", "day", "origin_texts", "origins", "place", "row", "tail", "texts")

    def __init__(self, row: Row) -> None:
        self.row = row
        day, place = row.facts.get(EVENT_DAY[row.scope]), row.facts.get(TERRITORY)
        self.day = day if isinstance(day, date) else None
        self.place = place if isinstance(place, str) else None
        self.texts = Texts(row.facts)
        self.origins = Origins(row)
        self.origin_texts = OriginTexts(self.origins)
        self.tail = f'"scope":"{row.scope.value}",{entry("subject", row.subject)},'
        self.at: OnDay | None = None

    def fact(self, path: str) -> Json:
        """A fact as JSON."""
        return jsonable(self.row.facts.get(path))


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
    """A core that is written down when it is read: most verdicts of a keystroke never are.

    `values` are what the rule's function gave; None where only the outcome was asked for, and it is asked when it is
    read.
    """

    __slots__ = ("_asked", "_of", "_said")
    _of: CompiledRule
    _said: Said
    _asked: tuple[Any, ...] | None

    def __init__(self, of: CompiledRule, said: Said, values: tuple[Any, ...] | None, outcome: Outcome) -> None:
        _keep(self, "_of", of)
        _keep(self, "_said", said)
        _keep(self, "_asked", values)
        _keep(self, "outcome", outcome)

    @property
    def _values(self) -> tuple[Any, ...]:
        """The values of the rule's columns, then those of the limits and lists that it shows."""
        values = self._asked
        if values is None:
            values = self._of.function(self._said.row.facts, self._said.at)
            _keep(self, "_asked", values)
        return values

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
        row, over = self._said.row, self.excess
        return tuple(breach_line(row, line, over) for line in row.lines)

    @property
    def excess(self) -> Excess:
        over = self._of.tree.excess
        if self.outcome is not Outcome.FINDING or not over:
            return NO_EXCESS
        values = self._values
        return Excess(**{unit: values[2 + number] for number, (unit, _) in enumerate(over)})

    @property
    def missing(self) -> tuple[str, ...]:
        if self.outcome is not Outcome.CANNOT_TELL:
            return ()
        values = self._values
        known = self._said.row.facts | {path: values[place] for path, _, place in self._of.shown if place != OF_FACT}
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
        origins = self._said.origins
        return tuple((group, origins[group]) for group in sorted({group for _, group, _ in self._shown()}))

    def shown(self, paths: Collection[str]) -> dict[str, Json]:
        """Those of some facts that the verdict shows and that are known."""
        fact, values = self._said.fact, self._values
        found = {
            path: fact(path) if place == OF_FACT else jsonable(values[place])
            for path, _, place in self._of.shown
            if path in paths
        }
        return {path: value for path, value in found.items() if value is not None}

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
