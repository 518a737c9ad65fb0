"""The audit and the same in hand-written SQL, each in a process of its own: what it takes, and what it says.

    python -m xinglin.hospital.demo.bench.audit_runs ours|lines|hand|spark LAKE OUT THREADS MEMORY

*lines* is the audit by all line rules that need no history; the other ways judge by those of them that handwritten.sql
writes out. Each writes OUT/judged.parquet (an outcome for every line and rule) and OUT/evidence.parquet (the facts,
limits, lists and amounts behind every finding), and prints one JSON document of seconds. Writing judged.parquet is not
counted: it is there to be compared.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from xinglin.hospital.demo.bench import machine
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.auditor import ColumnAuditor, ScopeAudit
from xinglin.supervision.engines.columns.collecting import rarely_collected
from xinglin.supervision.engines.columns.duck import WRITTEN, Duck
from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.tree import rule_tree
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary.papers import Rule

MEASURED: Final = ("B01", "B03", "B04", "B05", "B06", "D01", "D02", "D03", "D04", "D09")
"""The line rules that handwritten.sql writes out: without history but what the check of medicines found."""
LISTS: Final = (
    "special_control",
    "long_excluded",
    "long_disease",
    "lasting_infection",
    "child_forbidden",
    "child_only",
    "drug_sex",
    "drug_sex_exception",
    "frequency",
    "dose_max",
    "pregnancy",
    "lactation",
)
"""The tables of law that handwritten.sql reads."""
MEMORY: Final = "2GB"
"""What DuckDB may hold, for both; the rest goes to disk, so that what is held does not grow with the lines."""


class NotTheSame(Exception):
    """Two ways of judging the same lines said different things: nothing was measured."""


@dataclass(slots=True)
class Took:
    """One run: seconds by what was done, findings' rows, and the most memory that the process ever held.

    `whole` is what the clock said from the first question until the evidence was written. The audit writes the next
    query while one is answered, so its `seconds` by step may come to more. `processor` holds the seconds that
    processors spent on each step and on `all`: those hardly grow when others use the machine. Of Spark it holds none:
    Java is a process of its own.
    """

    rules: int = 0
    whole: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    lines: int = 0
    evidence: int = 0
    peak_mib: float = 0.0

    def of(self, *steps: str) -> float:
        """The seconds of some steps together; a step that a way does not know takes none."""
        return sum(self.seconds.get(step, 0.0) for step in steps)


class Timed(Duck):
    """DuckDB that knows how long it was at work for each step, while queries are written beside it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.step = ""
        self.seconds: dict[str, float] = defaultdict(float)
        self.processor: dict[str, float] = defaultdict(float)
        self._asker = threading.get_ident()
        self._writer = time.pthread_getcpuclockid(self._asker)

    def _later(self, do: Callable[[], Any]) -> None:
        step = self.step
        super()._later(lambda: self._timed(step, do))

    def _now(self, query: str) -> Any:
        self.settle()
        return self._timed(self.step, lambda: self.run(query))

    def _timed(self, step: str, do: Callable[[], Any]) -> Any:
        began, spent = time.perf_counter(), self._spent()
        found = do()
        self.seconds[step] += time.perf_counter() - began
        self.processor[step] += self._spent() - spent
        return found

    def _spent(self) -> float:
        """The processors' seconds of everything but the writing of queries; of what the writer asks himself, too."""
        if threading.get_ident() == self._asker:
            return time.process_time()
        return time.process_time() - time.clock_gettime(self._writer)


def rules() -> list[Rule]:
    """The rules that are measured."""
    return [rule for rule in RULES if rule.id in MEASURED]


def line_rules() -> list[Rule]:
    """All line rules that need no history: they read the line, its visit, and what the check of medicines found."""
    found_of_check = {f"measure.{one.name}" for one in MEASURES if one.over == "detected"}
    knowledge = load_knowledge()

    def counted(rule: Rule) -> set[str]:
        return {path for path in rule_tree(rule, knowledge).read if path.startswith("measure.")}

    return [rule for rule in RULES if rule.scope is Scope.LINE and counted(rule) <= found_of_check]


def ours(lake: Path, out: Path, threads: int, memory: str = MEMORY) -> Took:
    """The audit on DuckDB, by the rules that are written by hand too."""
    return _on_duckdb(lake, out, threads, memory, rules())


def every_line_rule(lake: Path, out: Path, threads: int, memory: str = MEMORY) -> Took:
    """The audit on DuckDB, by all line rules that need no history."""
    return _on_duckdb(lake, out, threads, memory, line_rules())


def _on_duckdb(lake: Path, out: Path, threads: int, memory: str, chosen: Sequence[Rule]) -> Took:
    knowledge = load_knowledge()
    engine = Timed(threads=threads, memory=memory, spill=out / "spill")
    with rarely_collected():
        began, before = time.perf_counter(), time.process_time()

        def note(step: str) -> None:
            engine.step = step

        audit = _audited(engine, lake, out, knowledge, chosen, note)
        took = Took(len(chosen), time.perf_counter() - began, dict(engine.seconds), dict(engine.processor))
        took.processor["all"] = time.process_time() - before
        asked = sum(took.processor[step] for step in took.processor if step != "all")
        took.processor["building queries"] = took.seconds["building queries"] = took.processor["all"] - asked
    engine.write(audit.judged, out / "judged.parquet")
    engine.close()
    return took


def _audited(
    engine: Engine, lake: Path, out: Path, knowledge: Knowledge, chosen: Sequence[Rule], note: Callable[[str], None]
) -> ScopeAudit:
    """Judge, write the evidence, count. `note` is told what begins."""
    note("preparing")
    audit = ColumnAuditor(Lake(engine, lake), knowledge, chosen).ready(Scope.LINE)
    note("judging")
    audit.ask()
    note("evidence")
    engine.write(audit.evidence(), out / "evidence.parquet")
    note("counting")
    audit.counts()
    return audit


def spark(lake: Path, out: Path, threads: int, _: str = MEMORY) -> Took:
    """The audit on Spark; the seconds are counted from a session that stands. Its memory is Java's own affair."""
    from xinglin.supervision.engines.columns.spark import Spark

    engine = Spark(master=f"local[{threads}]")
    engine.one(engine.open(lake, "lines").count().as_table())  # type: ignore[union-attr]
    seconds: dict[str, float] = {}
    began, last = time.perf_counter(), [("", time.perf_counter())]

    def note(step: str) -> None:
        (before, since), at = last[-1], time.perf_counter()
        seconds[before] = seconds.get(before, 0.0) + at - since
        last.append((step, at))

    audit = _audited(engine, lake, out, load_knowledge(), rules(), note)
    note("")
    seconds.pop("")
    took = Took(len(MEASURED), time.perf_counter() - began, seconds)
    engine.write(audit.judged, out / "judged.parquet")
    engine.close()
    return took


def hand(lake: Path, out: Path, threads: int, memory: str = MEMORY) -> Took:
    """The same by hand: handwritten.sql on DuckDB, with the same columns of evidence."""
    parts = _parts()
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}; SET memory_limit = '{memory}'; SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = '{out / 'spill'}'")
    knowledge, took = load_knowledge(), Took(len(MEASURED))
    began, spent = time.perf_counter(), time.process_time()

    def note(step: str) -> None:
        nonlocal began, spent
        took.seconds[step], began = time.perf_counter() - began, time.perf_counter()
        took.processor[step], spent = time.process_time() - spent, time.process_time()

    for name in ("encounters", "prescriptions", "lines", "detected"):
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM read_parquet('{lake / name}.parquet')")
    for name in LISTS:
        connection.register(f"k_{name}", _law(knowledge, name))
    for name in ("", "codes", "facts", "reckoned", "judge"):
        connection.execute(parts[name])
    note("judging")
    sums = ", ".join(f'count(*) FILTER ("o_{rule}" = {code})' for rule in MEASURED for code in range(4))
    connection.execute(f"SELECT {sums} FROM judged").fetchone()
    note("counting")
    connection.execute(parts["evidence"])
    columns = ", ".join(f'"{name}"' for name in json.loads((out / "columns.json").read_text()))
    connection.execute(f"COPY (SELECT {columns} FROM evidence) TO '{out}/evidence.parquet' {WRITTEN}")
    note("evidence")
    took.processor["all"], took.whole = sum(took.processor.values()), sum(took.seconds.values())
    connection.execute(f"COPY judged TO '{out}/judged.parquet' {WRITTEN}")
    return took


def _parts() -> Mapping[str, str]:
    """handwritten.sql by its headings; what stands before the first has none."""
    found: dict[str, list[str]] = {"": []}
    heading = ""
    for line in Path(__file__).with_name("handwritten.sql").read_text("utf-8").splitlines():
        word = line.removeprefix("-- ")
        if line.startswith("-- ") and word.isalpha():
            heading = word
        found.setdefault(heading, []).append(line)
    return {heading: "\n".join(lines) for heading, lines in found.items()}


def _law(knowledge: Knowledge, name: str) -> pa.Table:
    """A table of law as it stands: the parts of its key as k0 and k1, then its values."""
    rows = knowledge.tables[name].rows
    keys = {f"k{part}": [row.key[part] for row in rows] for part in range(len(rows[0].key))}
    return pa.table(keys | {column: [row.values.get(column) for row in rows] for column in rows[0].values})


WAYS: Final = {"ours": ours, "lines": every_line_rule, "hand": hand, "spark": spark}


def run(way: str, lake: Path, out: Path, *, threads: int = 2, seconds: float = 600, memory: str = MEMORY) -> Took:
    """One run in a process of its own."""
    out.mkdir(parents=True, exist_ok=True)
    program = [sys.executable, "-m", "xinglin.hospital.demo.bench.audit_runs"]
    command = [*program, way, str(lake), str(out), str(threads), memory]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise RuntimeError(f"{way} stopped: {done.stderr[-2000:]}")
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str]) -> None:
    """See the module."""
    way, lake, out, threads, memory = arguments
    importlib.import_module("pandas")  # Arrow loads it at its first list, for either way: that is starting, too.
    took = WAYS[way](Path(lake), Path(out), int(threads), memory)
    took.peak_mib = machine.peak_mib()
    with duckdb.connect() as connection:
        for name, place in (("lines", Path(lake) / "lines"), ("evidence", Path(out) / "evidence")):
            (count,) = connection.execute(f"SELECT count(*) FROM '{place}.parquet'").fetchone() or (0,)
            setattr(took, name, count)
    sys.stdout.write(json.dumps(asdict(took)) + "\n")


def check_equal(one: Path, other: Path) -> dict[str, int]:
    """Compare the outcomes by rule and line, and the evidence column by column. Raises NotTheSame.

    Returns the findings by rule.
    """
    with duckdb.connect() as connection:
        for name in ("judged", "evidence"):
            mine, theirs = _sums(connection, one / f"{name}.parquet"), _sums(connection, other / f"{name}.parquet")
            if unlike := sorted(
                column for column in mine.keys() | theirs.keys() if mine.get(column) != theirs.get(column)
            ):
                raise NotTheSame(f"{name} differs in {', '.join(unlike)}")
        findings = ", ".join(f'count(*) FILTER ("o_{rule}" = 2)' for rule in MEASURED)
        counted = connection.execute(f"SELECT {findings} FROM '{one}/judged.parquet'").fetchone()
    return dict(zip(MEASURED, counted or (), strict=True))


def _sums(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, tuple[int, ...]]:
    """For each column, how many values there are and a sum over the hashes of subject and value."""
    columns = [row[0] for row in connection.execute(f"DESCRIBE FROM '{path}'").fetchall()]
    asked = ", ".join(f'count("{name}"), sum(hash(subject, "{name}"::VARCHAR)::HUGEINT)' for name in columns)
    row = connection.execute(f"SELECT {asked} FROM '{path}'").fetchone() or ()
    return {name: (row[2 * number], row[2 * number + 1]) for number, name in enumerate(columns)}


def columns_of_evidence(ours_out: Path, hand_out: Path) -> None:
    """Tell the hand-written run which columns the audit wrote, so that both write the same."""
    with duckdb.connect() as connection:
        rows = connection.execute(f"DESCRIBE FROM '{ours_out}/evidence.parquet'").fetchall()
    hand_out.mkdir(parents=True, exist_ok=True)
    (hand_out / "columns.json").write_text(json.dumps([row[0] for row in rows]))


if __name__ == "__main__":
    main(sys.argv[1:])
