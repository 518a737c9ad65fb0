"""How often a medicine is taken, by the codes of the frequency table: one source for the rules and for the pharmacy."""

from __future__ import annotations

from dataclasses import dataclass

from xinglin.supervision.tables.loading import load_knowledge


@dataclass(frozen=True, slots=True)
class Frequency:
    """`times` doses in every `days` days. `counted` is False for once-only and as-needed use: no days follow."""

    code: str
    times: int
    days: int
    counted: bool


def frequencies() -> dict[str, Frequency]:
    """Every frequency by its code."""
    rows = load_knowledge().tables["frequency"].rows
    return {
        row.key[0]: Frequency(
            row.key[0], int(row.values["times"]), int(row.values["days"]), bool(row.values["counted"])
        )
        for row in rows
    }
