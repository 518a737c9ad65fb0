"""The tables of diagnosis read whole: findings, numbers, conditions and their links. A fault refuses all of it.

`python -m xinglin.clinical.knowledge.conditions` prints every fault and what the tables hold.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeVar

from xinglin.clinical.knowledge import condition_rows as rows
from xinglin.clinical.knowledge.condition_rows import BadRow, Band, Condition, Finding, Link, Quantity

T = TypeVar("T")
FINDING_COLUMNS: Final = [
    "code",
    "kind",
    "name_zh",
    "name_en",
    "parents",
    "group",
    "import",
    "ask",
    "base",
    "question_zh",
    "question_en",
    "words_zh",
    "words_en",
]
_CODE: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ICD10: Final = re.compile(r"[A-Z]\d{2}(\.[0-9A-Z]{1,4})?")
_NEEDED: Final = ("icd10", "name_zh", "name_en", "department", "urgency", "per_100k", "source", "read", "links")
_KNOWN: Final = frozenset(
    {*_NEEDED, "also_zh", "also_en", "must_not_miss", "age", "sex", "season", "region", "pregnant"}
    | {"needs", "onset", "duration", "pattern", "parent"}
)


@dataclass(frozen=True, slots=True)
class ConditionFault:
    """One thing that is wrong in the tables of diagnosis: where, and what would be right."""

    file: str
    row: str
    column: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}, {self.row}, {self.column}: {self.why}"


class BadConditions(ValueError):
    """The tables of diagnosis have faults. `faults` holds all of them."""

    def __init__(self, faults: list[ConditionFault]) -> None:
        self.faults = faults
        shown = "\n".join(str(fault) for fault in faults[:20])
        super().__init__(f"{len(faults)} faults in the tables of diagnosis:\n{shown}")


@dataclass(frozen=True)
class ConditionKnowledge:
    """All tables of diagnosis; `digest` says which content this is."""

    findings: Mapping[str, Finding]
    conditions: Mapping[str, Condition]
    bands: tuple[Band, ...]
    quantities: Mapping[str, Quantity]
    departments: Mapping[str, tuple[str, str]]
    """Names (Chinese, English) by the code of the national list of clinical departments."""
    short_names: Mapping[str, str]
    """Words too short to be looked for in a text, by which a finding may be named alone."""
    digest: str


@lru_cache(maxsize=1)
def load_conditions() -> ConditionKnowledge:
    """The tables that come with the package. Raises BadConditions when one has a fault; nothing is half-loaded."""
    knowledge, faults = read_conditions(read_files(files("xinglin.clinical.knowledge") / "diagnosis"))
    if faults:
        raise BadConditions(faults)
    return knowledge


def read_files(folder: Traversable, prefix: str = "") -> dict[str, bytes]:
    """Every CSV and TOML file below a folder, by its path in it."""
    found: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            found |= read_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".csv", ".toml")):
            found[prefix + entry.name] = entry.read_bytes()
    return found


def read_conditions(documents: Mapping[str, bytes]) -> tuple[ConditionKnowledge, list[ConditionFault]]:
    """Knowledge from files that were read, and every fault in them."""
    reading = _Reading(documents)
    findings = reading.findings()
    quantities = reading.quantities()
    bands = reading.bands(findings, quantities)
    departments = reading.departments()
    conditions = reading.conditions(findings, departments)
    short = reading.short_names(findings)
    digest = hashlib.sha256()
    for path in sorted(documents):
        digest.update(path.encode() + b"\0" + hashlib.sha256(documents[path]).digest())
    return (
        ConditionKnowledge(findings, conditions, bands, quantities, departments, short, digest.hexdigest()),
        reading.faults,
    )


class _Reading:
    """One reading of all files, gathering the faults."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self.documents = documents
        self.faults: list[ConditionFault] = []

    def _lines(self, path: str) -> Iterator[dict[str, str]]:
        text = self.documents.get(path, b"").decode("utf-8")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            yield {str(name): value or "" for name, value in row.items() if name is not None}

    def _try(self, file: str, row: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except BadRow as wrong:
            self.faults.append(ConditionFault(file, row, wrong.column, str(wrong)))
            return None

    def _say(self, file: str, row: str, column: str, why: str) -> None:
        self.faults.append(ConditionFault(file, row, column, why))

    def findings(self) -> dict[str, Finding]:
        found: dict[str, Finding] = {}
        places: dict[str, str] = {}
        more: list[tuple[str, dict[str, str]]] = []
        for path in sorted(self.documents):
            if not path.startswith("findings/"):
                continue
            for row in self._lines(path):
                if "kind" not in row:
                    more.append((path, row))
                    continue
                code = row.get("code", "")
                made = self._try(path, code, lambda row=row: _finding(row))  # type: ignore[misc]
                if made is not None and code in found:
                    self._say(path, code, "code", f"stands in {places[code]} too; a finding has one row")
                elif made is not None:
                    found[code], places[code] = made, path
        self._merge_words(found, more)
        self._check_parents(found, places)
        return found

    def _merge_words(self, found: dict[str, Finding], more: list[tuple[str, dict[str, str]]]) -> None:
        for path, row in more:
            old = found.get(row["code"])
            if old is None:
                self._say(path, row["code"], "code", "is no finding")
                continue
            zh = tuple(dict.fromkeys((*old.words_zh, *rows.words(row.get("words_zh")))))
            en = tuple(dict.fromkeys((*old.words_en, *rows.words(row.get("words_en")))))
            found[old.code] = replace(old, words_zh=zh, words_en=en)

    def _check_parents(self, found: Mapping[str, Finding], places: Mapping[str, str]) -> None:
        for one in found.values():
            for parent in one.parents:
                if parent not in found:
                    self._say(places[one.code], one.code, "parents", f"{parent} is no finding")
            if one.code in ancestors(found, one.code):
                self._say(places[one.code], one.code, "parents", "is its own ancestor")

    def quantities(self) -> dict[str, Quantity]:
        found = {}
        for row in self._lines("quantities.csv"):
            made = self._try("quantities.csv", row.get("quantity", ""), lambda row=row: _quantity(row))  # type: ignore[misc]
            if made is not None:
                found[made.quantity] = made
        return found

    def bands(self, findings: Mapping[str, Finding], quantities: Mapping[str, Quantity]) -> tuple[Band, ...]:
        found = []
        for row in self._lines("bands.csv"):
            made = self._try("bands.csv", row.get("id", ""), lambda row=row: _band(row))  # type: ignore[misc]
            if made is None:
                continue
            if made.finding not in findings:
                self._say("bands.csv", made.id, "finding", f"{made.finding} is no finding")
            elif made.quantity not in quantities:
                self._say("bands.csv", made.id, "quantity", f"{made.quantity} is not in quantities.csv")
            elif made.expected_with and made.expected_with not in findings:
                self._say("bands.csv", made.id, "expected_with", f"{made.expected_with} is no finding")
            elif bool(made.expected_with) != (made.expected_below is not None):
                self._say("bands.csv", made.id, "expected_below", "stands with expected_with or not at all")
            else:
                found.append(made)
        for name, times in Counter(one.id for one in found).items():
            if times > 1:
                self._say("bands.csv", name, "id", "stands twice")
        return tuple(found)

    def departments(self) -> dict[str, tuple[str, str]]:
        return {row["code"]: (row["name_zh"], row["name_en"]) for row in self._lines("departments.csv")}

    def short_names(self, findings: Mapping[str, Finding]) -> dict[str, str]:
        found = {row["name"]: row["code"] for row in self._lines("short_names.csv")}
        for name, code in found.items():
            if code not in findings:
                self._say("short_names.csv", name, "code", f"{code} is no finding")
        return found

    def conditions(
        self, findings: Mapping[str, Finding], departments: Mapping[str, tuple[str, str]]
    ) -> dict[str, Condition]:
        found: dict[str, Condition] = {}
        for path in sorted(self.documents):
            if not path.startswith("conditions/"):
                continue
            try:
                document = tomllib.loads(self.documents[path].decode("utf-8"))
            except tomllib.TOMLDecodeError as wrong:
                self._say(path, "-", "-", f"is not TOML: {wrong}")
                continue
            for name, table in document.items():
                made = self._try(path, name, lambda name=name, table=table, path=path: _condition(name, table, path))  # type: ignore[misc]
                if made is not None and name in found:
                    self._say(path, name, "id", f"stands in {found[name].file} too")
                elif made is not None:
                    found[name] = made
        for one in found.values():
            self._check_condition(one, findings, found)
            if one.department not in departments:
                self._say(one.file, one.id, "department", f"{one.department} is not in departments.csv")
        return found

    def _check_condition(
        self, one: Condition, findings: Mapping[str, Finding], conditions: Mapping[str, Condition]
    ) -> None:
        level = {link.finding: link.level for link in one.links}
        for code, times in Counter(link.finding for link in one.links).items():
            if code not in findings:
                self._say(one.file, one.id, "links", f"{code} is no finding")
            elif times > 1:
                self._say(one.file, one.id, "links", f"{code} stands {times} times")
        for code in level:
            for parent in ancestors(findings, code) if code in findings else ():
                if parent in level and level[parent] < level[code]:
                    self._say(
                        one.file, one.id, "links", f"{parent} (level {level[parent]}) is rarer than its kind {code}"
                    )
        for code in one.needs:
            if code not in findings:
                self._say(one.file, one.id, "needs", f"{code} is no finding")
        if one.parent and one.parent not in conditions:
            self._say(one.file, one.id, "parent", f"{one.parent} is no condition")
        if len(one.links) < 10:
            self._say(one.file, one.id, "links", f"only {len(one.links)}; a condition needs at least 10")


def ancestors(findings: Mapping[str, Finding], code: str) -> tuple[str, ...]:
    """All findings above one, nearest first; a ring is walked once."""
    found: dict[str, None] = {}
    ahead = list(findings[code].parents) if code in findings else []
    while ahead:
        one = ahead.pop(0)
        if one in found or one not in findings:
            continue
        found[one] = None
        ahead += findings[one].parents
    return tuple(found)


def _finding(row: Mapping[str, str]) -> Finding:
    missing = [name for name in FINDING_COLUMNS if name not in row]
    if missing:
        raise BadRow("header", f"lacks {', '.join(missing)}")
    code, kind = row["code"].strip(), row["kind"].strip()
    if not _CODE.fullmatch(code):
        raise BadRow("code", f"{code!r} is not lower case words joined by hyphens")
    if kind not in rows.KINDS:
        raise BadRow("kind", f"{kind!r} is not one of {', '.join(sorted(rows.KINDS))}")
    weight, ask = rows.number("import", row["import"]), rows.number("ask", row["ask"])
    base = rows.number("base", row["base"])
    if weight not in {1, 2, 3, 4, 5}:
        raise BadRow("import", f"{row['import']!r} is not 1 to 5")
    if ask not in {0, 1, 2, 3}:
        raise BadRow("ask", f"{row['ask']!r} is not 0 to 3")
    if base is None or not 0 < base < 1:
        raise BadRow("base", f"{row['base']!r} is not a probability between 0 and 1")
    for name in ("name_zh", "name_en"):
        if not row[name].strip():
            raise BadRow(name, "is empty and must not be")
    for name in ("question_zh", "question_en"):
        if ask and not row[name].strip():
            raise BadRow(name, "is empty though the patient can be asked")
    return Finding(
        code,
        kind,
        row["name_zh"].strip(),
        row["name_en"].strip(),
        rows.words(row["parents"]),
        row["group"].strip() or code,
        int(weight or 1),
        int(ask or 0),
        base,
        row["question_zh"].strip(),
        row["question_en"].strip(),
        rows.words(row["words_zh"]),
        rows.words(row["words_en"]),
    )


def _quantity(row: Mapping[str, str]) -> Quantity:
    pairs = []
    for part in rows.words(row.get("units")):
        name, star, factor = part.rpartition("*")
        if not star:
            raise BadRow("units", f"{part!r} is not unit*factor")
        pairs.append((name, factor))
    return Quantity(
        row["quantity"].strip(),
        row["name_zh"].strip(),
        row["name_en"].strip(),
        rows.words(row["words_zh"]),
        rows.words(row["words_en"]),
        row["unit"].strip(),
        tuple(pairs),
        rows.number("plausible_low", row.get("plausible_low")),
        rows.number("plausible_high", row.get("plausible_high")),
    )


def _band(row: Mapping[str, str]) -> Band:
    start, below = rows.number("from", row["from"]), rows.number("below", row["below"])
    if start is None and below is None:
        raise BadRow("from", "neither from nor below is given")
    return Band(
        row["id"].strip(),
        row["quantity"].strip(),
        row["unit"].strip(),
        rows.number("age_from", row["age_from"]),
        rows.number("age_until", row["age_until"]),
        row["sex"].strip(),
        start,
        below,
        row["finding"].strip(),
        (row.get("expected_with") or "").strip(),
        rows.number("expected_below", row.get("expected_below")),
    )


def _condition(name: str, table: Any, path: str) -> Condition:
    if not isinstance(table, dict):
        raise BadRow("id", "is not a table; begin it with [its-name]")
    if strange := sorted(set(table) - _KNOWN):
        raise BadRow(strange[0], f"is not known; known: {', '.join(sorted(_KNOWN))}")
    if missing := [column for column in _NEEDED if column not in table]:
        raise BadRow(missing[0], "is missing")
    if not _CODE.fullmatch(name):
        raise BadRow("id", "is not lower case words joined by hyphens")
    if not _ICD10.fullmatch(str(table["icd10"])):
        raise BadRow("icd10", f"{table['icd10']!r} is not an ICD-10 code such as J18.9")
    if table["urgency"] not in rows.URGENCIES:
        raise BadRow("urgency", f"{table['urgency']!r} is not one of {', '.join(rows.URGENCIES)}")
    if table["read"] not in {"memory", "yes"}:
        raise BadRow("read", "is not yes or memory")
    if not isinstance(table["per_100k"], int | float) or table["per_100k"] <= 0:
        raise BadRow("per_100k", "is not a number above 0")
    pregnant = table.get("pregnant")
    return Condition(
        name,
        table["icd10"],
        table["name_zh"],
        table["name_en"],
        tuple(table.get("also_zh", ())),
        tuple(table.get("also_en", ())),
        str(table["department"]),
        table["urgency"],
        bool(table.get("must_not_miss", False)),
        float(table["per_100k"]),
        rows.ages(table.get("age", "")),
        rows.factors("sex", table.get("sex", "")),
        rows.factors("season", table.get("season", "")),
        table.get("region", ""),
        None if pregnant is None else float(pregnant),
        tuple(table.get("needs", ())),
        rows.among("onset", table.get("onset", ""), rows.ONSETS),
        rows.among("duration", table.get("duration", ""), rows.DURATIONS),
        rows.among("pattern", table.get("pattern", ""), rows.PATTERNS),
        table["source"],
        table["read"],
        table.get("parent", ""),
        rows.links(table["links"]),
        path,
    )


def linked(condition: Condition) -> dict[str, Link]:
    """A condition's links by finding."""
    return {link.finding: link for link in condition.links}


def main() -> int:
    """Print the faults, and how much the tables hold. Ends with 2 for faults."""
    knowledge, faults = read_conditions(read_files(files("xinglin.clinical.knowledge") / "diagnosis"))
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    by_file = Counter(one.file for one in knowledge.conditions.values())
    for path, times in sorted(by_file.items()):
        count = sum(len(one.links) for one in knowledge.conditions.values() if one.file == path)
        sys.stdout.write(f"{path:>40} {times:>5} conditions {count:>6} links\n")
    used = {link.finding for one in knowledge.conditions.values() for link in one.links}
    links = sum(len(one.links) for one in knowledge.conditions.values())
    sys.stdout.write(
        f"{len(knowledge.findings)} findings ({len(used & set(knowledge.findings))} linked), "
        f"{len(knowledge.conditions)} conditions, {links} links, {len(knowledge.bands)} bands, "
        f"{len(faults)} faults, digest {knowledge.digest[:12]}\n"
    )
    return 2 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
