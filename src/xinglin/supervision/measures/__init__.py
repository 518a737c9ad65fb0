"""Named numbers computed from several rows of a case, beside its facts. Measures know no law: they count."""

from __future__ import annotations

from xinglin.supervision.facts.case import Case
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.facts.medicine import Line


def distinct_drugs(lines: tuple[Line, ...]) -> int | None:
    """How many different medicines the lines hold, without decoction pieces and solvents.

    Unknown as soon as one line leaves open whether it counts or which medicine it is. No lines: 0.
    """
    codes: set[str] = set()
    for line in lines:
        if line.decoction is True or line.solvent is True:
            continue
        if line.decoction is None or line.solvent is None or line.drug_code is None:
            return None
        codes.add(line.drug_code)
    return len(codes)


def measured(case: Case) -> Measure:
    """Every measure of a case."""
    return Measure(distinct_drugs=distinct_drugs(case.lines))
