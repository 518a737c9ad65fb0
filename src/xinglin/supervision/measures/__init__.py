"""Named numbers about a subject's history, declared once in the words of the rules. They know no law: they count."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.measures import encounters, items, lines, packs, prescriptions, stays
from xinglin.supervision.measures.declared import Declared

MEASURES: Final[tuple[Declared, ...]] = (
    *prescriptions.MEASURES,
    *lines.MEASURES,
    *items.MEASURES,
    *packs.MEASURES,
    *encounters.MEASURES,
    *stays.MEASURES,
)
"""Every measure; each name is a field of :class:`xinglin.supervision.facts.Measure`."""
