"""The knowledge that this installation judges with: the package's own, what was imported, limits put in force here."""

import logging
from datetime import date
from pathlib import Path

from django.conf import settings

from xinglin.hospital.oversight.errors import KnowledgeDamaged
from xinglin.supervision.tables import BadTable, Knowledge, load_knowledge
from xinglin.supervision.tables.adopted import current_adopted
from xinglin.supervision.tables.official import current_store

log = logging.getLogger(__name__)


def knowledge_in_force() -> Knowledge:
    """Asked at every judgement, so that an import takes effect at once in every process. Raises KnowledgeDamaged."""
    imported, limits = files_in_force()
    if imported is None and limits is None:
        return load_knowledge()
    try:
        return load_knowledge(imported, limits)
    except BadTable as wrong:
        log.error("official knowledge cannot be used: %s", wrong)
        raise KnowledgeDamaged(file=", ".join(file.name for file in (imported, limits) if file)) from wrong


def limit_in_force(name: str, *, on: date, territory: str) -> int | None:
    """A limit as the rules read it on a day in a place, put in force here or not; None where none holds.

    For deeds that ask the question of a rule before there is a case to judge: one number, one place to change it.
    """
    value = knowledge_in_force().limit(name, on, territory)
    return int(value) if isinstance(value, int) else None


def files_in_force() -> tuple[Path | None, Path | None]:
    """The files beside the package's own tables: imported official records, and limits put in force here."""
    return current_store(settings.XINGLIN_KNOWLEDGE), current_adopted(settings.XINGLIN_KNOWLEDGE)
