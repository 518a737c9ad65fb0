"""Reading a FHIR R4 bulk export: each resource kind streamed line by line into a flat table, then joined into the lake.

Codes of other systems are mapped by name where our tables know the name, and what did not map is counted by name. What
the export does not say stays unknown, but for what an export of clinical records never says: that is given usual terms,
each stated and counted (see `silence`).
"""

from xinglin.supervision.intake.fhir.assembling import assemble, prepare
from xinglin.supervision.intake.fhir.reading import Staged, stage
from xinglin.supervision.intake.fhir.silence import NATION, PLACE, TERMS

__all__ = ["NATION", "PLACE", "TERMS", "Staged", "assemble", "prepare", "stage"]
