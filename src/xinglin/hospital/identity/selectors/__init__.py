"""Questions about people, accounts, credentials and institutions, limited to what the actor may see."""

from xinglin.hospital.identity.selectors.accounts import (
    AuthProof,
    account_auth_event_within,
    actor_for,
    signing_key,
)
from xinglin.hospital.identity.selectors.facts import institution_facts, person_facts, practitioner_facts
from xinglin.hospital.identity.selectors.institutions import InstitutionCard, institution, institutions, the_hospital
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
    "account_auth_event_within",
    "actor_for",
    "institution",
    "institution_facts",
    "institutions",
    "own_profile",
    "person",
    "person_facts",
    "practitioner_facts",
    "practitioner_profile",
    "practitioners_online",
    "signing_key",
    "the_hospital",
]
