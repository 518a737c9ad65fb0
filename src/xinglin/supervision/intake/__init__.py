"""Readers that turn a folder of records into a lake: one Parquet file a table, in the columns that the facts define.

Two forms are read: Parquet or CSV in the columns of ``docs/reference/lake-columns.md``, and a FHIR R4 bulk export
(NDJSON). Rows that cannot be read go to quarantine with the reason; the others go on. Nothing is guessed: what a source
does not say stays unknown. Memory does not grow with the input; what does not fit is spilled to disk.
"""

from xinglin.supervision.intake.result import Intake, TableIntake
from xinglin.supervision.intake.source import BadInput, Form, Source, look_at

__all__ = ["BadInput", "Form", "Intake", "Source", "TableIntake", "look_at"]
