"""Load many rows at once by COPY, for the demo city and for imports. The rows are not judged here; constraints are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection

from xinglin.benefits.totals import Effect
from xinglin.hospital.insurance.models import ChronicQualification, Coverage, Usage
from xinglin.hospital.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A person's insurance."""

    person_id: UUID
    area: str
    insurance_type: str
    person_type: str
    from_on: date
    recorded_at: datetime
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class QualificationRow:
    """A chronic-disease qualification."""

    person_id: UUID
    disease: str
    from_on: date
    recorded_at: datetime
    until_on: date | None = None
    certified_by: str = "demo"


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What one part of a settled claim used."""

    person_id: UUID
    claim_id: UUID
    effect: Effect
    at: datetime
    part: int = 0


def _copy(model: Any, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    """COPY rows into a table; returns how many."""
    count = 0
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        raw = cast(Any, cursor).cursor
        with raw.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
    return count


def load_coverages(*, rows: Iterable[CoverageRow]) -> int:
    """Coverage of people who have none yet. Their accounts are loaded by the ledger's bulk door."""
    columns = ("id", "person_id", "area", "insurance_type", "person_type", "from_on", "until_on", "recorded_at")
    return _copy(
        Coverage,
        columns,
        (
            (new_id(), r.person_id, r.area, r.insurance_type, r.person_type, r.from_on, r.until_on, r.recorded_at)
            for r in rows
        ),
    )


def load_qualifications(*, rows: Iterable[QualificationRow]) -> int:
    """Chronic-disease qualifications."""
    columns = ("id", "person_id", "disease", "certified_by", "from_on", "until_on", "recorded_at")
    return _copy(
        ChronicQualification,
        columns,
        ((new_id(), r.person_id, r.disease, r.certified_by, r.from_on, r.until_on, r.recorded_at) for r in rows),
    )


USAGE_COLUMNS = (
    "id", "person_id", "claim_id", "part", "kind", "care_type", "disease", "year", "deductible_fen", "basic_fund_fen",
    "in_scope_fen", "burden_fen", "serious_fen", "visits", "at",
)  # fmt: skip


def load_usage(*, rows: Iterable[UsageRow]) -> int:
    """What settled claims of the past used."""
    return _copy(Usage, USAGE_COLUMNS, (_usage(row) for row in rows))


def _usage(r: UsageRow) -> tuple[Any, ...]:
    e = r.effect
    return (
        new_id(), r.person_id, r.claim_id, r.part, "reserved", e.key.care_type, e.key.disease, e.key.year,
        e.deductible_fen, e.basic_fund_fen, e.in_scope_fen, e.burden_fen, e.serious_fen, 1, r.at,
    )  # fmt: skip
