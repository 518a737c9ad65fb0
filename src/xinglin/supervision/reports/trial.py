"""Changing the limits of a rule for a trial: reading what a person typed, or saying what the rule has instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from xinglin.supervision.tables.knowledge import Knowledge, Limit
from xinglin.supervision.tables.rows import Basis, Cell, DatedRow
from xinglin.supervision.verdicts import Words
from xinglin.supervision.vocabulary.papers import Rule

UNITS: Final = {
    "1/100": Words("百分之一", "hundredths"),
    "days": Words("天", "days"),
    "drugs": Words("种药", "medicines"),
    "fen": Words("分", "fen"),
    "hours": Words("小时", "hours"),
    "km/h": Words("公里/小时", "km/h"),
    "letters/min": Words("字/分钟", "letters a minute"),
    "m": Words("米", "metres"),
    "minutes": Words("分钟", "minutes"),
    "months": Words("个月", "months"),
    "n": Words("个", "in number"),
    "permille": Words("千分之一", "thousandths"),
    "seconds": Words("秒", "seconds"),
    "visits": Words("次就诊", "visits"),
    "years": Words("周岁", "years"),
    "yes or no": Words("是或否", "yes or no"),
}
"""Units of limits in both languages; one that is not here is shown as it stands in the table."""
YES: Final = frozenset({"yes", "true", "1", "是"})
NO: Final = frozenset({"no", "false", "0", "否"})
DIGITS_MAX: Final = 12
ONLY: Final = "limit"
"""What the only limit of a rule may be called at the keyboard."""
TRIAL: Final = Basis(Words("试算，不是法规", "A trial, no law"), Words("试算值", "value of the trial"), read=True)


class BadTrial(ValueError):
    """The trial cannot be made. `said` tells why, in both languages, with the rule's limits; `field` what is wrong.

    `brief` tells it where the limits stand beside it already.
    """

    def __init__(self, said: Words, field: str = "", brief: Words | None = None) -> None:
        super().__init__(said.en)
        self.said = said
        self.field = field
        self.brief = brief or said


@dataclass(frozen=True, slots=True)
class LimitShown:
    """A limit of a rule with its unit and the values that it has: value, place, first day, last day."""

    name: str
    meaning: Words
    unit: Words
    kind: type
    values: tuple[tuple[Cell, str, date, date | None], ...]

    @property
    def now(self) -> Words:
        """The values in one line, the whole country first."""
        return Words(_line(self, "zh"), _line(self, "en"))

    @property
    def latest(self) -> Cell:
        """The value of the whole country that holds last."""
        wide = [one for one in self.values if not one[1]] or list(self.values)
        return max(wide, key=lambda one: one[2])[0]


@dataclass(frozen=True, slots=True)
class Changed:
    """A limit as it is in force and as it is tried."""

    limit: LimitShown
    value: Cell

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "limit": self.limit.name,
            "meaning_zh": self.limit.meaning.zh,
            "meaning_en": self.limit.meaning.en,
            "unit": self.limit.unit.en,
            "in_force": [
                {"value": value, "territory": place, "since": str(since), "until": str(until) if until else None}
                for value, place, since, until in self.limit.values
            ],
            "tried": self.value,
        }


def shown(value: Cell, language: str) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}[language, value]
    return str(value)


def limits_of(rule: Rule, knowledge: Knowledge) -> tuple[LimitShown, ...]:
    """The rule's own limits, in the order of its papers."""
    return tuple(_shown(knowledge.limits[name]) for name in rule.limits)


def _shown(limit: Limit) -> LimitShown:
    values = tuple((row.values["value"], row.territory, row.since, row.until) for row in limit.table.rows)
    return LimitShown(
        limit.name, limit.meaning, UNITS.get(limit.unit, Words(limit.unit, limit.unit)), limit.kind, values
    )


def _line(limit: LimitShown, language: str) -> str:
    parts = []
    for value, place, since, until in sorted(limit.values, key=lambda one: (one[1], one[2])):
        told = shown(value, language)
        if place:
            told += f"（{place}）" if language == "zh" else f" in {place}"
        if len(limit.values) > 1:
            told += f" 自 {since}" if language == "zh" else f" since {since}"
        if until:
            told += f" 至 {until}" if language == "zh" else f" until {until}"
        parts.append(told)
    return ("；" if language == "zh" else "; ").join(parts)


def tried(rule: Rule, knowledge: Knowledge, given: Mapping[str, str]) -> tuple[Knowledge, tuple[Changed, ...]]:
    """The knowledge with other limits for this rule, in every place and on every day, and what was changed.

    Raises BadTrial for a name that is no limit of the rule and for a value that cannot be one.
    """
    limits = {limit.name: limit for limit in limits_of(rule, knowledge)}
    changed = []
    for typed, text in given.items():
        name = next(iter(limits)) if typed == ONLY and len(limits) == 1 else typed
        if name not in limits:
            said = Words(f"规则 {rule.id} 没有限值“{name}”。", f"Rule {rule.id} has no limit “{name}”.")
            raise BadTrial(_with_limits(rule, tuple(limits.values()), said), name)
        changed.append(Changed(limits[name], _value(rule, limits, name, text)))
    held = dict(knowledge.limits)
    for one in changed:
        row = DatedRow((), {"value": one.value}, TRIAL, date.min)
        limit = held[one.limit.name]
        held[limit.name] = replace(limit, table=replace(limit.table, rows=(row,)))
    return replace(knowledge, limits=held), tuple(changed)


def _value(rule: Rule, limits: Mapping[str, LimitShown], name: str, text: str) -> Cell:
    typed, limit = text.strip(), limits[name]
    if limit.kind is bool:
        if typed.lower() in YES | NO:
            return typed.lower() in YES
        needed = Words("请填写 yes 或 no", "write yes or no")
    elif limit.kind is int:
        if typed.isascii() and typed.isdigit() and len(typed) <= DIGITS_MAX:
            return int(typed)
        needed = Words("请填写不小于零的整数", "write a whole number, zero or more")
    elif typed:
        return typed
    else:
        needed = Words("请填写一个值", "write a value")
    said = Words(
        f"“{typed}”不能作为 {name} 的值（单位：{limit.unit.zh}）：{needed.zh}。",
        f"“{typed}” cannot be {name} (unit: {limit.unit.en}): {needed.en}.",
    )
    brief = Words(
        f"“{typed}”不能用：{needed.zh}（单位：{limit.unit.zh}）。",
        f"“{typed}” cannot be used: {needed.en} (unit: {limit.unit.en}).",
    )
    raise BadTrial(_with_limits(rule, tuple(limits.values()), said), name, brief)


def _with_limits(rule: Rule, limits: tuple[LimitShown, ...], said: Words) -> Words:
    """The sentence with the limits that the rule has."""
    if not limits:
        return Words(
            f"{said.zh}规则 {rule.id} 没有限值可改；它由事实和目录决定。",
            f"{said.en} Rule {rule.id} has no limits to change: facts and lists decide it.",
        )
    zh = "；".join(f"{one.name}（{one.meaning.zh}）＝{one.now.zh}，单位：{one.unit.zh}" for one in limits)
    en = "; ".join(f"{one.name} ({one.meaning.en}) = {one.now.en}, unit: {one.unit.en}" for one in limits)
    return Words(f"{said.zh}它的限值：{zh}。", f"{said.en} Its limits: {en}.")
