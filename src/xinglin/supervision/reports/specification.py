"""Reading a specification: a small text of Markdown tables that says what a rule answers for which facts.

The same text runs as a test and is printed in the rule book. It holds one table of facts that every row shares, an
optional table of local limits, one of rows that are added to the tables for these examples (parts of a key are joined
by ``/``), and one table of rows::

    # B02

    ## Given
    | fact | value |
    | --- | --- |
    | prescription.stage | draft |

    ## Locally
    | limit | territory | since | value |
    | --- | --- | --- | --- |

    ## Listed
    | table | key | territory | since | values |
    | --- | --- | --- | --- | --- |
    | item_sex | X100 | | 2020-01-01 | sex=female |

    ## Then
    | shows | zh | en | lines | outcome | excess | missing |
    | --- | --- | --- | --- | --- | --- | --- |
    | clear | 三种 | three medicines | A B C | clear | | |

A cell holds a whole number, ``yes`` or ``no``, a day, an instant in Shanghai, the code of an enumeration or text;
``?`` is unknown and ``""`` is the empty string.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from xinglin.supervision.engines.calendar import SHANGHAI
from xinglin.supervision.facts.case import GROUPS, MANY, Case, all_columns
from xinglin.supervision.facts.medicine import Line
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import Basis, Cell, DatedRow
from xinglin.supervision.verdicts import EXCESS_UNITS, Plain, Scope, Words

SHOWS: Final = ("clear", "finding", "at the limit", "cannot tell", "not applicable", "trap")
ABOUT: Final = ("shows", "zh", "en", "outcome", "excess", "missing")
LINES: Final = "lines"
TYPES: Final = {column.path: column.type for column in all_columns()}


class BadSpecification(ValueError):
    """A specification cannot be read. The message names the rule, the row and what would be right."""


@dataclass(frozen=True, slots=True)
class LocalLimit:
    """A limit that a place sets for itself in this specification."""

    name: str
    territory: str
    since: date
    value: Cell


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row that a table holds in this specification."""

    table: str
    key: tuple[str, ...]
    territory: str
    since: date
    values: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Example:
    """One row: its facts, and what the rule answers."""

    shows: str
    words: Words
    cells: Mapping[str, str]
    outcome: str
    excess: Mapping[str, int]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Specification:
    """What a rule answers for which facts."""

    rule: str
    given: Mapping[str, str]
    local: tuple[LocalLimit, ...]
    listed: tuple[ListedRow, ...]
    examples: tuple[Example, ...]


def read_specification(text: str) -> Specification:
    """A specification from its text. Raises BadSpecification."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not lines[0].startswith("# "):
        raise BadSpecification("the first line of a specification is `# ` and the id of its rule")
    rule = lines[0][2:].strip()
    sections: dict[str, list[dict[str, str]]] = {}
    for title, body in _sections(lines[1:]):
        sections.setdefault(title, []).extend(_table(rule, body))
    if unknown := sections.keys() - {"Given", "Locally", "Listed", "Then"}:
        wrong = ", ".join(sorted(unknown))
        raise BadSpecification(f"{rule}: unknown section {wrong}; use Given, Locally, Listed and Then")
    return Specification(
        rule,
        {_fact(rule, row["fact"]): row["value"] for row in sections.get("Given", [])},
        tuple(_local(row) for row in sections.get("Locally", [])),
        tuple(_listed(row) for row in sections.get("Listed", [])),
        tuple(_example(rule, row) for row in sections.get("Then", [])),
    )


def _sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("## "):
            found.append((line[3:].strip(), []))
        elif line.startswith("|") and found:
            found[-1][1].append(line)
    return found


def _table(rule: str, lines: list[str]) -> list[dict[str, str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if len(rows) < 2:
        raise BadSpecification(f"{rule}: a table needs a head, a rule beneath it and rows")
    head, body = rows[0], rows[2:]
    for row in body:
        if len(row) != len(head):
            raise BadSpecification(f"{rule}: the row {row} has {len(row)} cells, the head has {len(head)}")
    return [dict(zip(head, row, strict=True)) for row in body]


def _fact(rule: str, path: str) -> str:
    if path != LINES and path not in TYPES:
        raise BadSpecification(f"{rule}: there is no fact {path}")
    return path


def _local(row: dict[str, str]) -> LocalLimit:
    return LocalLimit(row["limit"], row["territory"], date.fromisoformat(row["since"]), _listed_cell(row["value"]))


def _listed(row: dict[str, str]) -> ListedRow:
    cells = (part.strip().partition("=") for part in row["values"].split(",") if part.strip())
    return ListedRow(
        row["table"],
        tuple(row["key"].split("/")),
        row["territory"],
        date.fromisoformat(row["since"]),
        {name: _listed_cell(value) for name, _, value in cells},
    )


def _listed_cell(value: str) -> Cell:
    if value in {"yes", "no"}:
        return value == "yes"
    return int(value) if value.lstrip("-").isdigit() else value


def _example(rule: str, row: dict[str, str]) -> Example:
    if row["shows"] not in SHOWS:
        raise BadSpecification(f"{rule}: `shows` is one of {', '.join(SHOWS)}, not {row['shows']!r}")
    cells = {_fact(rule, path): value for path, value in row.items() if path not in ABOUT}
    excess = {}
    for part in filter(None, (part.strip() for part in row.get("excess", "").split(","))):
        number, unit = part.split()
        if unit not in EXCESS_UNITS:
            raise BadSpecification(f"{rule}: an excess is counted in {', '.join(EXCESS_UNITS)}, not in {unit}")
        excess[unit] = int(number)
    missing = tuple(sorted(filter(None, (part.strip() for part in row.get("missing", "").split(",")))))
    return Example(row["shows"], Words(row["zh"], row["en"]), cells, row["outcome"], excess, missing)


def read_cell(path: str, cell: str) -> Plain:
    """The fact that a cell holds."""
    kind = TYPES[path]
    if cell == "?":
        return None
    if cell == '""':
        return ""
    if kind is bool:
        if cell not in {"yes", "no"}:
            raise BadSpecification(f"{path} is yes, no or ?, not {cell!r}")
        return cell == "yes"
    if kind is datetime:
        return datetime.fromisoformat(cell).replace(tzinfo=SHANGHAI)
    if kind is date:
        return date.fromisoformat(cell)
    made: Plain = kind(cell)
    return made


def case_of(specification: Specification, example: Example, scope: Scope) -> Case:
    """The case of a row: the shared facts, the row's own over them, and an id for the subject that is judged."""
    cells = {f"{scope.value}.id": "S1", **specification.given, **example.cells}
    groups: dict[str, dict[str, Any]] = {}
    for path, cell in cells.items():
        if path != LINES:
            group, _, name = path.partition(".")
            groups.setdefault(group, {})[name] = read_cell(path, cell)
    many: dict[str, Any] = {"lines": _lines(cells[LINES])} if LINES in cells else {}
    if "measure" in groups:
        groups["measure"] |= {
            "scope": scope.value,
            "subject": read_cell(f"{scope.value}.id", cells[f"{scope.value}.id"]),
        }
    many |= {field: (GROUPS[name](**groups.pop(name)),) for field, name in MANY.items() if name in groups}
    made: dict[str, Any] = {name: GROUPS[name](**facts) for name, facts in groups.items()}
    return Case(**made, **many)


def _lines(cell: str) -> tuple[Line, ...]:
    """Lines in short: codes of medicines, ``X:decoction``, ``X:solvent``; ``?`` is a medicine not known."""
    lines = []
    for number, word in enumerate(cell.split(), start=1):
        code, _, mark = word.partition(":")
        lines.append(
            Line(
                id=f"L{number}",
                drug_code=None if code == "?" else code,
                decoction=mark == "decoction",
                solvent=mark == "solvent",
            )
        )
    return tuple(lines)


def knowledge_of(specification: Specification, knowledge: Knowledge) -> Knowledge:
    """The knowledge with the local limits and listed rows of the specification."""
    basis = Basis(Words("示例", "example"), Words("示例", "example"), read=False)
    for limit in specification.local:
        knowledge = knowledge.with_limit(limit.name, limit.value, basis, since=limit.since, territory=limit.territory)
    for row in specification.listed:
        if row.table not in knowledge.tables:
            raise BadSpecification(f"{specification.rule}: there is no table {row.table}")
        made = DatedRow(row.key, row.values, basis, row.since, territory=row.territory)
        knowledge = knowledge.with_row(row.table, made)
    return knowledge
