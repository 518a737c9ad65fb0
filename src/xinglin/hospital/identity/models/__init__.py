"""The tables of identity: accounts and proofs, people, institutions, practice."""

from xinglin.hospital.identity.models.accounts import Account, AuthEvent, AuthFailure, PhoneCode, StaffRole
from xinglin.hospital.identity.models.institutions import (
    Institution,
    InstitutionAgreement,
    InstitutionDepartment,
    InstitutionSuspension,
)
from xinglin.hospital.identity.models.likeness import (
    AlternativeCheck,
    BiometricConsent,
    CardReading,
    LikenessChallenge,
    LikenessCheck,
    LikenessEvidence,
    LikenessPicture,
    LikenessTemplate,
)
from xinglin.hospital.identity.models.people import DocumentPhoto, Guardianship, Person, PersonVerification
from xinglin.hospital.identity.models.practice import (
    CredentialApplication,
    CredentialPaper,
    PaymentStatus,
    Practitioner,
    PractitionerFiling,
    PractitionerSuspension,
    SigningKey,
)
from xinglin.hospital.identity.models.tokens import ApiToken, TokenFailure

__all__ = [
    "Account",
    "AlternativeCheck",
    "ApiToken",
    "AuthEvent",
    "AuthFailure",
    "BiometricConsent",
    "CardReading",
    "CredentialApplication",
    "CredentialPaper",
    "DocumentPhoto",
    "Guardianship",
    "Institution",
    "InstitutionAgreement",
    "InstitutionDepartment",
    "InstitutionSuspension",
    "LikenessChallenge",
    "LikenessCheck",
    "LikenessEvidence",
    "LikenessPicture",
    "LikenessTemplate",
    "PaymentStatus",
    "Person",
    "PersonVerification",
    "PhoneCode",
    "Practitioner",
    "PractitionerFiling",
    "PractitionerSuspension",
    "SigningKey",
    "StaffRole",
    "TokenFailure",
]
