"""The knowledge that this installation judges with: what comes with the package, and what was imported here."""

from django.conf import settings

from xinglin.supervision.tables import Knowledge, load_knowledge
from xinglin.supervision.tables.official import current_store


def knowledge_in_force() -> Knowledge:
    """Asked at every judgement, so that an import takes effect at once in every process. Raises BadTable when the
    imported file was damaged: judging with less than was imported would clear what it should find.
    """
    return load_knowledge(current_store(settings.XINGLIN_KNOWLEDGE))
