"""What a rule may look at. Each group is a frozen dataclass and the schema of its columns at once.

None always means *unknown*. Known to be none is said by the empty string (codes) or by a member ``NONE``.
"""

from xinglin.supervision.facts.care import Encounter, Evidence, Stay
from xinglin.supervision.facts.case import Case, Row
from xinglin.supervision.facts.history import Allergy, Condition, Detected, Record
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.facts.medicine import Dispensing, Line, Pack, Prescription, Review
from xinglin.supervision.facts.money import Claim, Item
from xinglin.supervision.facts.network import Practice, Ring
from xinglin.supervision.facts.people import Coverage, Institution, Patient, Physician
from xinglin.supervision.facts.schema import WrongFact
from xinglin.supervision.facts.words import (
    AntimicrobialGrade,
    AuthMethod,
    Benefit,
    CareMode,
    Channel,
    EarlierSale,
    EvidenceKind,
    IdentityBasis,
    IdentityState,
    InstitutionKind,
    ItemKind,
    Judgement,
    PracticeKind,
    PrescriptionKind,
    PrescriptionOrigin,
    Registration,
    ReviewResult,
    Scheme,
    Service,
    Sex,
    SpecialControl,
    Stage,
    Title,
)

__all__ = [
    "Allergy",
    "AntimicrobialGrade",
    "AuthMethod",
    "Benefit",
    "CareMode",
    "Case",
    "Channel",
    "Claim",
    "Condition",
    "Coverage",
    "Detected",
    "Dispensing",
    "EarlierSale",
    "Encounter",
    "Evidence",
    "EvidenceKind",
    "IdentityBasis",
    "IdentityState",
    "Institution",
    "InstitutionKind",
    "Item",
    "ItemKind",
    "Judgement",
    "Line",
    "Measure",
    "Pack",
    "Patient",
    "Physician",
    "Practice",
    "PracticeKind",
    "Prescription",
    "PrescriptionKind",
    "PrescriptionOrigin",
    "Record",
    "Registration",
    "Review",
    "ReviewResult",
    "Ring",
    "Row",
    "Scheme",
    "Service",
    "Sex",
    "SpecialControl",
    "Stage",
    "Stay",
    "Title",
    "WrongFact",
]
