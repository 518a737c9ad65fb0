"""A rule on last year's records, as it is in force and with other limits, side by side, in one run.

Both sides are judged over the whole lake with what was known when each subject was judged, because measures look back;
then the subjects of a period and a place are counted. Money is what the audit's report would call in breach if the
rule stood alone: shares of what a claim has in scope of the fund, never more than the claim. The tried limits hold in
every place and on every day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final

import duckdb
import pyarrow as pa

from xinglin.supervision.engines.columns.auditor import CODES, ColumnAuditor, Said
from xinglin.supervision.engines.columns.counting import SUBJECT
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.sentences import fill
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, column_kinds, column_name
from xinglin.supervision.reports import backtest_money as money
from xinglin.supervision.reports.trial import BadTrial, Changed, tried
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Concern, Moment, Outcome, Scope, Words
from xinglin.supervision.vocabulary.papers import Rule

BATCH: Final = 5_000
PLACES: Final = 10
EXAMPLES: Final = 5
MEMORY: Final = "2GB"
SIDES: Final = ("before", "after")
FOUND: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("subject", "institution_id", "patient_id", "encounter_id", "place")),
        ("day", pa.date32()),
        ("names", pa.list_(pa.string())),
        ("at_most_fen", pa.int64()),
        ("sentence_zh", pa.string()),
        ("sentence_en", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared: limits by name as typed, and of which place (beginning of its code) and days."""

    given: Mapping[str, str] = field(default_factory=dict)
    territory: str = ""
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An institution's findings and money on one side."""

    findings: int = 0
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """What a rule said on one side. `looked_at` counts the subjects of which it was asked."""

    looked_at: int
    outcomes: dict[str, int]
    fen: int
    months: dict[str, Place]
    places: dict[str, Place]

    @property
    def findings(self) -> int:
        """How many findings."""
        return self.outcomes[Outcome.FINDING.value]

    @property
    def undecided(self) -> int:
        """How often it could not tell."""
        return self.outcomes[Outcome.CANNOT_TELL.value]


@dataclass(frozen=True, slots=True)
class Example:
    """One finding of one side alone, with what the other side said of the subject."""

    subject: str
    day: date | None
    institution: str
    patient: str
    sentence: Words
    fen: int
    elsewhere: Words


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides and their difference. `rate_of` counts what the reminders are told per hundred of."""

    rule: Rule
    changed: tuple[Changed, ...]
    asked: Asked
    before: Side
    after: Side
    only_before: int
    only_after: int
    examples_before: tuple[Example, ...]
    examples_after: tuple[Example, ...]
    names: dict[str, str]
    rate_of: int
    rate_name: Words
    days: tuple[date | None, date | None]
    seconds: float
    lake: str

    @property
    def reminds(self) -> bool:
        """Whether the rule is asked before the deed at all."""
        return Moment.REMIND in self.rule.moments

    @property
    def has_money(self) -> bool:
        """Whether findings of this rule can hold money."""
        return self.rule.scope not in {Scope.PRACTICE, Scope.RING}

    def per_hundred(self, side: Side) -> float:
        """Findings per hundred of what `rate_name` says; 0 where there is none."""
        return 100 * side.findings / self.rate_of if self.rate_of else 0.0

    def top(self) -> list[tuple[str, str, Place, Place]]:
        """The ten institutions with most findings on either side: id, name, before, after."""
        ids = {*self.before.places, *self.after.places}
        none = Place()
        rows = [
            (one, self.names.get(one, one), self.before.places.get(one, none), self.after.places.get(one, none))
            for one in ids
        ]
        rows.sort(key=lambda row: (-max(row[2].findings, row[3].findings), -row[3].findings, row[0]))
        return rows[:PLACES]

    def months(self) -> list[tuple[str, Place, Place]]:
        """Every month from the first to the last in which a subject was looked at, on both sides."""
        first, last = self.days
        if first is None or last is None:
            return []
        none = Place()
        names = [
            f"{at // 12:04d}-{at % 12 + 1:02d}"
            for at in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        ]
        return [(name, self.before.months.get(name, none), self.after.months.get(name, none)) for name in names]


def backtest(lake: Path, rule: Rule, knowledge: Knowledge, asked: Asked, *, memory: str = MEMORY) -> Comparison:
    """Judge a rule over a lake, as in force and with other limits. Without limits both sides are the rule in force.

    Raises BadTrial for a wrong limit, period or place, and for a folder that holds no rows for the rule.
    """
    begun = monotonic()
    other, changed = tried(rule, knowledge, asked.given)
    _check(lake, rule, asked)
    with TemporaryDirectory(prefix="xinglin-trial-") as spill:
        engine = Duck(memory=memory, spill=Path(spill))
        try:
            run = _Run(engine, lake, rule, asked)
            before = run.side("before", knowledge)
            after = run.side("after", other) if changed else before
            if not changed:
                run.copy()
            return run.compared(before, after, changed, begun)
        finally:
            engine.close()


def _check(lake: Path, rule: Rule, asked: Asked) -> None:
    if asked.from_on and asked.until_on and asked.until_on < asked.from_on:
        raise BadTrial(Words("结束日早于开始日。", "The last day is before the first."), "until")
    if asked.territory and not (asked.territory.isascii() and asked.territory.isdigit()):
        raise BadTrial(Words("行政区划代码只含数字。", "The code of a place has digits only."), "territory")
    table = OF_SCOPE[rule.scope].name
    if not (lake / f"{table}.parquet").exists() and not any((lake / table).rglob("*.parquet")):
        raise BadTrial(
            Words(
                f"{lake} 中没有 {table} 表，规则 {rule.id} 无从试算。",
                f"{lake} holds no table {table} in Parquet, so rule {rule.id} cannot be tried there.",
            ),
            "lake",
        )


class _Run:
    """One trial on one engine."""

    def __init__(self, engine: Duck, lake: Path, rule: Rule, asked: Asked) -> None:
        self._engine, self._rule, self._asked = engine, rule, asked
        self._lake = Lake(engine, lake)
        self._sql.execute("SET TimeZone = 'UTC'")
        self._sources = {name: money.source(lake, name) for name in TABLES}
        self._units_made = False

    @property
    def _sql(self) -> duckdb.DuckDBPyConnection:
        """DuckDB itself, when all that was to be kept is there."""
        connection: duckdb.DuckDBPyConnection = self._engine.connection.con
        return connection

    def side(self, name: str, knowledge: Knowledge) -> Side:
        """Judge, and keep the outcomes and the findings of this side."""
        judged = ColumnAuditor(self._lake, knowledge, [self._rule], then=True).judge(self._rule.scope)
        key, scope = column_name(OF_SCOPE[self._rule.scope].key), self._rule.scope
        day, place = column_name(EVENT_DAY[scope]), column_name(TERRITORY)
        rows = self._lake.wide(OF_SCOPE[scope].name, {OF_SCOPE[scope].key, EVENT_DAY[scope], TERRITORY})
        rows = rows.select(own=rows[key], day=rows[day], place=rows[place])
        outcome = judged.judged.select(subject=judged.judged[SUBJECT], outcome=judged.judged[f"o_{self._rule.id}"])
        outcome = outcome.filter(outcome.outcome.notnull())
        joined = outcome.left_join(rows, outcome.subject == rows.own).drop("own")
        self._engine.keep(f"all_{name}", joined)
        self._sql.execute(
            f"CREATE OR REPLACE TEMP TABLE asked_{name} AS SELECT * FROM all_{name} WHERE {self._within()}"
        )
        self._sql.execute(f"DROP TABLE all_{name}")
        self._keep_found(name, judged.said(), knowledge)
        self._share_money(name)
        return self._read(name)

    def copy(self) -> None:
        """Where nothing was changed, the other side is the same."""
        for table in ("asked", "found", "money"):
            self._sql.execute(f"CREATE OR REPLACE TEMP TABLE {table}_after AS SELECT * FROM {table}_before")

    def _within(self) -> str:
        """The condition that a row is of the place and the days that were asked."""
        said = self._asked
        parts = ["true"]
        if said.territory:
            parts.append(f"starts_with(place, {money.quoted(said.territory)})")
        if said.from_on:
            parts.append(f"day >= DATE {money.quoted(said.from_on)}")
        if said.until_on:
            parts.append(f"day <= DATE {money.quoted(said.until_on)}")
        return " AND ".join(parts)

    def _keep_found(self, name: str, said: Iterator[Said], knowledge: Knowledge) -> None:
        """The findings as a table, batch after batch."""
        day, kinds = EVENT_DAY[self._rule.scope], column_kinds()
        held = {path: path in kinds for path in ("institution.id", "patient.id", "encounter.id", TERRITORY)}
        empty = FOUND.empty_table()
        self._sql.register("batch", empty)
        self._sql.execute(f"CREATE OR REPLACE TEMP TABLE found_{name} AS SELECT * FROM batch")
        while batch := [self._found(one, day, held, knowledge) for one in islice(said, BATCH)]:
            self._sql.register("batch", pa.Table.from_pylist(batch, schema=FOUND))
            self._sql.execute(f"INSERT INTO found_{name} SELECT * FROM batch WHERE {self._within()}")
        self._sql.unregister("batch")

    def _found(self, one: Said, day: str, held: Mapping[str, bool], knowledge: Knowledge) -> dict[str, Any]:
        core, facts = one.core, one.facts
        sentence, _ = fill(self._rule, core, knowledge)
        fen = [line.fen for line in core.lines]
        known = {path.replace(".", "_"): facts.get(path) for path in held}
        return {
            "subject": core.subject,
            "institution_id": known["institution_id"],
            "patient_id": known["patient_id"],
            "encounter_id": known["encounter_id"],
            "place": known["institution_territory_code"],
            "day": facts.get(day),
            "names": [line.line for line in core.lines],
            "at_most_fen": sum(part for part in fen if part is not None)
            if fen and None not in fen
            else core.excess.fen,
            "sentence_zh": sentence.zh,
            "sentence_en": sentence.en,
        }

    def _share_money(self, name: str) -> None:
        counts = self._rule.concern is not Concern.STATISTIC
        if not self._units_made:
            money.units(self._sql, self._sources)
            self._units_made = True
        money.share(self._sql, self._sources, self._rule.scope, name, only_measured=not counts)

    def _read(self, name: str) -> Side:
        outcomes = {outcome.value: 0 for outcome in Outcome}
        by_code = {code: outcome.value for outcome, code in CODES.items()}
        for code, count in self._rows(f"SELECT outcome, count(*) FROM asked_{name} GROUP BY outcome"):
            outcomes[by_code[code]] = count
        joined = f"found_{name} LEFT JOIN money_{name} USING (subject)"
        sums = "count(*), CAST(coalesce(sum(fen), 0) AS BIGINT)"
        months = self._rows(f"SELECT coalesce(strftime(day, '%Y-%m'), ''), {sums} FROM {joined} GROUP BY 1")
        places = self._rows(f"SELECT coalesce(institution_id, ''), {sums} FROM {joined} GROUP BY 1")
        by_place = {place: Place(count, fen) for place, count, fen in places}
        return Side(
            sum(outcomes.values()),
            outcomes,
            sum(place.fen for place in by_place.values()),
            {month: Place(count, fen) for month, count, fen in months},
            by_place,
        )

    def _rows(self, query: str) -> list[Any]:
        return self._sql.execute(query).fetchall()

    def compared(self, before: Side, after: Side, changed: tuple[Changed, ...], begun: float) -> Comparison:
        """Both sides, what only one of them found, and who was concerned."""
        rate_of, rate_name = self._rate(before)
        first, last = self._rows("SELECT min(day), max(day) FROM asked_before")[0]
        only_before, examples_before = self._only("before", "after")
        only_after, examples_after = self._only("after", "before")
        return Comparison(
            self._rule,
            changed,
            self._asked,
            before,
            after,
            only_before,
            only_after,
            examples_before,
            examples_after,
            self._names({*before.places, *after.places}),
            rate_of,
            rate_name,
            (first, last),
            round(monotonic() - begun, 2),
            str(self._lake.folder),
        )

    def _rate(self, side: Side) -> tuple[int, Words]:
        """Reminders come while prescribing where the rule is about prescriptions; else per subject of its scope."""
        scope = self._rule.scope
        if scope not in {Scope.PRESCRIPTION, Scope.LINE, Scope.PACK}:
            return side.looked_at, Words(f"每百{scope.zh}", f"per 100 subjects ({scope.en})")
        table = OF_SCOPE[Scope.PRESCRIPTION].name
        rows = self._lake.wide(table, {"prescription.id", "prescription.on", TERRITORY})
        rows = rows.select(day=rows["prescription_on"], place=rows[column_name(TERRITORY)])
        self._engine.keep("issued", rows)
        (count,) = self._rows(f"SELECT count(*) FROM issued WHERE {self._within()}")[0]
        return count, Words("每百张处方", "per 100 prescriptions")

    def _only(self, one: str, other: str) -> tuple[int, tuple[Example, ...]]:
        """What only one side found, different sentences and the most money first, and what the other said instead."""
        alone = (
            f"found_{one} AS f ANTI JOIN found_{other} AS g ON g.subject = f.subject "
            f"LEFT JOIN money_{one} AS m ON m.subject = f.subject LEFT JOIN asked_{other} AS a ON a.subject = f.subject"
        )
        (count,) = self._rows(f"SELECT count(*) FROM found_{one} AS f ANTI JOIN found_{other} AS g USING (subject)")[0]
        rows = self._rows(
            "SELECT f.subject, f.day, coalesce(f.institution_id, ''), coalesce(f.patient_id, ''), f.sentence_zh, "
            f"f.sentence_en, coalesce(m.fen, 0), a.outcome FROM {alone} "
            "ORDER BY row_number() OVER (PARTITION BY f.sentence_en ORDER BY f.day DESC, f.subject), "
            f"coalesce(m.fen, 0) DESC, f.day DESC, f.subject LIMIT {EXAMPLES}"
        )
        by_code = {code: outcome.words for outcome, code in CODES.items()}
        nothing = Words("未询问", "not asked")
        names = self._names({row[2] for row in rows})
        return count, tuple(
            Example(row[0], row[1], names.get(row[2], row[2]), row[3], Words(row[4], row[5]), row[6],
                    by_code.get(row[7], nothing))
            for row in rows
        )  # fmt: skip

    def _names(self, ids: set[str]) -> dict[str, str]:
        """The names of institutions as the records tell them."""
        table = "practices" if self._rule.scope is Scope.PRACTICE else "encounters"
        if not ids or not self._lake.has(table):
            return {}
        self._sql.execute(
            "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest(?::VARCHAR[]) AS institution_id", [sorted(ids)]
        )
        rows = self._lake.facts(table, ["institution.id", "institution.name_zh"]).distinct()
        self._engine.keep("named", rows)
        found = self._rows(
            "SELECT institution_id, min(institution_name_zh) FROM named SEMI JOIN wanted USING (institution_id) "
            "WHERE institution_name_zh IS NOT NULL GROUP BY 1"
        )
        return dict(found)
