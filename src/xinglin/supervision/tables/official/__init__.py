"""Importing the records that the National Healthcare Security Administration publishes; nothing of them is shipped."""

from xinglin.supervision.tables.official.files import BadRecords, read_published
from xinglin.supervision.tables.official.importing import Imported, import_published
from xinglin.supervision.tables.official.report import as_json, as_markdown, totals, words_of
from xinglin.supervision.tables.official.store import current_store, with_store, write_store

__all__ = [
    "BadRecords",
    "Imported",
    "as_json",
    "as_markdown",
    "current_store",
    "import_published",
    "read_published",
    "totals",
    "with_store",
    "words_of",
    "write_store",
]
