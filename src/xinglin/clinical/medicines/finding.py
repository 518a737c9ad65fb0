"""What a check says: one statement of the tables that holds of this case, after its context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xinglin.clinical.medicines.case import Case
from xinglin.clinical.medicines.truth import SILENT, Reading, Sides, Tiered, tier_of

RULES: Final[Mapping[str, str]] = {
    "interaction": "D10",
    "duplicate": "D05",
    "dose": "D04",
    "contraindication": "D07",
    "pregnancy": "D09",
    "lactation": "D09",
    "child": "D01",
    "sex": "D03",
    "elderly": "D08",
    "start": "D08",
    "allergy": "D14",
    "renal": "D19",
    "hepatic": "D19",
    "laboratory": "D19",
    "indication": "D06",
    "herbs": "D11",
    "mixture": "D10",
    "quantity": "B03",
    "control": "B01",
    "antimicrobial": "B05",
    "burden": "D08",
}
"""The rule of the law under which a kind of finding falls."""
REVIEW_CODES: Final[Mapping[str, str]] = {
    "interaction": "2-8",
    "duplicate": "2-7",
    "dose": "2-5",
    "contraindication": "2-2",
    "pregnancy": "2-2",
    "lactation": "2-2",
    "child": "2-2",
    "sex": "2-2",
    "elderly": "2-2",
    "start": "2-9",
    "allergy": "2-2",
    "renal": "2-5",
    "hepatic": "2-5",
    "laboratory": "2-2",
    "indication": "2-1",
    "herbs": "2-8",
    "mixture": "2-8",
    "quantity": "1-12",
    "control": "1-13",
    "antimicrobial": "1-14",
    "burden": "2-7",
}
"""The code under which the prescription-comment rules of 2010 (卫医管发〔2010〕28号) count a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement that holds. `places` are the lines it concerns, `facts` what was read to tell."""

    kind: str
    table: str
    row: str
    tier: str
    base: str
    problem: str
    places: tuple[str, ...]
    codes: tuple[str, ...]
    text_zh: str
    text_en: str
    action_zh: str
    action_en: str
    remedies: tuple[str, ...]
    because: str
    could_be: tuple[tuple[str, tuple[str, ...]], ...]
    facts: Mapping[str, str]
    source: str
    read: str
    second: bool
    """Read a second time: only then may it interrupt a physician on its own."""
    over_permille: int | None = None
    """Of a dose: the part above its limit, in thousandths."""

    @property
    def rule(self) -> str:
        """The rule of the law under which it falls."""
        return RULES[self.kind]

    @property
    def review_code(self) -> str:
        """The code of the prescription comment."""
        return REVIEW_CODES[self.kind]


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says, where its table has other words or another tier than the row itself."""

    text_zh: str = ""
    text_en: str = ""
    action_zh: str = ""
    action_en: str = ""
    tier: str = ""
    problem: str = ""


AS_WRITTEN: Final = Said()


def finding(
    *, kind: str, table: str, row: Any, case: Case, sides: Sides, reading: Reading, said: Said = AS_WRITTEN
) -> Finding | None:
    """The finding of a row that holds, its tier after the context; None where the context makes it silent.

    `row` is any kind of `clinical.knowledge.rows.Advice`, or a row with a tier and texts of its own.
    """
    base = said.tier or row.tier
    tiered = tier_of(base, getattr(row, "context", ()), case, sides, reading)
    if tiered.tier == SILENT:
        return None
    return _finding(kind, table, row, base, tiered, sides, reading, said)


def _finding(
    kind: str, table: str, row: Any, base: str, tiered: Tiered, sides: Sides, reading: Reading, said: Said
) -> Finding:
    lines = [sides.a] if sides.b is None else [sides.a, sides.b]
    codes = [sides.code_a] if not sides.code_b else [sides.code_a, sides.code_b]
    return Finding(
        kind=kind,
        table=table,
        row=row.id,
        tier=tiered.tier,
        base=base,
        problem=said.problem or getattr(row, "problem", "") or DEFAULT_PROBLEM.get(kind, "other"),
        places=tuple(dict.fromkeys(line.place for line in lines)),
        codes=tuple(dict.fromkeys(code for code in codes if code)),
        text_zh=said.text_zh or row.text_zh,
        text_en=said.text_en or row.text_en,
        action_zh=said.action_zh or getattr(row, "action_zh", ""),
        action_en=said.action_en or getattr(row, "action_en", ""),
        remedies=getattr(row, "remedies", ()),
        because=tiered.because,
        could_be=tuple((tier, tuple(sorted(missing))) for tier, missing in tiered.could_be),
        facts=dict(sorted(reading.facts.items())),
        source=row.source,
        read=row.read,
        second=row.second is not None,
    )


DEFAULT_PROBLEM: Final[Mapping[str, str]] = {
    "duplicate": "duplicate",
    "dose": "dose",
    "pregnancy": "pregnancy",
    "lactation": "pregnancy",
    "child": "age",
    "elderly": "age",
    "start": "age",
    "allergy": "allergy",
    "renal": "kidney",
    "hepatic": "liver",
    "indication": "indication",
}
"""The clinical problem under which a kind is merged where its rows name none."""
