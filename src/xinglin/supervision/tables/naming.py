"""What foreign records call a substance, a problem or a procedure, and what it is called here. No law: names and codes.

The tables lie in ``names/``. What they do not hold is not guessed: the caller counts it as not mapped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Substance:
    """An active substance: its code here, its ATC code where it is given alone ("" for none), its Chinese name."""

    code: str
    atc: str
    zh: str


@dataclass(frozen=True, slots=True)
class MedicineNames:
    """Substances by foreign name, brands that stand for substances, ATC codes of combinations, and those of a substance
    that is given in one way (by its code and the way)."""

    substances: Mapping[str, Substance]
    brands: Mapping[str, str]
    combinations: Mapping[str, str]
    by_code: Mapping[str, Substance]
    by_route: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class ProblemNames:
    """ICD-10 beginnings by foreign name ("" for what is no problem of health)."""

    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProcedureNames:
    """Codes of ours and Chinese names by foreign name; procedures that are dialysis; visits that only certify a death.

    The latter two hold codes of SNOMED CT and names.
    """

    procedures: Mapping[str, tuple[str, str]]
    dialysis: frozenset[str]
    death_certificate: frozenset[str]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("xinglin.supervision.tables") / "names" / name).read_text("utf-8"))


@lru_cache(maxsize=1)
def medicine_names() -> MedicineNames:
    """The names of medicines that come with the package."""
    read = _read("medicines.toml")
    substances = {name: Substance(code, atc, zh) for name, code, atc, zh in read["substance"]}
    return MedicineNames(
        substances,
        dict(read["brand"]),
        dict(read["combination"]),
        {one.code: one for one in substances.values()},
        {(code, route): atc for code, route, atc in read["by_route"]},
    )


@lru_cache(maxsize=1)
def problem_names() -> ProblemNames:
    """The names of problems that come with the package."""
    return ProblemNames(dict(_read("conditions.toml")["problem"]))


@lru_cache(maxsize=1)
def procedure_names() -> ProcedureNames:
    """The names of procedures and visits that come with the package."""
    read = _read("procedures.toml")
    named = {name: (code, zh) for name, code, zh in read["procedure"]}
    return ProcedureNames(named, frozenset(read["dialysis"]), frozenset(read["death_certificate"]))
