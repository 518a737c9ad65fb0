"""One visit, several settlements: which lines a chronic-disease scheme pays, and which ordinary outpatient care.

A line belongs to a chronic scheme when the person is qualified for the disease on that day, the visit's diagnoses mean
the disease, and the item is on the disease's list. Everything else falls to ordinary outpatient care, not to zero.
A line on two lists goes to the qualification that stands first; callers give them in the order that favours the person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinglin.benefits.lines import FeeLine
from xinglin.benefits.policy import CareType, Disease


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one settlement: its care type and, in chronic care, its disease."""

    care_type: CareType
    disease: str
    lines: tuple[FeeLine, ...]


def split_by_scheme(
    lines: Sequence[FeeLine],
    *,
    qualified: Sequence[str],
    diagnoses: Sequence[str],
    diseases: Mapping[str, Disease],
) -> tuple[Part, ...]:
    """The parts of a bill in the order in which they are settled: chronic schemes first, ordinary care last.

    `qualified` are disease codes that the person is qualified for, `diagnoses` the visit's ICD-10 codes. Never returns
    a part without lines; a bill without lines gives no part.
    """
    usable = [diseases[code] for code in qualified if code in diseases and diseases[code].means(diagnoses)]
    chronic: dict[str, list[FeeLine]] = {}
    ordinary: list[FeeLine] = []
    for line in lines:
        owner = next((d.code for d in usable if d.covers(code=line.code, atc=line.atc)), None)
        (ordinary if owner is None else chronic.setdefault(owner, [])).append(line)
    parts = [Part(CareType.CHRONIC, d.code, tuple(chronic[d.code])) for d in usable if d.code in chronic]
    if ordinary:
        parts.append(Part(CareType.OUTPATIENT, "", tuple(ordinary)))
    return tuple(parts)
