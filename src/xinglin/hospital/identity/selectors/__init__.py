"""Questions about people, accounts, credentials and institutions, limited to what the actor may see."""

from xinglin.hospital.identity.selectors.accounts import (
    AuthProof,
    PublicKey,
    account_auth_event_within,
    actor_for,
    needs_second_factor,
    signing_key,
)
from xinglin.hospital.identity.selectors.desk import (
    application,
    applications_decided,
    applications_waiting,
    credential_paper,
    document_photo,
    documents_waiting,
    endings,
    guardianship,
    guardianships_waiting,
    practitioner_directory,
    practitioner_suspensions,
    staff_directory,
)
from xinglin.hospital.identity.selectors.facts import institution_facts, person_facts, practitioner_facts
from xinglin.hospital.identity.selectors.institutions import (
    InstitutionCard,
    agreement_areas,
    department_codes,
    institution,
    institutions,
    the_hospital,
)
from xinglin.hospital.identity.selectors.own import own_application, own_identity
from xinglin.hospital.identity.selectors.people import PersonCard, person
from xinglin.hospital.identity.selectors.practitioners import (
    PractitionerProfile,
    own_profile,
    practitioner_profile,
    practitioners_online,
)

__all__ = [
    "AuthProof",
    "InstitutionCard",
    "PersonCard",
    "PractitionerProfile",
    "PublicKey",
    "account_auth_event_within",
    "actor_for",
    "agreement_areas",
    "application",
    "applications_decided",
    "applications_waiting",
    "credential_paper",
    "department_codes",
    "document_photo",
    "documents_waiting",
    "endings",
    "guardianship",
    "guardianships_waiting",
    "institution",
    "institution_facts",
    "institutions",
    "needs_second_factor",
    "own_application",
    "own_identity",
    "own_profile",
    "person",
    "person_facts",
    "practitioner_directory",
    "practitioner_facts",
    "practitioner_profile",
    "practitioner_suspensions",
    "practitioners_online",
    "signing_key",
    "staff_directory",
    "the_hospital",
]
