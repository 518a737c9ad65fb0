"""What the tests of signed documents share: handing out, asking the hospital, the published list as others read it."""

from datetime import datetime, timedelta

from tests import builders as make
from tests.unit.pharmacy.world import NOW, World

from xinglin.hospital.identity.models import Person
from xinglin.hospital.kernel.access import ANONYMOUS, system_actor
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.authentic import keylist
from xinglin.hospital.pharmacy.authentic.answers import Answer
from xinglin.hospital.pharmacy.authentic.keylist import KeyList
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.services import Document

KEEPER = system_actor("test-keeper")


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def name_of(someone: make.Someone) -> str:
    return Person.objects.get(pk=someone.person_id).name


def handed_out(world: World, row: Prescription, minutes: int = 5) -> Document:
    """The document as the patient downloads it."""
    return services.signed_document(actor=world.patient.actor, prescription_id=row.id, now=at(minutes))


def online(given: bytes | str, minutes: int = 6) -> Answer:
    data = given.encode() if isinstance(given, str) else given
    return services.verify_prescription(actor=ANONYMOUS, given=data, now=at(minutes))


def keys(minutes: int = 6) -> KeyList:
    """The published list, as a pharmacy elsewhere reads it."""
    root = services.published_certificate(actor=ANONYMOUS, purpose="root", now=at(minutes))
    return keylist.read(services.published_keys(actor=ANONYMOUS, now=at(minutes)), root)
