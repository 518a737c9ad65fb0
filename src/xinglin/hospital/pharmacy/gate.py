"""The one way to a prescription: a row that the actor may see, or NotFound, alike for absent and foreign ones."""

from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.pharmacy.access import READ_PRESCRIPTION
from xinglin.hospital.pharmacy.models import Prescription

STAFF_OF_THE_HOUSE = (Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR, Role.REGULATOR)


def visible(actor: Actor) -> QuerySet[Prescription]:
    """The prescriptions that the actor may see: one's own and wards', those written, those of one's institution."""
    if actor.has(Role.SYSTEM):
        return Prescription.objects.all()
    seen = Q(pk__in=[])
    if actor.has(Role.PATIENT) and actor.person_id is not None:
        seen |= Q(patient_id__in={actor.person_id, *actor.wards})
    if actor.has(Role.PHYSICIAN) and actor.practitioner_id is not None:
        seen |= Q(prescriber_id=actor.practitioner_id)
    if actor.has(*STAFF_OF_THE_HOUSE):
        seen |= Q(institution_id__in=actor.institution_ids)
    return Prescription.objects.filter(seen)


def find(actor: Actor, prescription_id: UUID) -> Prescription:
    """The row for a service of this module: permission to read, then the actor's own scope. Raises NotFound.

    Its lines and its signed text come with it: every judgement and every check of the signature reads them.
    """
    require(actor, READ_PRESCRIPTION)
    rows = visible(actor).select_related("signed").prefetch_related("lines")
    found = rows.filter(id=prescription_id).first()
    if found is None:
        raise NotFound
    return found


def practitioner_of(actor: Actor) -> UUID:
    """The acting practitioner's credential record. Raises NotFound for anyone else."""
    if actor.practitioner_id is None:
        raise NotFound
    return actor.practitioner_id
