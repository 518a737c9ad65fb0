"""What a rule may look at. Each group is a frozen dataclass and the schema of its columns at once.

None always means *unknown*. Known to be none is said by the empty string (codes) or by a member ``NONE``.
"""

from xinglin.supervision.facts.care import Encounter, Evidence
from xinglin.supervision.facts.case import Case, Row
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.facts.medicine import Dispensing, Line, Pack, Prescription, Review
from xinglin.supervision.facts.money import Claim
from xinglin.supervision.facts.people import Institution, Patient, Physician
from xinglin.supervision.facts.schema import WrongFact
from xinglin.supervision.facts.words import (
    AuthMethod,
    Channel,
    EarlierSale,
    EvidenceKind,
    IdentityBasis,
    IdentityState,
    Judgement,
    PrescriptionKind,
    Registration,
    ReviewResult,
    Service,
    SpecialControl,
    Stage,
)

__all__ = [
    "AuthMethod",
    "Case",
    "Channel",
    "Claim",
    "Dispensing",
    "EarlierSale",
    "Encounter",
    "Evidence",
    "EvidenceKind",
    "IdentityBasis",
    "IdentityState",
    "Institution",
    "Judgement",
    "Line",
    "Measure",
    "Pack",
    "Patient",
    "Physician",
    "Prescription",
    "PrescriptionKind",
    "Registration",
    "Review",
    "ReviewResult",
    "Row",
    "Service",
    "SpecialControl",
    "Stage",
    "WrongFact",
]
