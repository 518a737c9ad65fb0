"""Reading a FHIR R4 bulk export: each resource kind streamed line by line into a flat table, then joined into the lake.

What the export does not say stays unknown; codes of other systems are mapped by name where our tables know the name,
and what did not map is counted by name.
"""

from xinglin.supervision.intake.fhir.assembling import assemble, prepare
from xinglin.supervision.intake.fhir.reading import Staged, stage

__all__ = ["Staged", "assemble", "prepare", "stage"]
