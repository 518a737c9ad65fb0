"""The tables that this installation checks medicines with."""

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.medicines import checking


def knowledge_in_force() -> Knowledge:
    """What comes with the package, read once a process."""
    return checking.shipped()
