"""The knowledge that this installation judges with: what comes with the package, and what was imported here."""

import logging

from django.conf import settings

from xinglin.hospital.oversight.errors import KnowledgeDamaged
from xinglin.supervision.tables import BadTable, Knowledge, load_knowledge
from xinglin.supervision.tables.official import current_store

log = logging.getLogger(__name__)


def knowledge_in_force() -> Knowledge:
    """Asked at every judgement, so that an import takes effect at once in every process. Raises KnowledgeDamaged."""
    imported = current_store(settings.XINGLIN_KNOWLEDGE)
    if imported is None:
        return load_knowledge()
    try:
        return load_knowledge(imported)
    except BadTable as wrong:
        log.error("official knowledge cannot be used: %s", wrong)
        raise KnowledgeDamaged(file=imported.name) from wrong
