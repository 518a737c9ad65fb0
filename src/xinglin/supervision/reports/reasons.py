"""Why rules said what they said, asked of the lake: what it holds of the facts that decide, and what it lacks.

A rule that applies to nothing is explained by what the input holds instead (kinds of charges, ways of being seen) and
by the rows of its lists and how many of the input's codes stand there. A measure that is not known is explained by the
facts that it is made from and of which the input says nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from xinglin.supervision.engines.measuring import event_groups
from xinglin.supervision.engines.tree import RuleTree, measure_tree, needs, reads, rule_tree
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY
from xinglin.supervision.facts.lake import TABLES, column_kinds, column_name, table_columns
from xinglin.supervision.intake.store import name, quoted
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Coded, Outcome, Words
from xinglin.supervision.vocabulary.papers import Rule

USUAL: Final = frozenset(
    {
        "item.fund_asked",
        "item.quantity_milli",
        "item.withdrawn",
        "item.code",
        "claim.reversed_at",
        "measure.left_milli",
        "prescription.ended",
        "prescription.second_signed",
        TERRITORY,
    }
)
"""Facts that nearly every rule of their kind asks first; they are named only where nothing else decides."""
SHOWN: Final = 6
CHECK: Final = "detected"
"""The table in which the check of medicines wrote what it found."""
UNKNOWN: Final = Words("未知", "not known")
YES_NO: Final = {True: Words("是", "yes"), False: Words("否", "no")}
WANTED: Final = {
    "patient.egfr": Words("肾小球滤过率（eGFR）", "glomerular filtration rate (eGFR)"),
    "patient.crcl": Words("肌酐清除率", "creatinine clearance"),
    "patient.child_pugh": Words("肝功能Child-Pugh分级", "Child-Pugh class of the liver"),
    "patient.weight_kg": Words("体重", "weight"),
    "patient.pregnant": Words("是否妊娠", "whether the patient is pregnant"),
    "patient.pregnancy_weeks": Words("孕周", "weeks of pregnancy"),
    "patient.age_years": Words("年龄", "age"),
    "patient.diagnoses": Words("诊断", "diagnoses"),
    "patient.allergies": Words("过敏史", "allergies"),
    "orders.dose": Words("单次剂量", "one dose"),
    "orders.daily": Words("每日剂量", "dose of a day"),
    "orders.days": Words("用药天数", "days"),
    "orders.route": Words("给药途径", "way of giving"),
}
"""What the check of medicines may lack, as it names it."""
Explained = dict[str, dict[str, Any]]
"""By rule: `because`, `empty_lists`, `checked` and `made_from` as they stand in the manifest."""


class Held:
    """What a lake holds: of each fact how many rows know it, and of a fact with few values which ones."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
        self._sql = connection
        self._lake = lake
        self._unknown: dict[str, tuple[int, int]] = {}
        self._table = {column.path: table for table in reversed(TABLES) for column in table_columns(table)}

    def _scan(self, table: str) -> str:
        return f"read_parquet({quoted(self._lake / table)} || '.parquet')"

    def unknown(self, path: str) -> tuple[int, int]:
        """In how many rows of its table a fact is not known, and how many rows there are; 0 of 1 for what has none."""
        table = self._table.get(path)
        if table is None:
            return 0, 1
        if path not in self._unknown:
            paths = [column.path for column in table_columns(table)]
            counted = ", ".join(f"count({name(column_name(one))})" for one in paths)
            ((rows, *known),) = self._sql.execute(f"SELECT count(*), {counted} FROM {self._scan(table)}").fetchall()
            self._unknown |= {one: (rows - there, rows) for one, there in zip(paths, known, strict=True)}
        return self._unknown[path]

    def values(self, path: str) -> list[tuple[Words, int]]:
        """The values of a fact that has few, with their rows, the commonest first; nothing for any other fact."""
        kind, table = column_kinds().get(path, str), self._table.get(path)
        if table is None or not (kind is bool or issubclass(kind, Coded)):
            return []
        column = name(column_name(path))
        rows = self._sql.execute(
            f"SELECT {column}, count(*) AS n FROM {self._scan(table)} GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchall()
        return [(_worded(kind, value), count) for value, count in rows[:SHOWN]]

    def unasked(self, kinds: Sequence[str]) -> list[str]:
        """What the check of medicines lacked for findings of some kinds, the commonest first."""
        rows = self._sql.execute(
            f"SELECT regexp_replace(detected_row, '\\[\\d+\\]', '') AS lacked FROM {self._scan('detected')} "
            "WHERE detected_tier IS NULL AND list_contains(?, detected_kind) GROUP BY 1 ORDER BY count(*) DESC, 1",
            [list(kinds)],
        ).fetchall()
        return [lacked for (lacked,) in rows if lacked in WANTED]

    def listed(self, path: str, codes: Sequence[str]) -> int | None:
        """How many rows have one of some codes in a fact; None for what stands in no table."""
        table = self._table.get(path)
        if table is None:
            return None
        (row,) = self._sql.execute(
            f"SELECT count(*) FROM {self._scan(table)} WHERE list_contains(?, {name(column_name(path))})", [list(codes)]
        ).fetchall()
        return int(row[0])


def _worded(kind: type, value: Any) -> Words:
    if value is None:
        return UNKNOWN
    return YES_NO[bool(value)] if kind is bool else _code(kind, value)


def _code(kind: type, value: str) -> Words:
    assert issubclass(kind, Coded)
    return kind.of(value).words


def explained(
    rules: Sequence[Rule], tallies: Mapping[str, Mapping[str, Any]], knowledge: Knowledge, held: Held
) -> Explained:
    """Every rule's reasons. `tallies` are what the manifest counts, by rule."""
    found: Explained = {}
    for rule in rules:
        tally, tree = tallies[rule.id], rule_tree(rule, knowledge)
        settled = tally["outcomes"][Outcome.CLEAR.value] + tally["outcomes"][Outcome.FINDING.value]
        none = not settled and tally["outcomes"][Outcome.NOT_APPLICABLE.value] > 0
        found[rule.id] = {
            "because": because(rule, tree, knowledge, held) if none else [],
            "empty_lists": empty_lists(rule, tree, knowledge),
            # Where what was found decides whether it applies, what no table holds is not applicable, and not clear.
            "checked": any(_over(path) == CHECK for path in tree.read)
            and not any(_over(path) == CHECK for path in reads(tree.applies)),
            "made_from": {path: _silent(path, knowledge, held) for path in tally["missing"] if _measured(path)},
        }
    return found


def because(rule: Rule, tree: RuleTree, knowledge: Knowledge, held: Held) -> list[dict[str, Any]]:
    """Where a rule settled nothing: the lists and facts that decide it, and what the input holds of each."""
    paths = reads(tree.applies) - {TERRITORY, EVENT_DAY[rule.scope]}
    chosen = [path for path in paths if path not in USUAL] or list(paths)
    entries = [_entry(path, knowledge, held) for path in sorted(chosen)]
    return sorted(entries, key=lambda one: ("list" not in one, not one.get("held"), one.get("fact", "")))


def _entry(path: str, knowledge: Knowledge, held: Held) -> dict[str, Any]:
    words = knowledge.words_of(path)
    told: dict[str, Any] = {"zh": words.zh, "en": words.en}
    group, _, label = path.partition(".")
    if group == "lists":
        lookup = knowledge.lookups[label]
        table = knowledge.tables[lookup.table]
        exact = len(lookup.keys) == 1 and not any(table.by_beginning)
        codes = sorted({row.key[0] for row in table.rows}) if exact else []
        there = held.listed(lookup.keys[0], codes) if exact else None
        return {"list": label, **told, "rows": len(table.rows), "here": there}
    shown = [{"zh": one.zh, "en": one.en, "rows": count, "known": one != UNKNOWN} for one, count in held.values(path)]
    return {"fact": path, **told, "held": shown}


def empty_lists(rule: Rule, tree: RuleTree, knowledge: Knowledge) -> list[dict[str, str]]:
    """The lists of a rule, its measures' included, where not one of them holds a row; nothing where one does."""
    own = {path.removeprefix("lists.") for path in tree.read if path.startswith("lists.")}
    own |= {label for path in tree.read if _measured(path) for label in _lists(path)}
    rows = {label: len(knowledge.tables[knowledge.lookups[label].table].rows) for label in own}
    if not rows or any(rows.values()):
        return []
    tables = dict.fromkeys(knowledge.lookups[label].table for label in sorted(own))
    return [{"list": one, "zh": _meaning(one, knowledge).zh, "en": _meaning(one, knowledge).en} for one in tables]


def _meaning(table: str, knowledge: Knowledge) -> Words:
    return knowledge.tables[table].meaning


def _measured(path: str) -> bool:
    return path.startswith("measure.")


def _over(path: str) -> str:
    label = path.removeprefix("measure.")
    return next((one.over for one in MEASURES if _measured(path) and one.name == label), "")


def _lists(path: str) -> Iterable[str]:
    label = path.removeprefix("measure.")
    return next((one.lists for one in MEASURES if one.name == label), ())


def _silent(path: str, knowledge: Knowledge, held: Held) -> list[dict[str, Any]]:
    """The facts that a measure is made from and that no row of the input knows; else those that some rows do not know,
    with the number of these rows."""
    label = path.removeprefix("measure.")
    measure = next((one for one in MEASURES if one.name == label), None)
    if measure is None:
        return []
    tree = measure_tree(measure, knowledge, event_groups(measure))
    if measure.over == CHECK:
        kinds: tuple[str, ...] = next(
            at.extra for at in tree.where.walk() if at.op == "isin" and at.args[0].extra == "other.detected.kind"
        )
        return [{"fact": one, "zh": WANTED[one].zh, "en": WANTED[one].en, "rows": 0} for one in held.unasked(kinds)]
    every = {one.removeprefix("other.") for at in tree.nodes for one in needs(at)}
    lacks = {one: held.unknown(one) for one in sorted(every) if not one.startswith(("lists.", "limits.", "record."))}
    never = {one: 0 for one, (unknown, rows) in lacks.items() if unknown == rows}
    chosen = never or {one: unknown for one, (unknown, _) in lacks.items() if unknown}
    return [
        {"fact": one, "zh": knowledge.words_of(one).zh, "en": knowledge.words_of(one).en, "rows": rows}
        for one, rows in chosen.items()
    ]
