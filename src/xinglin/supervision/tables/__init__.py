"""Reference tables that rules join to facts: schemas, loading, validation, effective dates. Data lies in ``data/``."""

from xinglin.supervision.tables.frequencies import Frequency, frequencies
from xinglin.supervision.tables.knowledge import Knowledge, Limit, Lookup
from xinglin.supervision.tables.loading import load_knowledge
from xinglin.supervision.tables.rows import BadTable, Basis, DatedRow, Table

__all__ = [
    "BadTable",
    "Basis",
    "DatedRow",
    "Frequency",
    "Knowledge",
    "Limit",
    "Lookup",
    "Table",
    "frequencies",
    "load_knowledge",
]
