"""When a remedy taken is itself the reason for a finding that stays: only where it is what the row demands.

The tables lower a finding themselves where a protector, a smaller dose or a shorter course answers it; where they do
not, the danger is still there and is shown again. A test answers nothing by being planned, but for the few pairs whose
whole management is that test. They are listed row by row in `data/managed.csv`; what is not listed is shown again.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.advising import Statement
from xinglin.hospital.pharmacy.remedies import Way


@dataclass(frozen=True, slots=True)
class Managed:
    """A remedy that is the management of a row. `reason_code` is the coded reason under which it stands."""

    row: str
    remedy: str
    reason_code: str
    why: T


@cache
def managed() -> dict[tuple[str, str], Managed]:
    """The list, by row and remedy."""
    text = resources.files("xinglin.hospital.pharmacy").joinpath("data/managed.csv").read_text("utf-8")
    return {
        (row["row"], row["remedy"]): Managed(
            row["row"], row["remedy"], row["reason_code"], T(zh=row["why_zh"], en=row["why_en"])
        )
        for row in csv.DictReader(text.splitlines())
    }


def management(statement: Statement, way: Way) -> Managed | None:
    """The entry under which taking this remedy answers the finding; None where it has to be shown again.

    Never for another tier than D, and never where this patient's own facts made it D: the row was not written for that.
    """
    told = statement.told
    if told["tier"] != "D" or told["base_tier"] != "D" or told["context"]:
        return None
    return managed().get((str(told["row"]), way.code))
