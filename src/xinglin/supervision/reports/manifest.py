"""The coverage manifest: which rules ran on what, what they said, and what could not be judged and why.

It is the answer to "was everything looked at?": every rule has a row, every subject of its scope is counted once under
an outcome, and what could not be told names the facts that were missing. Nothing passes in silence.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from xinglin.supervision.facts.case import TERRITORY
from xinglin.supervision.facts.lake import column_name
from xinglin.supervision.intake.fhir.silence import NATION, PLACE, TERMS
from xinglin.supervision.intake.result import Intake
from xinglin.supervision.reports.reasons import Explained
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Outcome, Words
from xinglin.supervision.vocabulary.papers import Rule

PACKAGES: Final = ("xinglin", "duckdb", "pyarrow", "ibis-framework", "pyspark")
SUPPRESSED_BELOW: Final = 10
"""In a published report a count of 1 to 9 could point at a person; it is not shown."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run was about."""

    form: str
    engine: str
    territory: str
    as_of: str
    law_of: str
    hindsight: bool
    assume: tuple[tuple[str, str], ...]
    usual: bool
    imported: str
    started_at: datetime
    files: int
    fingerprint: str


def versions() -> dict[str, str]:
    """Every program that took part, by its version."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def manifest(
    run: Run,
    intake: Intake,
    rules: Sequence[Rule],
    tallies: Mapping[str, Mapping[str, Any]],
    knowledge: Knowledge,
    money: Mapping[str, Any],
    explained: Explained,
    body: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The manifest of a run as JSON. `tallies` are what :meth:`Tally.as_json` wrote, by rule.

    `explained` says by rule why it said nothing, `body` how much was judged by sex and age.
    """
    totals: Counter[str] = Counter()
    for tally in tallies.values():
        totals.update(tally["outcomes"])
    return {
        "run": {
            "started_at": run.started_at.isoformat(),
            "form": run.form,
            "engine": run.engine,
            "territory": run.territory,
            "as_of": run.as_of,
            "law_of": run.law_of,
            "hindsight": run.hindsight,
            "assume": dict(run.assume),
            "usual": run.usual,
            "imported": run.imported,
            "files": run.files,
            "fingerprint": run.fingerprint,
            "knowledge": knowledge.digest,
            "versions": versions(),
        },
        "input": {
            "tables": {name: table.as_json() for name, table in intake.tables.items()},
            "rows": intake.rows,
            "quarantined": intake.quarantined,
            "left_alone": list(intake.left_alone),
            "mapped": dict(intake.mapped),
            "unmapped": {kind: dict(names) for kind, names in intake.unmapped.items()},
            "assumed": _assumed(run, intake.assumed, knowledge),
        },
        "outcomes": {str(outcome): totals[str(outcome)] for outcome in Outcome},
        "rules": [_rule(rule, tallies[rule.id], knowledge, explained[rule.id]) for rule in rules],
        "sex_and_age": [dict(row) for row in body],
        "money": dict(money),
    }


def _assumed(run: Run, counts: Mapping[str, int], knowledge: Knowledge) -> list[dict[str, Any]]:
    """What was taken for granted where the input is silent: the fact, its value, of how many rows, and why."""
    given = {**dict(run.assume), **({TERRITORY: run.territory} if run.territory else {})}
    usual = {term.path: term for term in TERMS} if run.usual else {}
    paths = {column_name(path): path for path in (*given, *usual)}
    found = []
    for column, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        path = paths[column]
        why = Words("运行时设定", "as asked for") if path in given else usual[path].why
        if run.usual and path == TERRITORY and run.territory == NATION:
            why = PLACE
        value = given[path] if path in given else usual[path].shown
        name = knowledge.words_of(path)
        found.append(
            {
                "fact": path,
                "zh": name.zh,
                "en": name.en,
                "value": value,
                "rows": rows,
                "why_zh": why.zh,
                "why_en": why.en,
            }
        )
    return found


def _rule(rule: Rule, tally: Mapping[str, Any], knowledge: Knowledge, why: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's row: what it said how often, and what was missing where it could not tell."""
    missing = sorted(tally["missing"].items(), key=lambda item: (-item[1], item[0]))
    asked = sum(tally["outcomes"].values())
    return {
        "rule": rule.id,
        "version": rule.version,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "scope": rule.scope.value,
        "certainty": rule.certainty.value,
        "since": rule.since.isoformat(),
        "territory": rule.territory,
        "asked": asked,
        "outcomes": dict(tally["outcomes"]),
        "elsewhere": tally["elsewhere"],
        "why_not": _why_not(asked, tally),
        "because": why["because"],
        "empty_lists": why["empty_lists"],
        "checked": why["checked"],
        "missing": [
            {
                "fact": fact,
                "zh": knowledge.words_of(fact).zh,
                "en": knowledge.words_of(fact).en,
                "subjects": count,
                "made_from": why["made_from"].get(fact, []),
            }
            for fact, count in missing
        ],
    }


def _why_not(asked: int, tally: Mapping[str, Any]) -> str:
    """Why a rule said nothing at all: no subject of its kind, or none on a day and in a place where it is law."""
    if asked:
        return ""
    return "not_in_force" if tally["elsewhere"] else "no_subject"


def suppressed(count: int, *, publish: bool) -> str:
    """A count as it may be shown: small ones are hidden where the report goes to the public."""
    if publish and 0 < count < SUPPRESSED_BELOW:
        return f"<{SUPPRESSED_BELOW}"
    return f"{count:,}"
