"""What an intake did, in numbers: for the manifest, and for a run that is taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xinglin.supervision.verdicts import Words

BETWEEN: Final = " | "
"""Between the Chinese and the English of a reason for quarantine."""


def reason(zh: str, en: str) -> str:
    """Why a row was set aside, in both languages in one text, as it stands in quarantine and in the counts."""
    return f"{zh}{BETWEEN}{en}"


def in_both(text: str) -> Words:
    """A reason's two languages; a text that has only one is the same in both."""
    zh, _, en = text.partition(BETWEEN)
    return Words(zh, en or zh)


@dataclass(frozen=True, slots=True)
class TableIntake:
    """One table: rows that were read, rows in quarantine by reason, columns that are not ours, columns that are there,
    and by column how many rows were given a value that the input does not say.

    A quarantined row may have several reasons; `quarantined` counts it once.
    """

    rows: int = 0
    quarantined: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    assumed: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {
            "rows": self.rows,
            "quarantined": self.quarantined,
            "reasons": dict(self.reasons),
            "unknown_columns": list(self.unknown_columns),
            "columns": list(self.columns),
            "assumed": dict(self.assumed),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TableIntake:
        """What `as_json` wrote."""
        return cls(
            stored["rows"],
            stored["quarantined"],
            dict(stored["reasons"]),
            tuple(stored["unknown_columns"]),
            tuple(stored["columns"]),
            dict(stored["assumed"]),
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """A whole intake. `unmapped` counts, for each kind of code, the names that no table of ours knows; `assumed`
    counts, by column, the rows that were given what the input does not say."""

    tables: Mapping[str, TableIntake]
    left_alone: tuple[str, ...] = ()
    mapped: Mapping[str, int] = field(default_factory=dict)
    unmapped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    assumed: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows that were read."""
        return sum(table.rows for table in self.tables.values())

    @property
    def quarantined(self) -> int:
        """All rows in quarantine."""
        return sum(table.quarantined for table in self.tables.values())
