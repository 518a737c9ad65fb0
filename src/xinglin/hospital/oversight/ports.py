"""What judging needs from above: what lies around a case. The modules above know it; config/wiring binds who tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from xinglin.supervision.facts.lake import Facts


@dataclass(frozen=True, slots=True)
class Around:
    """What is asked for around a case: the rows that its measures look at, as they are known at an instant.

    `wanted` names each table with the fact by which its rows are found, such as ("items", "patient.id"). Ids are those
    of the case; None where it names none of this house's form.
    """

    at: datetime
    on: date
    person_id: UUID | None
    physician_id: UUID | None
    encounter_id: UUID | None
    prescription_id: UUID | None
    """The case's own prescription: its rows are the case itself."""
    trace_codes: frozenset[str]
    codes: frozenset[str]
    """Codes of the items that the case itself charges."""
    fees: bool
    """Whether the case charges the fee of a visit."""
    wanted: frozenset[tuple[str, str]]

    def wants(self, table: str, by: str = "patient.id") -> bool:
        """Whether rows of a table are asked for by a fact."""
        return (table, by) in self.wanted


class History(Protocol):
    """Everything that this installation knows around a case."""

    def rows(self, around: Around) -> Iterable[tuple[str, Facts]]:
        """Rows of the lake's tables, each with its table. A row may carry its parents' facts itself."""
        ...
