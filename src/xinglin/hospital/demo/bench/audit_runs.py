"""The audit and the same in hand-written SQL, each in a process of its own: what it takes, and what it says.

    python -m xinglin.hospital.demo.bench.audit_runs ours|hand|spark LAKE OUT THREADS MEMORY

writes OUT/judged.parquet (an outcome for every line and rule) and OUT/evidence.parquet (the facts, limits, lists and
amounts behind every finding), and prints one JSON document of seconds. Writing judged.parquet is not counted: it is
there to be compared.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from xinglin.hospital.demo.bench import machine
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.auditor import ColumnAuditor
from xinglin.supervision.engines.columns.duck import WRITTEN, Duck
from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.engines.columns.wide import Lake
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

    `processor` holds the seconds that processors spent on each step and on `all`: those hardly grow when others use
    the machine. Of Spark it holds none: Java is a process of its own.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    lines: int = 0
    evidence: int = 0
    peak_mib: float = 0.0

    def of(self, *steps: str) -> float:
        """The seconds of some steps together; a step that a way does not know takes none."""
        return sum(self.seconds.get(step, 0.0) for step in steps)

    @property
    def total(self) -> float:
        """Seconds until the evidence is written."""
        return sum(self.seconds.values())


class Timed(Duck):
    """DuckDB that knows how long it was at work; what is left over is the building of queries."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.at_work = self.processor = 0.0

    def run(self, query: str) -> Any:
        """As in Duck."""
        began, spent = time.perf_counter(), time.process_time()
        found = super().run(query)
        self.at_work += time.perf_counter() - began
        self.processor += time.process_time() - spent
        return found


def rules() -> list[Rule]:
    """The rules that are measured."""
    return [rule for rule in RULES if rule.id in MEASURED]


def ours(lake: Path, out: Path, threads: int, memory: str = MEMORY) -> Took:
    """The audit on DuckDB."""
    engine = Timed(threads=threads, memory=memory, spill=out / "spill")
    return _audited(engine, lake, out, load_knowledge())


def _audited(engine: Engine, lake: Path, out: Path, knowledge: Knowledge) -> Took:
    took, began, worked, spent = Took(), time.perf_counter(), 0.0, 0.0
    before = time.process_time()

    def note(working: str, building: str) -> None:
        nonlocal began, worked, spent
        passed, at_work = time.perf_counter() - began, getattr(engine, "at_work", 0.0)
        took.seconds[working] = at_work - worked if at_work else passed
        took.seconds[building] = took.seconds.get(building, 0.0) + passed - took.seconds[working]
        took.processor[working] = getattr(engine, "processor", 0.0) - spent
        worked, spent = at_work, spent + took.processor[working]
        took.processor[building] = time.process_time() - before - spent
        began = time.perf_counter()

    audit = ColumnAuditor(Lake(engine, lake), knowledge, rules()).ready(Scope.LINE)
    note("preparing", "building queries")
    audit.ask()
    note("judging", "building queries")
    audit.counts()
    note("counting", "building queries")
    engine.write(audit.evidence(), out / "evidence.parquet")
    note("evidence", "building queries")
    took.processor["all"] = time.process_time() - before
    engine.write(audit.judged, out / "judged.parquet")
    engine.close()
    return took


def spark(lake: Path, out: Path, threads: int, _: str = MEMORY) -> Took:
    """The audit on Spark; the seconds are counted from a session that stands. Its memory is Java's own affair."""
    from xinglin.supervision.engines.columns.spark import Spark

    engine = Spark(master=f"local[{threads}]")
    engine.one(engine.open(lake, "lines").count().as_table())  # type: ignore[union-attr]
    took = _audited(engine, lake, out, load_knowledge())
    took.processor.clear()
    return took


def hand(lake: Path, out: Path, threads: int, memory: str = MEMORY) -> Took:
    """The same by hand: handwritten.sql on DuckDB, with the same columns of evidence."""
    parts = _parts()
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}; SET memory_limit = '{memory}'; SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = '{out / 'spill'}'")
    knowledge, took = load_knowledge(), Took()
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
    took.processor["all"] = sum(took.processor.values())
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


WAYS: Final = {"ours": ours, "hand": hand, "spark": spark}


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
