"""One audit from a folder to a report: take in, judge, reconcile the money, write. Every step is whole or not done."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from shutil import rmtree
from typing import Any, Final

from duckdb import DuckDBPyConnection

from xinglin.benefits.policy import PolicyBook, demo_book
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.calendar import day_in_shanghai
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.facts.case import TERRITORY
from xinglin.supervision.facts.lake import TABLES, column_kinds, column_name
from xinglin.supervision.intake.canonical import read_table, readable, write_empty
from xinglin.supervision.intake.fhir import NATION, Staged, assemble, prepare, stage
from xinglin.supervision.intake.result import Intake, TableIntake
from xinglin.supervision.intake.source import BadInput, Form, Source, look_at
from xinglin.supervision.intake.store import Places, Terms, opened, whole
from xinglin.supervision.reports import findings, money
from xinglin.supervision.reports.auditing import Auditor, ColumnsAuditor, PlainAuditor
from xinglin.supervision.reports.figures import figures_of
from xinglin.supervision.reports.html import Page
from xinglin.supervision.reports.manifest import Run, manifest, versions
from xinglin.supervision.reports.one_day import law_of
from xinglin.supervision.reports.progress import END, Progress, Teller
from xinglin.supervision.reports.reasons import Held, explained
from xinglin.supervision.reports.sex_age import sex_and_age
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.loading import load_knowledge
from xinglin.supervision.tables.rows import BadTable
from xinglin.supervision.verdicts import Moment, Scope
from xinglin.supervision.vocabulary.papers import Rule


class Exit(IntEnum):
    """What a run says to the program that started it."""

    CLEAN = 0
    FINDINGS = 1
    BAD_INPUT = 2
    BROKEN = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a run.

    `rules` are ids or families (one letter), empty for all. `as_of` leaves out what was known or happened later.
    `territory` stands in for institutions whose place the input does not say. `law_of` judges by the law of one day.
    `hindsight` lets measures see what was known only after a row was judged in the process. `publish` hides small
    counts in the report. `usual` lets a FHIR export be judged on the usual terms where it is silent. `knowledge` is a
    file of imported official records; none: what the package ships. `limits` is a file of limits that were put in force
    for a place.
    """

    source: Path
    out: Path
    engine: str = "duckdb"
    rules: tuple[str, ...] = ()
    as_of: date | None = None
    territory: str = ""
    law_of: date | None = None
    assume: tuple[tuple[str, str], ...] = ()
    hindsight: bool = False
    publish: bool = False
    memory: str = "2GB"
    usual: bool = True
    knowledge: Path | None = None
    limits: Path | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to."""

    exit: Exit
    findings: int
    manifest: dict[str, Any]
    resumed: bool


ENGINES: Final = ("duckdb", "spark", "plain")
Check = Callable[[Path], int]
"""Makes the check of medicines over a lake and returns how many lines it checked. The law knows none of its own."""


def run_audit(
    wish: Wish, *, now: datetime, teller: Teller, book: PolicyBook | None = None, check: Check | None = None
) -> Done:
    """Audit a folder. `now` is only written into the manifest. Raises BadInput with a sentence for the person.

    `check` is asked once the lake is there; without it the rules that need its findings cannot tell.
    """
    source = look_at(wish.source)
    wish = completed(wish, source, now)
    rules, knowledge = law(wish, known(wish))
    terms(wish)  # Refused before anything is written, as an engine that is none.
    if wish.engine not in ENGINES:
        raise BadInput(f"the engine {wish.engine} is not known; use {', '.join(ENGINES[:-1])} or {ENGINES[-1]}")
    places = Places(wish.out)
    wish.out.mkdir(parents=True, exist_ok=True)
    progress = Progress(wish.out, about(wish, source, rules, knowledge), teller)
    places.prepare()
    read = len(source.files) if source.form is Form.FHIR else 0
    teller.begin(read + len(TABLES) + len(scopes_of(rules)) + 7)
    intake = take_in(wish, source, places, progress)
    progress.step("check of medicines", lambda: check(places.lake) if check else 0)
    tallies = judge(wish, rules, knowledge, places, progress)
    with opened(places, memory=wish.memory) as connection:
        progress.step("money: units", lambda: money.prepare(connection, places))
        progress.step("money: shares", lambda: money.share_out(connection, places))
        together = progress.step("money: losses", lambda: money.lose(connection, places, book or demo_book()))
        count = progress.step("findings", lambda: findings.write_findings(connection, places))
        held = Held(connection, places.lake)
        why = progress.step("coverage", lambda: explained(rules, tallies, knowledge, held))
        body = progress.step("sex and age", lambda: sex_and_age(rules, tallies, held))
    run = Run(
        source.form.value,
        wish.engine,
        wish.territory,
        wish.as_of.isoformat() if wish.as_of else "",
        wish.law_of.isoformat() if wish.law_of else "",
        wish.hindsight,
        wish.assume,
        source.form is Form.FHIR and wish.usual,
        wish.knowledge.name if wish.knowledge else "",
        now,
        sum(len(paths) for paths in source.files.values()),
        source.fingerprint,
    )
    made = manifest(run, intake, rules, tallies, knowledge, {"together": together, "findings": count}, why, body)
    write_manifest(made, places)
    write_report(wish, made, knowledge, places)
    progress.keep(END, True)
    rmtree(places.work, ignore_errors=True)
    return Done(Exit.FINDINGS if count else Exit.CLEAN, count, made, progress.resumed)


def completed(wish: Wish, source: Source, now: datetime) -> Wish:
    """The wish with the usual terms of place and law, where a FHIR export is to be judged and nobody names a place."""
    place = wish.territory or dict(wish.assume).get(TERRITORY)
    if source.form is not Form.FHIR or not wish.usual or place:
        return wish
    return replace(wish, territory=NATION, law_of=wish.law_of or wish.as_of or day_in_shanghai(now))


def known(wish: Wish) -> Knowledge:
    """What the rules know. Raises BadInput for a file of imported records that cannot be used."""
    try:
        return load_knowledge(wish.knowledge, wish.limits)
    except (BadTable, OSError) as wrong:
        raise BadInput(f"the imported records cannot be used: {wrong}") from wrong


def law(wish: Wish, knowledge: Knowledge) -> tuple[tuple[Rule, ...], Knowledge]:
    """The rules that are asked after the fact, narrowed by the wish. Raises BadInput for an id that is none."""
    rules = tuple(rule for rule in RULES if Moment.AUDIT in rule.moments)
    if unknown := [name for name in wish.rules if not any(_named(rule, name) for rule in rules)]:
        raise BadInput(f"there is no rule {', '.join(unknown)}; ids look like B03, a family like B")
    if wish.rules:
        rules = tuple(rule for rule in rules if any(_named(rule, name) for name in wish.rules))
    return law_of(rules, knowledge, wish.law_of) if wish.law_of else (rules, knowledge)


def _named(rule: Rule, name: str) -> bool:
    return rule.id == name or (len(name) == 1 and rule.id[0] == name)


def about(wish: Wish, source: Source, rules: Sequence[Rule], knowledge: Knowledge) -> str:
    """What a run is about, as one digest: when it changes, what was done before is worth nothing."""
    told = {
        "source": [str(source.folder.resolve()), source.fingerprint],
        "wish": [
            wish.engine,
            str(wish.as_of),
            wish.territory,
            str(wish.law_of),
            wish.hindsight,
            wish.assume,
            wish.usual,
        ],
        "rules": [[rule.id, rule.version] for rule in rules],
        "knowledge": knowledge.digest,
        "versions": versions(),
        "code": code_digest(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@cache
def code_digest() -> str:
    """Changes with the code of the law and the arithmetic: what other code has half done is worth nothing."""
    digest = hashlib.sha256()
    for package in ("xinglin.supervision", "xinglin.benefits"):
        folder = Path(str(files(package)))
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def terms(wish: Wish) -> Terms:
    """What the lake is filled with where the input says nothing. Raises BadInput for a fact that is none."""
    assumed = dict(wish.assume)
    if wish.territory:
        assumed[TERRITORY] = wish.territory
    kinds = column_kinds()
    for path, value in assumed.items():
        if path not in kinds:
            raise BadInput(f"{path} is no fact; see the reference of the lake's columns")
        if not readable(kinds[path], value):
            raise BadInput(f"{path} cannot be {value}")
    return Terms({column_name(path): value for path, value in assumed.items()}, wish.as_of, wish.usual)


def take_in(wish: Wish, source: Source, places: Places, progress: Progress) -> Intake:
    """The lake from the source."""
    with opened(places, memory=wish.memory) as connection:
        read = take_fhir if source.form is Form.FHIR else take_columns
        return read(connection, source, places, terms(wish), progress)


def take_columns(
    connection: DuckDBPyConnection, source: Source, places: Places, on: Terms, progress: Progress
) -> Intake:
    """The lake from tables in the documented columns."""
    tables: dict[str, TableIntake] = {}
    for table in TABLES:
        paths = source.files.get(table, ())

        def work(table: str = table, paths: tuple[Path, ...] = paths) -> dict[str, Any]:
            if not paths:
                write_empty(connection, table, places)
                return TableIntake().as_json()
            return read_table(connection, table, paths, places, on).as_json()

        stored = progress.step(f"take in {table}", work)
        if paths:
            tables[table] = TableIntake.from_json(stored)
    assumed: Counter[str] = Counter()
    for one in tables.values():
        assumed.update(one.assumed)
    return Intake(tables, source.left_alone, assumed=assumed)


def take_fhir(connection: DuckDBPyConnection, source: Source, places: Places, on: Terms, progress: Progress) -> Intake:
    """The lake from a FHIR bulk export: kind after kind is staged, then the tables are joined."""
    staged: dict[str, Staged] = {}
    for kind, paths in source.files.items():

        def read(kind: str = kind, paths: tuple[Path, ...] = paths) -> dict[str, Any]:
            return asdict(stage(connection, kind, paths, places))

        staged[kind] = Staged(**progress.step(f"read {kind}", read))
    if not all(progress.done(f"take in {table}") for table in TABLES):
        prepare(connection, source.files, places)
    assumed: Counter[str] = Counter()
    for table in TABLES:

        def join(table: str = table) -> dict[str, int]:
            return assemble(connection, table, places, on)[1]

        assumed.update(progress.step(f"take in {table}", join))
    mapped: Counter[str] = Counter()
    unmapped: dict[str, Counter[str]] = defaultdict(Counter)
    for one in staged.values():
        mapped.update(one.mapped)
        for kind, names in one.unmapped.items():
            unmapped[kind].update(names)
    tables = {kind: TableIntake(one.rows, one.quarantined, one.reasons) for kind, one in staged.items()}
    return Intake(tables, source.left_alone, mapped, unmapped, assumed)


def auditor(wish: Wish, rules: Sequence[Rule], knowledge: Knowledge, places: Places) -> Auditor:
    """The engine that was asked for. Raises BadInput for a name that is none, or an engine that is not installed."""
    then = not wish.hindsight
    if wish.engine == "plain":
        return PlainAuditor(places.lake, knowledge, rules, then=then)
    if wish.engine == "duckdb":
        file = places.work / "engine.duckdb"
        file.unlink(missing_ok=True)
        engine: Engine = Duck(memory=wish.memory, spill=places.work / "spill", database=file)
    else:
        try:
            from xinglin.supervision.engines.columns.spark import Spark

            engine = Spark()
        except ImportError as absent:
            raise BadInput(f"Spark is not installed ({absent.name}); use --engine duckdb") from absent
    return ColumnsAuditor(engine, places.lake, knowledge, rules, then=then)


def judge(
    wish: Wish, rules: Sequence[Rule], knowledge: Knowledge, places: Places, progress: Progress
) -> dict[str, dict[str, Any]]:
    """Every rule's counts, with the findings on disk."""
    scopes = scopes_of(rules)
    ahead = [scope for scope in scopes if not progress.done(f"judge {scope.value}")]
    by_id = {rule.id: rule for rule in rules}
    engine = auditor(wish, [rule for rule in rules if rule.scope in ahead], knowledge, places) if ahead else None
    counted: dict[str, dict[str, Any]] = {}
    try:
        for scope in scopes:

            def work(scope: Scope = scope) -> list[dict[str, Any]]:
                assert engine is not None
                tallies, cores = engine.judge(scope)
                findings.write_cores(by_id, cores, knowledge, places.work / "found" / f"{scope.value}.parquet")
                return [tally.as_json() for tally in tallies]

            counted |= {tally["rule"]: tally for tally in progress.step(f"judge {scope.value}", work)}
    finally:
        if engine is not None:
            engine.close()
    return counted


def scopes_of(rules: Sequence[Rule]) -> list[Scope]:
    """The scopes that the rules have, in their order."""
    return [scope for scope in Scope if any(rule.scope is scope for rule in rules)]


def write_manifest(made: dict[str, Any], places: Places) -> None:
    """The manifest as a file."""
    with whole(places.out / "manifest.json") as part:
        part.write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")


def write_report(wish: Wish, made: dict[str, Any], knowledge: Knowledge, places: Places) -> None:
    """The page, from the manifest and the findings on disk."""
    with opened(places, memory=wish.memory) as connection:
        figures = figures_of(connection, places.out / "findings.parquet")
    with whole(places.out / "report.html") as part:
        part.write_text(Page(made, figures, knowledge, publish=wish.publish).html(), "utf-8")


def utc_now() -> datetime:
    """The instant that a command passes in."""
    return datetime.now(UTC)
