"""Reading the published files whole: classes, records and pairs, each with its place, or one clear refusal."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from xinglin.supervision.tables.official.text import normal

CLASSES_FILE: Final = "cat88.json"
FRAMEWORK_FILE: Final = "cat79.json"
CLASS_LIST_FILE: Final = "rules_88_2025.csv"
RECORDS_FILE: Final = "knowledge_points.csv"
PAIRS_FILE: Final = "duplicate_charge_pairs.csv"

RECORD_COLUMNS: Final = (
    "kp_id",
    "rule_class",
    "gz_code",
    "level1",
    "level2",
    "item_name",
    "med_codes",
    "constraint",
    "detect_logic",
    "batch",
    "batch_tag",
    "published_at",
    "supersedes",
)
PAIR_COLUMNS: Final = ("序号", "频度", "主项名称", "主项编码", "从项名称", "从项编码", "备注")
PARAMETERS: Final = {
    "限定性别": "sex",
    "限定天数": "days",
    "限定医疗机构级别": "level",
    "限定就医方式": "modes",
    "儿童年龄限制": "years",
}
"""Columns that some editions of the sheets have beside the text, and the value of a row that each speaks of."""
WINDOWS: Final = {"单日": "day", "单次就诊": "encounter", "6小时": "hours6", "同一小时": "hour"}
CODE: Final = re.compile(r"[A-Z0-9]{6,30}")
TOTALS: Final = re.compile(r"^(合计|总计|小计)")


class BadRecords(ValueError):
    """The published files cannot be read. The message names the file, the row, the column and what would be right."""

    def __init__(self, file: str, row: int | None, column: str | None, right: str) -> None:
        place = ", ".join(
            part for part in (file, f"row {row}" if row else "", f"column {column}" if column else "") if part
        )
        super().__init__(f"{place}: {right}")
        self.file, self.row, self.column, self.right = file, row, column, right


@dataclass(frozen=True, slots=True)
class RuleClass:
    """One of the classes of the list, by its running number."""

    seq: int
    name: str
    level_1: str
    level_2: str
    code: str


@dataclass(frozen=True, slots=True)
class Record:
    """One published record, as published. `row` is the line of the file on which it begins."""

    row: int
    id: str
    rule_class: str
    class_code: str
    level_1: str
    level_2: str
    name: str
    codes: tuple[str, ...]
    odd_codes: tuple[str, ...]
    text: str
    logic: str
    batch: int | None
    batch_tag: str
    published_on: date | None
    supersedes: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A main item and an item that it includes, with the window in which both may not be charged."""

    row: int
    main: str
    sub: str
    window: str
    note: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An older list that calls a class otherwise than the list of 88 classes."""

    file: str
    row: int
    code: str
    name: str
    here: str


@dataclass(frozen=True)
class Published:
    """Everything that was read, with a digest of each file and the rows that are no records."""

    classes: tuple[RuleClass, ...]
    records: tuple[Record, ...]
    pairs: tuple[Pair, ...]
    files: tuple[tuple[str, str], ...]
    dropped: tuple[tuple[str, int, str], ...]
    lists: tuple[Disagreement, ...]
    by_name: dict[str, RuleClass] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {normal(one.name): one for one in self.classes})

    def class_of(self, record: Record) -> RuleClass:
        """The class of a record; reading made sure that there is one."""
        return self.by_name[normal(record.rule_class)]


def read_published(folder: Path) -> Published:
    """Read a folder of published files. Raises BadRecords; only ``cat79.json`` and ``rules_88_2025.csv`` may lack."""
    if not folder.is_dir():
        raise BadRecords(str(folder), None, None, f"this must be a folder that holds {RECORDS_FILE}")
    digests: list[tuple[str, str]] = []
    dropped: list[tuple[str, int, str]] = []

    def take(name: str, *, needed: bool = True) -> str:
        try:
            content = (folder / name).read_bytes()
        except FileNotFoundError:
            if needed:
                raise BadRecords(name, None, None, f"the file is missing in {folder}") from None
            return ""
        except OSError as trouble:
            raise BadRecords(name, None, None, f"the file cannot be read ({trouble.strerror})") from None
        digests.append((name, hashlib.sha256(content).hexdigest()))
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            line = content[: wrong.start].count(b"\n") + 1
            raise BadRecords(name, line, None, "the text must be UTF-8") from None

    classes = tuple(_classes(take(CLASSES_FILE)))
    lists = tuple(_check_lists(classes, take(FRAMEWORK_FILE, needed=False), take(CLASS_LIST_FILE, needed=False)))
    names = {normal(one.name) for one in classes}
    records = tuple(_records(take(RECORDS_FILE), names, dropped))
    pairs = tuple(_pairs(take(PAIRS_FILE), dropped))
    return Published(classes, records, pairs, tuple(digests), tuple(dropped), lists)


def _json(file: str, content: str, part: str) -> list[dict[str, Any]]:
    try:
        entries = json.loads(content)[part]
    except json.JSONDecodeError as wrong:
        raise BadRecords(file, wrong.lineno, None, f"this is no JSON ({wrong.msg})") from None
    except (KeyError, TypeError):
        raise BadRecords(file, None, part, "the document must be an object with this list") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadRecords(file, None, part, "this must be a list of objects")
    return entries


def _classes(content: str) -> Iterator[RuleClass]:
    seen: set[int] = set()
    for place, entry in enumerate(_json(CLASSES_FILE, content, "rules"), start=1):
        seq, name = entry.get("seq"), entry.get("name")
        if not isinstance(seq, int) or seq in seen or seq < 1:
            raise BadRecords(CLASSES_FILE, place, "seq", "each class has its own running number, 1 and up")
        if not isinstance(name, str) or not name.strip():
            raise BadRecords(CLASSES_FILE, place, "name", "each class has a name")
        seen.add(seq)
        level_1, level_2 = str(entry.get("tier1") or ""), str(entry.get("tier2") or "")
        yield RuleClass(seq, name, level_1, level_2, str(entry.get("gz_code_1_0") or ""))


def _check_lists(classes: tuple[RuleClass, ...], framework: str, listed: str) -> Iterator[Disagreement]:
    """Where the two older lists, if they are there, call a class otherwise. The list of 88 classes is preferred."""
    codes = {one.code: one.name for one in classes if one.code}
    if framework:
        for place, entry in enumerate(_json(FRAMEWORK_FILE, framework, "rules_flat"), start=1):
            code, name = str(entry.get("official_code")), str(entry.get("name"))
            # The older list was taken from a printed table: its names carry stray words before or after.
            if code not in codes or normal(codes[code]) not in normal(name):
                yield Disagreement(FRAMEWORK_FILE, place, code, name, codes.get(code, ""))
    if listed:
        by_seq = {str(one.seq): one for one in classes}
        for row, cells in _rows(CLASS_LIST_FILE, listed, ("seq", "name", "code_1_0")):
            one = by_seq.get(cells["seq"])
            if one is None:
                raise BadRecords(CLASS_LIST_FILE, row, "seq", f"{CLASSES_FILE} has no class of this number")
            if (normal(one.name), one.code) != (normal(cells["name"]), cells["code_1_0"]):
                yield Disagreement(CLASS_LIST_FILE, row, cells["code_1_0"], cells["name"], f"{one.name} {one.code}")


def _rows(file: str, content: str, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV with the line on which each begins; every row must have as many cells as the header."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        header = [normal(name) for name in next(reader, [])]
        for column in needed:
            if column not in header:
                raise BadRecords(file, 1, column, f"the header must name this column; it names {', '.join(header)}")
        begin = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                raise BadRecords(file, begin, None, f"{len(header)} cells are needed, {len(cells)} are there")
            if cells:
                yield begin, dict(zip(header, (cell.strip() for cell in cells), strict=True))
            begin = reader.line_num + 1
    except csv.Error as wrong:
        raise BadRecords(file, reader.line_num, None, f"this is no CSV ({wrong})") from None


def _idle(cells: dict[str, str], named: tuple[str, ...]) -> str:
    """Why a row is no record: a total, or nothing at all; "" for a record."""
    if not any(cells.values()):
        return "empty"
    return "total" if any(TOTALS.match(normal(cells[name])) for name in named) else ""


def _records(content: str, names: set[str], dropped: list[tuple[str, int, str]]) -> Iterator[Record]:
    seen: set[str] = set()
    for row, cells in _rows(RECORDS_FILE, content, RECORD_COLUMNS):
        idle = _idle(cells, ("kp_id", "rule_class", "item_name"))
        if idle:
            dropped.append((RECORDS_FILE, row, idle))
            continue
        if not cells["kp_id"] or cells["kp_id"] in seen:
            raise BadRecords(RECORDS_FILE, row, "kp_id", "each record has an id of its own")
        if normal(cells["rule_class"]) not in names:
            right = f"{cells['rule_class'] or 'nothing'} stands here; it must be a class of {CLASSES_FILE}"
            raise BadRecords(RECORDS_FILE, row, "rule_class", right)
        seen.add(cells["kp_id"])
        yield _record(row, cells)


def _record(row: int, cells: dict[str, str]) -> Record:
    batch, day = cells["batch"], cells["published_at"]
    if batch and not batch.isdigit():
        raise BadRecords(RECORDS_FILE, row, "batch", f"{batch} stands here; it must be a whole number or empty")
    try:
        published_on = date.fromisoformat(day) if day else None
    except ValueError:
        right = f"{day} stands here; a day is written like 2026-01-28"
        raise BadRecords(RECORDS_FILE, row, "published_at", right) from None
    parts = [part.strip() for part in normal(cells["med_codes"]).split("|") if part.strip()]
    return Record(
        row=row,
        id=cells["kp_id"],
        rule_class=cells["rule_class"],
        class_code=cells["gz_code"],
        level_1=cells["level1"],
        level_2=cells["level2"],
        name=cells["item_name"],
        codes=tuple(dict.fromkeys(part for part in parts if CODE.fullmatch(part))),
        odd_codes=tuple(part for part in parts if not CODE.fullmatch(part)),
        text=cells["constraint"],
        logic=cells["detect_logic"],
        batch=int(batch) if batch else None,
        batch_tag=cells["batch_tag"],
        published_on=published_on,
        supersedes=cells["supersedes"],
        parameters=tuple((word, cells[word]) for word in PARAMETERS if cells.get(word)),
    )


def _pairs(content: str, dropped: list[tuple[str, int, str]]) -> Iterator[Pair]:
    seen: set[tuple[str, str]] = set()
    for row, cells in _rows(PAIRS_FILE, content, PAIR_COLUMNS):
        idle = _idle(cells, ("序号", "主项名称"))
        if idle:
            dropped.append((PAIRS_FILE, row, idle))
            continue
        window = WINDOWS.get(normal(cells["频度"]))
        if window is None:
            right = f"{cells['频度'] or 'nothing'} stands here; it must be one of {', '.join(WINDOWS)}"
            raise BadRecords(PAIRS_FILE, row, "频度", right)
        main, sub = (normal(cells[name]) for name in ("主项编码", "从项编码"))
        for column, code in (("主项编码", main), ("从项编码", sub)):
            if not CODE.fullmatch(code):
                right = f"{code or 'nothing'} stands here; it must be a code of capital letters and digits"
                raise BadRecords(PAIRS_FILE, row, column, right)
        if main == sub or (main, sub) in seen:
            right = "a pair names two different items, and each pair stands once"
            raise BadRecords(PAIRS_FILE, row, "从项编码", right)
        seen.add((main, sub))
        yield Pair(row, main, sub, window, cells["备注"])
