"""What control and audit say, kept by subject as bytes in files, and where the two differ. Pure but for the files.

A year of a city is some twenty million verdicts. Those on one subject are kept together: an outcome and a hash for
each rule of its scope, nothing where a rule was not asked. Both sides lie in files, scope by scope, and are joined by
the subject: no process ever holds them all, and not one hash is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.hashing import Hashed
from xinglin.supervision.verdicts import Outcome, Scope

Place = tuple[str, str]
"""A rule and a subject."""
DIGEST: Final = 32
NOT_ASKED: Final = 0
OUTCOMES: Final = tuple(Outcome)
CODES: Final = {outcome: number + 1 for number, outcome in enumerate(OUTCOMES)}
RULES_OF: Final = {scope: tuple(rule.id for rule in RULES if rule.scope is scope) for scope in Scope}
"""The rules of each scope, in the order in which what they say of a subject is kept."""
PLACES: Final = {
    rule: (scope, number * (DIGEST + 1)) for scope, rules in RULES_OF.items() for number, rule in enumerate(rules)
}
WIDTHS: Final = {scope: max(1, len(rules) * (DIGEST + 1)) for scope, rules in RULES_OF.items()}
MEMORY: Final = "1500MB"
"""What the join of both sides may hold; beyond that it goes to disk."""
BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as far as it is compared: what was said, and the hash of its core."""

    outcome: Outcome
    hash: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that is not the same on both sides; None where one of them says nothing."""

    rule: str
    subject: str
    control: Given | None
    audit: Given | None

    @property
    def place(self) -> Place:
        """The rule and the subject."""
        return self.rule, self.subject


@dataclass
class Tally:
    """How many verdicts were kept, by scope and by outcome."""

    verdicts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """And those of another."""
        self.verdicts.update(other.verdicts)
        self.outcomes.update(other.outcomes)

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.verdicts.values())


class Answers:
    """Verdicts that are given one by one."""

    def __init__(self) -> None:
        self._held: dict[Scope, dict[str, bytearray]] = {scope: {} for scope in Scope}
        self.tally = Tally()

    def put(self, rule: str, subject: str, given: Given) -> None:
        """One more verdict. Raises ValueError for a rule that has judged the subject already."""
        scope, start = PLACES[rule]
        held = self._held[scope].get(subject)
        if held is None:
            held = self._held[scope][subject] = bytearray(WIDTHS[scope])
        if held[start] != NOT_ASKED:
            raise ValueError(f"{rule} has judged {subject} twice")
        held[start] = CODES[given.outcome]
        held[start + 1 : start + 1 + DIGEST] = given.hash
        self.tally.verdicts[scope.value] += 1
        self.tally.outcomes[given.outcome] += 1

    def __iter__(self) -> Iterator[tuple[Place, Given]]:
        for scope, held in self._held.items():
            for subject, said in held.items():
                found = ((rule, _given(bytes(said), PLACES[rule][1])) for rule in RULES_OF[scope])
                yield from (((rule, subject), given) for rule, given in found if given is not None)

    def keep(self, folder: Path) -> Tally:
        """Write them into a folder, one file a scope; returns how many there are."""
        folder.mkdir(parents=True, exist_ok=True)
        for scope, held in self._held.items():
            said = pa.array([bytes(one) for one in held.values()], pa.binary(WIDTHS[scope]))
            subjects = pa.array(list(held), pa.string())
            pq.write_table(pa.table({"subject": subjects, "said": said}), _file(folder, scope), compression="none")
        return self.tally


def keep_hashed(scope: Scope, batches: Iterable[Hashed], folder: Path) -> Tally:
    """Write what an audit says of the subjects of a scope, batch after batch; returns how many verdicts there are."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Tally()
    schema = pa.schema([("subject", pa.string()), ("said", pa.binary(WIDTHS[scope]))])
    with pq.ParquetWriter(_file(folder, scope), schema, compression="none") as writer:
        for batch in batches:
            said = np.zeros((len(batch.subjects), WIDTHS[scope]), np.uint8)
            for rule, outcomes in batch.outcomes.items():
                start = PLACES[rule][1]
                said[:, start] = [NOT_ASKED if one is None else CODES[one] for one in outcomes]
                digests = b"".join(one or bytes(DIGEST) for one in batch.hashes[rule])
                said[:, start + 1 : start + 1 + DIGEST] = np.frombuffer(digests, np.uint8).reshape(-1, DIGEST)
                counts = Counter(one for one in outcomes if one is not None)
                found.add(Tally(Counter({scope.value: counts.total()}), counts))
            kept = pa.FixedSizeBinaryArray.from_buffers(
                schema.field("said").type, len(batch.subjects), [None, pa.py_buffer(said.tobytes())]
            )
            writer.write_table(pa.Table.from_arrays([pa.array(batch.subjects, pa.string()), kept], schema=schema))
    return found


def _file(folder: Path, scope: Scope) -> Path:
    return folder / f"{scope.value}.parquet"


def differences(scope: Scope, control: Sequence[Path], audit: Path) -> Iterator[Difference]:
    """Every verdict on the subjects of a scope that is not the same on both sides, hash for hash.

    `control` are the folders of all shares and pieces. Raises ValueError where one side judged a subject twice.
    """
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 1; SET preserve_insertion_order = false")
        connection.execute(f"SET temp_directory = '{audit}-join'")
        sides = {"control": [_file(one, scope) for one in control], "audit": [_file(audit, scope)]}
        for name, files in sides.items():
            listed = ", ".join(f"'{one}'" for one in files)
            connection.execute(f"CREATE VIEW {name} AS SELECT subject, said FROM read_parquet([{listed}])")
            _once(connection, name, scope)
        found = connection.execute(
            "SELECT coalesce(c.subject, a.subject), c.said, a.said FROM control c FULL JOIN audit a "
            "ON c.subject = a.subject WHERE c.said IS DISTINCT FROM a.said"
        )
        while rows := found.fetchmany(BATCH):
            for subject, before, after in rows:
                yield from _of_subject(scope, subject, before, after)


def _once(connection: duckdb.DuckDBPyConnection, side: str, scope: Scope) -> None:
    answer: Any = connection.execute(f"SELECT count(*), count(DISTINCT subject) FROM {side}").fetchone()
    if answer[0] != answer[1]:
        raise ValueError(f"{side} has judged {answer[0] - answer[1]} subjects of scope {scope.value} twice")


def _of_subject(scope: Scope, subject: str, before: bytes | None, after: bytes | None) -> Iterator[Difference]:
    for rule in RULES_OF[scope]:
        start = PLACES[rule][1]
        control, audit = _given(before, start), _given(after, start)
        if control != audit:
            yield Difference(rule, subject, control, audit)


def _given(said: bytes | None, start: int) -> Given | None:
    if said is None or said[start] == NOT_ASKED:
        return None
    return Given(OUTCOMES[said[start] - 1], said[start + 1 : start + 1 + DIGEST])


@dataclass
class Comparison:
    """What was judged twice, and where the two differ."""

    verdicts: Counter[str] = field(default_factory=Counter)
    """Verdicts of which both spoke, by scope."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    unlike: list[Place] = field(default_factory=list)
    alone: list[Place] = field(default_factory=list)
    """Verdicts that only one of both gave."""

    @property
    def identical(self) -> bool:
        """Not one verdict differs, and there were some."""
        return bool(self.verdicts) and not self.unlike and not self.alone


def compare(control: Sequence[Path], audit: Path, audited: Tally) -> Comparison:
    """Hold every verdict of the audit against the one that was given at control. `audited` are the audit's."""
    found = Comparison(Counter(audited.verdicts), Counter(audited.outcomes))
    for scope in Scope:
        for one in differences(scope, control, audit):
            if one.audit is None or one.control is None:
                found.alone.append(one.place)
            else:
                found.unlike.append(one.place)
            if one.audit is not None and one.control is None:
                found.verdicts[scope.value] -= 1
                found.outcomes[one.audit.outcome] -= 1
    return found
