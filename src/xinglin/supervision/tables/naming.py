"""What foreign records call a substance or a problem, and what it is called here. No law: only names and codes.

The tables lie in ``names/``. What they do not hold is not guessed: the caller counts it as not mapped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Substance:
    """An active substance: its code here, its ATC code where it is given alone ("" for none), its Chinese name."""

    code: str
    atc: str
    zh: str


@dataclass(frozen=True, slots=True)
class MedicineNames:
    """Substances by foreign name, brands that stand for substances, and ATC codes of combinations."""

    substances: Mapping[str, Substance]
    brands: Mapping[str, str]
    combinations: Mapping[str, str]
    by_code: Mapping[str, Substance]


@dataclass(frozen=True, slots=True)
class ProblemNames:
    """ICD-10 beginnings by foreign name ("" for what is no problem of health), and procedures that are dialysis."""

    problems: Mapping[str, str]
    dialysis: frozenset[str]


@lru_cache(maxsize=1)
def medicine_names() -> MedicineNames:
    """The names of medicines that come with the package."""
    read = tomllib.loads((files("xinglin.supervision.tables") / "names" / "medicines.toml").read_text("utf-8"))
    substances = {name: Substance(code, atc, zh) for name, code, atc, zh in read["substance"]}
    return MedicineNames(
        substances, dict(read["brand"]), dict(read["combination"]), {one.code: one for one in substances.values()}
    )


@lru_cache(maxsize=1)
def problem_names() -> ProblemNames:
    """The names of problems and procedures that come with the package."""
    read = tomllib.loads((files("xinglin.supervision.tables") / "names" / "conditions.toml").read_text("utf-8"))
    return ProblemNames(dict(read["problem"]), frozenset(read["dialysis"]))
