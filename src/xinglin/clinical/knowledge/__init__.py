"""The curated tables with their papers, and the loader that refuses a table with a fault.

A row is one statement that a pharmacist can review: what it says, on what it stands (`source`), whether that text was
read or remembered (`read`), and the day of a second reading (`second`; empty until there was one).
"""

from xinglin.clinical.knowledge.loading import BadKnowledge, Knowledge, load_knowledge

__all__ = ["BadKnowledge", "Knowledge", "load_knowledge"]
