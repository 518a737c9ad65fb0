"""Invented worlds: small tables of facts in which people, visits, medicines and claims refer to one another.

Some are drawn fact by fact. Others begin with cases of a specification, which then are repeated on other days and at
other places, so that there is a history to measure. Any fact may be unknown. Every world comes from one number, and
many worlds lie in one lake without meeting: every name in a world ends with its number.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.generative.histories import STORIES, rows_of
from tests.generative.pools import SIDES, a_value, an_instant, rich_knowledge, specifications, usual

from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, Facts, World, column_name, table_columns
from xinglin.supervision.facts.schema import values
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.reports.specification import LINES, Example, Specification, _lines, read_cell
from xinglin.supervision.verdicts import Scope

Tables = dict[str, list[Facts]]
SIZES = {"encounters": 4, "prescriptions": 3, "lines": 5, "packs": 4, "claims": 2, "items": 7, "stays": 2}
ARROW = {int: pa.int64(), bool: pa.bool_(), date: pa.date32(), datetime: pa.timestamp("us", "UTC")}
PEOPLE = {"patient.id": 2, "condition.person_id": 2, "allergy.person_id": 2, "physician.id": 2, "institution.id": 3}
PERSON = {"conditions": "condition.person_id", "allergies": "allergy.person_id"}
STATISTICS = {Scope.PRACTICE, Scope.RING}


def a_world(seed: int, *, unknown: float = 0.06, planted: bool | None = None) -> World:
    """A world from a number. `unknown` is the share of facts that are not known."""
    dice = random.Random(seed)
    from_cases = seed % 5 != 0 if planted is None else planted
    tables = _from_cases(seed, dice) if from_cases else _drawn(dice)
    _one_stay_an_encounter(tables)
    _each_key_once(tables)
    # Every other round the cases stay as they are, so that each is met undisturbed.
    calm = from_cases and (seed - seed // 5) // len(_known()) % 2 == 0
    if not calm and dice.random() < 0.5:
        _meet_a_list(tables, dice)
    if not calm:
        _known_at_the_instant(tables, random.Random(seed + 1))
    unknown *= 0 if calm else 0.5 if from_cases else 1
    world = World()
    for name, rows in tables.items():
        world.extend(name, [_forgotten(name, row, unknown, dice) for row in rows])
    return world


def rounds(each: int) -> int:
    """So many worlds in a row begin `each` times with every specification and every history; every fifth is drawn."""
    return -(-len(_known()) * each * 5 // 4) + 5


def joined(worlds: Iterable[World], *, with_blanks: int = 100) -> World:
    """Worlds side by side in one: each with names of its own, so that no history reaches into another.

    The empty string says *known to be none* and is no name; only the first few worlds may hold it where measures look
    for equal names, since all who have none would be compared with one another.
    """
    whole = World()
    for number, world in enumerate(worlds):
        for name, rows in world.tables.items():
            whole.extend(name, [_named(row, number, blank=number < with_blanks) for row in rows])
    return whole


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """The facts that hold names, and those of them by which measures match."""
    texts = {column.path for name in TABLES for column in table_columns(name) if column.type is str}
    matched = {path for measure in MEASURES for pair in measure.match for path in pair} & texts
    named = {path for path in texts if path.endswith(("id", "_key")) or path in {"item.key", "pack.trace_code"}}
    return frozenset(named), frozenset(matched & named)


def _named(row: Facts, number: int, *, blank: bool) -> Facts:
    names, matched = _names()
    made = dict(row)
    for path in names & row.keys():
        value = row[path]
        if isinstance(value, str) and (value or (path in matched and not blank)):
            made[path] = f"{value}~{number}"
    return made


def _drawn(dice: random.Random) -> Tables:
    """Tables drawn fact by fact."""
    made: Tables = {}
    for name, table in TABLES.items():
        rows = made[name] = []
        for number in range(dice.randint(1, SIZES.get(name, 2))):
            row = {column.path: a_value(column, dice) for column in table_columns(name)}
            row[table.key] = f"{name[:2]}{number}"
            _link(name, row, made, dice)
            rows.append(row)
    return made


def _link(name: str, row: Facts, made: Tables, dice: random.Random) -> None:
    """Let the row refer to rows and people that exist, mostly."""
    for parent in TABLES[name].parents:
        if parent.by in row and made.get(parent.table) and dice.random() < 0.95 and parent.table != "stays":
            row[parent.by] = dice.choice(made[parent.table])[parent.key]
    for path, count in PEOPLE.items():
        if path in row and dice.random() < 0.97:
            row[path] = f"{path[0].upper()}{dice.randrange(count)}"
    if name == "detected" and made["lines"] and dice.random() < 0.97:
        row["detected.line_id"] = dice.choice(made["lines"])["line.id"]


def _one_stay_an_encounter(made: Tables) -> None:
    """An encounter is at most one stay: the tables promise it. None has a blank name: joined worlds share it."""
    taken: set[Any] = {""}
    for stay in made["stays"]:
        if stay["stay.encounter_id"] in taken:
            stay["stay.encounter_id"] = None
        taken.add(stay["stay.encounter_id"])


def _each_key_once(made: Tables) -> None:
    """Refuse a world that no lake could hold: engines may differ on it, and it would say nothing of them."""
    for name, rows in made.items():
        keys = [row[TABLES[name].key] for row in rows]
        assert len(keys) == len(set(keys)), f"{name} holds a key twice: {sorted(map(str, keys))}"


@cache
def _known() -> tuple[str, ...]:
    """The ids of all specifications and the names of all histories."""
    return (*specifications(), *STORIES)


def _from_cases(seed: int, dice: random.Random) -> Tables:
    """Cases of one specification, of one person, or a history; and repetitions of their rows."""
    known = _known()
    chosen = known[(seed - seed // 5) % len(known)]
    if chosen in STORIES:
        made, scope = rows_of(chosen), Scope.ENCOUNTER
    else:
        made, scope = _cases(specifications()[chosen], dice), find_rule(chosen).scope
    if scope not in STATISTICS:
        for _ in range(dice.randint(0, 3)):
            _repeat(made, dice)
        for name in ("conditions", "allergies"):
            if dice.random() < 0.5:
                row = {column.path: a_value(column, dice) for column in table_columns(name)}
                row |= {TABLES[name].key: f"{name[:2]}x"}
                _link(name, row, made, dice)
                made[name].append({**row, PERSON[name]: "P0"})
        for number in range(dice.randint(0, 3) if made["lines"] else 0):
            row = {column.path: a_value(column, dice) for column in table_columns("detected")}
            _link("detected", row, made, dice)
            made["detected"].append({**row, "detected.id": f"de{number}x"})
    return made


def _cases(specification: Specification, dice: random.Random) -> Tables:
    made: Tables = {name: [] for name in TABLES}
    scope = find_rule(specification.rule).scope
    filled = dice.choice((0.3, 0.95, 1.0))
    for number, example in enumerate(_of_each_outcome(specification, dice)):
        for name, row in _rows({**specification.given, **example.cells}, scope, number, dice):
            made[name].append(_filled(name, row, filled, dice))
    return made


def _of_each_outcome(specification: Specification, dice: random.Random) -> list[Example]:
    """Examples with different answers."""
    examples = list(specification.examples)
    dice.shuffle(examples)
    return list({example.outcome: example for example in examples}.values())


def _filled(name: str, row: Facts, share: float, dice: random.Random) -> Facts:
    """The row with some values for facts of which the example does not speak, so that other rules can tell too."""
    made = dict(row)
    for column in table_columns(name):
        if made[column.path] is None and not column.path.endswith("id") and dice.random() < share:
            known = usual().get(column.path)
            made[column.path] = known if known is not None and dice.random() < 0.8 else a_value(column, dice)
    return made


def _rows(cells: Mapping[str, str], scope: Scope, number: int, dice: random.Random) -> Iterator[tuple[str, Facts]]:
    """The rows of the lake in which the cells of an example stand."""
    facts = {path: read_cell(path, cell) for path, cell in cells.items() if path != LINES}
    groups = {path.partition(".")[0] for path in facts}
    ids = {"patient.id": "P0", "physician.id": f"D{dice.randrange(2)}", "institution.id": f"H{dice.randrange(2)}"}
    ids |= {table.key: f"{name[:2]}{number}" for name, table in TABLES.items() if table.scope is not None}
    asked = an_instant(dice) + timedelta(days=2) if dice.random() < 0.7 else None
    for name, table in TABLES.items():
        own = OF_SCOPE[scope] is table
        wanted = own or (
            scope not in STATISTICS
            and table.scope not in {None, *STATISTICS}
            and (name == "encounters" or bool(groups & (set(table.groups) - {"record"})) or _holds_lines(name, scope))
        )
        if wanted:
            row = {column.path: facts.get(column.path) for column in table_columns(name)}
            linked = {parent.by: ids[parent.key] for parent in table.parents if parent.by in row and parent.key in ids}
            stamps = {"record.asked_at": asked, "record.known_at": an_instant(dice) if dice.random() < 0.7 else None}
            row |= {path: value for path, value in {**linked, **ids, **stamps}.items() if row.get(path, 0) is None}
            if number:
                row[table.key] = f"{name[:2]}{number}"
            yield name, row
    for line in _lines(cells[LINES]) if LINES in cells else ():
        row = {**values("line", line), "line.prescription_id": ids["prescription.id"]}
        yield "lines", {**row, "line.id": f"{row['line.id']}n{number}"}


def _holds_lines(name: str, scope: Scope) -> bool:
    return name == "prescriptions" and scope in {Scope.LINE, Scope.PACK, Scope.PRESCRIPTION}


def _repeat(made: Tables, dice: random.Random) -> None:
    """One row again, or a visit with what hangs on it: some days off, perhaps elsewhere, a few facts changed."""
    name = dice.choice([name for name, rows in made.items() if rows and TABLES[name].scope])
    days = timedelta(
        days=dice.choice((0, 0, 0, -1, -1, -3, -7, -20, -40, 1)), seconds=dice.choice((0, 0, 30, 900, -300))
    )
    row = _moved(name, dice.choice(made[name]), made, days, dice)
    if name != "encounters":
        made[name].append(row)
        return
    former, elsewhere = row["encounter.id"], row[TABLES[name].key]
    row["encounter.id"] = f"{elsewhere}r{len(made[name])}"
    if dice.random() < 0.5:
        row["institution.id"] = f"H{dice.randrange(3)}"
    made[name].append(row)
    original = str(former).partition("r")[0]
    for child, table in TABLES.items():
        links = [parent.by for parent in table.parents if parent.key == "encounter.id"]
        mine = [one for one in made[child] if links and one.get(links[0]) == original]
        for one in mine[:2]:
            made[child].append({**_moved(child, one, made, days, dice), links[0]: row["encounter.id"]})


def _moved(name: str, row: Facts, made: Tables, days: timedelta, dice: random.Random) -> Facts:
    """A copy on another day under a key that no row has; now and then some facts are drawn anew."""
    copy = {path: _shifted(value, days) for path, value in row.items()}
    if name != "encounters":
        copy[TABLES[name].key] = _free(f"{row[TABLES[name].key]}r", dice.randrange(10**6), name, made)
    if dice.random() < 0.5:
        for column in dice.sample(table_columns(name), k=dice.randint(1, 3)):
            if not column.path.endswith("id"):
                copy[column.path] = a_value(column, dice)
    return copy


def _free(beginning: str, number: int, name: str, made: Tables) -> str:
    """A key that no row of the table has: the tables promise that a key is given once."""
    taken = {row[TABLES[name].key] for row in made[name]}
    return next(key for tail in itertools.count(number) if (key := f"{beginning}{tail}") not in taken)


def _shifted(value: Any, days: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + days
    return value + timedelta(days=days.days) if isinstance(value, date) else value


def _meet_a_list(tables: Tables, dice: random.Random) -> None:
    """Give the rows the codes of one row of a list, so that pairs of codes are met too."""
    knowledge = rich_knowledge()
    lookup = dice.choice(list(knowledge.lookups.values()))
    rows = knowledge.tables[lookup.table].rows
    if not rows:
        return
    row = dice.choice(rows)
    for number, key in enumerate(lookup.keys):
        for path in SIDES.get(key, (key.removeprefix("other."),)):
            for one in (one for table in tables.values() for one in table if path in one):
                if dice.random() < (0.5 if key in SIDES else 0.8):
                    one[path] = row.key[number]


def _known_at_the_instant(tables: Tables, dice: random.Random) -> None:
    """Let some rows become known at the very instant at which another is judged: what is known then is known."""
    asked = [row["record.asked_at"] for rows in tables.values() for row in rows if row.get("record.asked_at")]
    for row in (one for rows in tables.values() for one in rows if "record.known_at" in one):
        if asked and dice.random() < 0.15:
            row["record.known_at"] = dice.choice(asked)


def _forgotten(name: str, row: Facts, unknown: float, dice: random.Random) -> Facts:
    """The row with some facts unknown; a row keeps its key, mostly."""
    key = TABLES[name].key
    return {
        path: None if dice.random() < (unknown / 10 if path == key else unknown) else value
        for path, value in row.items()
    }


def write_lake(world: World, folder: Path) -> None:
    """The world as a lake."""
    for name in TABLES:
        rows = world.tables.get(name, [])
        data = {
            column_name(column.path): pa.array(
                [_cell(row.get(column.path)) for row in rows], ARROW.get(column.type, pa.string())
            )
            for column in table_columns(name)
        }
        pq.write_table(pa.table(data), folder / f"{name}.parquet")


def _cell(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
