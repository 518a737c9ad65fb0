"""Whether a condition of the tables holds in a case: true, false or unknown, and what was read to tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from xinglin.clinical.knowledge.expressions import CHILD_PUGH, TIERS, Atom, Entry, Expression
from xinglin.clinical.medicines.case import Case, Line

FORMS_OF: Final = {"er": frozenset({"er", "ercap", "cr", "sr", "xr"})}
SILENT: Final = "-"
RANK: Final = {tier: len(TIERS) - number for number, tier in enumerate(TIERS)}
"""The graver, the higher."""


@dataclass(slots=True)
class Reading:
    """What was read on the way to an answer: facts with their values, and facts that are missing."""

    facts: dict[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Sides:
    """The lines that a row speaks of, and the substance of each."""

    a: Line
    code_a: str
    b: Line | None = None
    code_b: str = ""

    def line(self, side: str) -> Line | None:
        """The line of side a or b."""
        return self.a if side != "b" else self.b

    def code(self, side: str) -> str:
        """The substance of side a or b."""
        return self.code_a if side != "b" else self.code_b


def has_prefix(codes: Iterable[str], prefixes: Iterable[str]) -> str:
    """The first code that begins with one of the prefixes; empty where none does."""
    wanted = tuple(prefixes)
    return next((code for code in codes if code.startswith(wanted)), "") if wanted else ""


def holds(expression: Expression, case: Case, sides: Sides, reading: Reading) -> bool | None:
    """Whether all conditions hold. One that is false makes the whole false, whatever is unknown of the others."""
    unknown: set[str] = set()
    facts: dict[str, str] = {}
    for atom in expression:
        inner = Reading()
        value = _atom(atom, case, sides, inner)
        facts |= inner.facts
        if value is None:
            unknown |= inner.missing
        elif value is atom.negated:
            return False
    if unknown:
        reading.missing |= unknown
        return None
    reading.facts |= facts
    return True


@dataclass(frozen=True, slots=True)
class Tiered:
    """The tier after the context, the entry that decided, and the graver tiers that missing facts could give."""

    tier: str
    because: str
    could_be: tuple[tuple[str, frozenset[str]], ...]


def tier_of(base: str, context: tuple[Entry, ...], case: Case, sides: Sides, reading: Reading) -> Tiered:
    """The first entry that holds decides. What is unknown neither lowers nor raises; what it could raise is told."""
    could_be: list[tuple[str, frozenset[str]]] = []
    for entry in context:
        asked = Reading()
        held = holds(entry.when, case, sides, asked)
        if held:
            reading.facts |= asked.facts
            return Tiered(entry.tier, entry.text, tuple(could_be))
        if held is None and RANK[entry.tier] > RANK[base]:
            could_be.append((entry.tier, frozenset(asked.missing)))
    return Tiered(base, "", tuple(could_be))


def _atom(atom: Atom, case: Case, sides: Sides, reading: Reading) -> bool | None:
    if atom.kind in {"dx", "with", "flag", "held"}:
        return _recorded(atom, case, sides, reading)
    if atom.side:
        return _of_side(atom, case, sides, reading)
    if atom.kind == "sex":
        reading.facts["patient.sex"] = case.patient.sex
        if not case.patient.sex:
            reading.missing.add("patient.sex")
            return None
        return case.patient.sex == atom.name
    if atom.kind in {"pregnant", "lactating"}:
        return _state(atom.kind, case, reading)
    if atom.kind == "dialysis":
        reading.facts["patient.dialysis"] = str(case.patient.dialysis).lower()
        return case.patient.dialysis
    name, value = _number(atom, case)
    if value is None:
        reading.missing.add(name)
        return None
    reading.facts[name] = plain(value)
    return _compare(value, atom.sign, atom.number or Fraction(0))


def _state(kind: str, case: Case, reading: Reading) -> bool | None:
    known = case.patient.pregnant if kind == "pregnant" else case.patient.lactating
    if known is None and case.patient.sex == "M":
        known = False
    if known is None:
        reading.missing.add(f"patient.{kind}")
        return None
    reading.facts[f"patient.{kind}"] = str(known).lower()
    return known


def _number(atom: Atom, case: Case) -> tuple[str, Fraction | None]:
    patient = case.patient
    if atom.kind in {"lab", "labage"}:
        found = patient.labs.get(atom.name)
        if atom.kind == "lab":
            return f"patient.labs.{atom.name}", None if found is None else found.value
        days = None if found is None or found.days_old is None else Fraction(found.days_old)
        return f"patient.labs.{atom.name}.on", days
    values: dict[str, Fraction | None] = {
        "age": patient.age_years,
        "age_days": None if patient.age_days is None else Fraction(patient.age_days),
        "weight": patient.weight_kg,
        "weeks": None if patient.pregnancy_weeks is None else Fraction(patient.pregnancy_weeks),
        "egfr": patient.egfr,
        "crcl": patient.crcl,
        "child_pugh": Fraction(CHILD_PUGH[patient.child_pugh]) if patient.child_pugh else None,
    }
    names = {"weight": "weight_kg", "weeks": "pregnancy_weeks", "age": "age_years"}
    return f"patient.{names.get(atom.kind, atom.kind)}", values[atom.kind]


def _recorded(atom: Atom, case: Case, sides: Sides, reading: Reading) -> bool:
    if atom.kind == "dx":
        found = has_prefix(case.patient.diagnoses, atom.codes)
        if found:
            reading.facts[f"patient.diagnoses {found}"] = "recorded"
        return bool(found)
    if atom.kind == "with":
        # A renewal of the very medicine is not another one beside it; another substance of the same tablet is.
        others = atom.codes - {sides.code_a, sides.code_b}
        for line in case.lines:
            if not line.held and not line.local and line.codes & others:
                reading.facts[f"{line.place} {'+'.join(sorted(line.codes & others))}"] = "in force"
                return True
        return False
    if atom.kind == "held":
        stopped = sides.line(atom.side)
        if stopped is not None and stopped.held:
            reading.facts[f"{stopped.place}.held"] = "true"
        return stopped is not None and stopped.held
    intents = sides.a.intents | (sides.b.intents if sides.b else frozenset())
    for intent in sorted(intents & atom.codes):
        reading.facts[f"intent {intent}"] = "recorded"
    return bool(intents & atom.codes)


def _of_side(atom: Atom, case: Case, sides: Sides, reading: Reading) -> bool | None:
    line = sides.line(atom.side)
    if line is None:
        return False
    name = f"{line.place}.{atom.kind}"
    if atom.kind in {"prn", "single_dose", "new"}:
        renewed = any(sides.code(atom.side) in other.codes for other in case.current)
        value = {"prn": line.prn, "single_dose": line.single_dose, "new": line.ordered and not renewed}[atom.kind]
        reading.facts[name] = str(value).lower()
        return value
    if atom.kind in {"route", "form"}:
        return _way(atom, line, name, reading)
    if atom.kind == "days":
        number = None if line.days is None else Fraction(line.days)
    else:
        part = line.part(sides.code(atom.side))
        measured = part.daily if atom.kind == "daily" else part.single
        number = measured.value if measured and atom.amount and measured.kind == atom.amount.kind else None
    if number is None:
        reading.missing.add(name)
        return None
    reading.facts[name] = plain(number)
    limit = atom.number if atom.amount is None else atom.amount.value
    return _compare(number, atom.sign, limit or Fraction(0))


def _way(atom: Atom, line: Line, name: str, reading: Reading) -> bool | None:
    known = line.route if atom.kind == "route" else line.form
    if not known:
        reading.missing.add(name)
        return None
    reading.facts[name] = known
    if atom.kind == "form":
        return known in atom.codes or any(known in FORMS_OF.get(code, ()) for code in atom.codes)
    if "topical" in atom.codes and line.local:
        return True
    if "systemic" in atom.codes and not line.local:
        return True
    if "iv" in atom.codes and known in {"iv", "ivgtt"}:
        return True
    return known in atom.codes or ("inh" in atom.codes and known == "neb")


def _compare(value: Fraction, sign: str, limit: Fraction) -> bool:
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
    }[sign]


def plain(value: Fraction) -> str:
    """A number as a person writes it, at most three decimals."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
