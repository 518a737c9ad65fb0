"""On which device a prescription was written and reviewed, as far as known: the fact that rule B12 asks for."""

from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.pharmacy.review_models import DeviceUse


def note_device(actor: Actor, deed_id: UUID, at: datetime) -> None:
    """Keep the device of a deed, in the deed's own transaction. Programs have none: nothing is written."""
    if actor.device:
        DeviceUse.objects.get_or_create(deed_id=deed_id, defaults={"device": actor.device, "at": at})


def same_device(prescription_id: UUID, device: str) -> bool | None:
    """Whether the prescription was signed on this device. None where either is not known."""
    if not device:
        return None
    signed_on = DeviceUse.objects.filter(deed_id=prescription_id).values_list("device", flat=True).first()
    return None if signed_on is None else signed_on == device


def reviewed_on_one_device(prescription_id: UUID, review_id: UUID) -> bool | None:
    """The same of a review on record."""
    device = DeviceUse.objects.filter(deed_id=review_id).values_list("device", flat=True).first()
    return same_device(prescription_id, device or "")
