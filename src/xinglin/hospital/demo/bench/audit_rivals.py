"""The same rules one line at a time: the reference engine, its compiled sister, and GoRules' zen-engine.

All get the facts, and zen-engine the listed values too, ready in Python dictionaries: reading and looking up is not
counted against them. zen-engine judges four of the rules, where all that they read is known: it has no *unknown*.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from xinglin.hospital.demo.bench.audit_lake import make_lake
from xinglin.hospital.demo.bench.audit_runs import NotTheSame, rules
from xinglin.supervision.engines.columns.auditor import CODES, ColumnAuditor
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.lake import column_kinds, column_name
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Core, Outcome, Plain, Scope
from xinglin.supervision.vocabulary.papers import Rule

IN_ZEN: Final = {
    "B01": (
        "encounter_channel == 'online' and not(prescription_ended)",
        "lists_special_control != 'none' or line_special_control != 'none'",
    ),
    "B05": (
        "not(prescription_ended) and line_antimicrobial_grade != 'none'",
        "(line_antimicrobial_grade == 'special' ? physician_antimicrobial_right != 'special' : "
        "line_antimicrobial_grade == 'restricted' ? "
        "not(physician_antimicrobial_right in ['restricted', 'special']) : physician_antimicrobial_right == 'none') "
        "and not(encounter_emergency and physician_antimicrobial_right != 'none' and line_days <= 1)",
    ),
    "B06": (
        "not(prescription_ended) and line_antimicrobial_grade == 'special'",
        "encounter_channel == 'online' or encounter_care_mode in ['outpatient', 'online']",
    ),
    "D03": (
        "not(prescription_ended) and patient_sex != 'other' and "
        "(lists_drug_sex_product != 'none' ? lists_drug_sex_product : line_atc_code == '' ? lists_drug_sex_substance : "
        "lists_drug_sex_atc) != 'none'",
        "(lists_drug_sex_product != 'none' ? lists_drug_sex_product : line_atc_code == '' ? lists_drug_sex_substance : "
        "lists_drug_sex_atc) != patient_sex and "
        "not(lists_drug_sex_exception_1 or lists_drug_sex_exception_2 or lists_drug_sex_exception_3)",
    ),
}
"""When each rule applies and what violates it, in the language of zen-engine."""


@dataclass(frozen=True, slots=True)
class Rival:
    """One way of judging line after line. Seconds are for `judged` lines by `rules` rules."""

    name: str
    rules: int
    judged: int
    seconds: float

    @property
    def evaluations_a_second(self) -> float:
        """A rule asked of a line is one."""
        return self.rules * self.judged / self.seconds


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines with their facts by column, with their facts by path, and what the audit said of them."""

    columns: Sequence[dict[str, Any]]
    rows: Sequence[Row]


def sample(folder: Path, lines: int) -> Sample:
    """A small lake, judged by the audit, with all that its rules read."""
    engine = Duck(threads=2)
    audit = ColumnAuditor(Lake(engine, make_lake(folder, lines=lines)), load_knowledge(), rules()).judge(Scope.LINE)
    rows = audit._rows(audit.trees, set(Outcome))
    table = engine.connection.to_pyarrow(rows)
    engine.close()
    columns = table.to_pylist()
    paths = {path: column_name(path) for path in column_kinds() if column_name(path) in table.column_names}
    return Sample(columns, [_row(one, paths) for one in columns])


def _row(column: dict[str, Any], paths: dict[str, str]) -> Row:
    facts: dict[str, Plain] = {path: column[name] for path, name in paths.items()}
    subject = str(column["subject"])
    return Row(Scope.LINE, subject, (subject,), facts)


def in_python(of: Sample) -> list[Rival]:
    """The reference engine and the compiled rules in a loop. Raises NotTheSame where either differs from the audit."""
    knowledge, asked = load_knowledge(), rules()
    compiled = Compiled(knowledge)
    for rule in asked:
        compiled.judge(rule, of.rows[0])  # Compiling is not the loop's doing.
    return [
        _looped("plain Python, reference engine", of, asked, lambda rule, row: judge_row(rule, row, knowledge)),
        _looped("plain Python, compiled rules", of, asked, compiled.judge),
    ]


def _looped(name: str, of: Sample, asked: Sequence[Rule], judge: Callable[[Rule, Row], Core]) -> Rival:
    began = time.perf_counter()
    said = [[CODES[judge(rule, row).outcome] for rule in asked] for row in of.rows]
    took = time.perf_counter() - began
    for own, column in zip(said, of.columns, strict=True):
        expected = [column[f"o_{rule.id}"] for rule in asked]
        if own != expected:
            raise NotTheSame(f"{name} says {own} of {column['subject']}, the audit {expected}")
    return Rival(name, len(asked), len(of.rows), took)


def in_zen(of: Sample) -> Rival | None:
    """zen-engine line after line; None where it is not installed. Raises NotTheSame where it differs from the audit."""
    if find_spec("zen") is None:
        return None
    import zen

    decision = zen.ZenEngine().create_decision(json.dumps(_graph()))
    wanted = sorted({name for name in of.columns[0] if any(name in "".join(rule) for rule in IN_ZEN.values())})
    known = [one for one in of.columns if all(one[name] is not None for name in wanted)]
    asked = [{name: one[name] for name in wanted} for one in known]
    began = time.perf_counter()
    said = [decision.evaluate(facts)["result"] for facts in asked]
    took = time.perf_counter() - began
    for own, column in zip(said, known, strict=True):
        expected = {rule: column[f"o_{rule}"] for rule in IN_ZEN}
        if {rule: int(own[rule]) for rule in IN_ZEN} != expected:
            raise NotTheSame(f"zen-engine says {own} of {column['subject']}, the audit {expected}")
    return Rival("zen-engine, decision graph", len(IN_ZEN), len(known), took)


def _graph() -> dict[str, Any]:
    expressions = [
        {"id": rule, "key": rule, "value": f"({applies}) ? (({violates}) ? 2 : 1) : 0"}
        for rule, (applies, violates) in IN_ZEN.items()
    ]
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "rules",
                "type": "expressionNode",
                "name": "rules",
                "position": {"x": 1, "y": 0},
                "content": {"expressions": expressions},
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "e2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }
