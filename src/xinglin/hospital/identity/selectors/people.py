"""Questions about natural persons."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinglin.hospital.identity.access import SEE_PEOPLE
from xinglin.hospital.identity.models import Person
from xinglin.hospital.identity.numbers import NUMBER_SEAL
from xinglin.hospital.identity.ports import Demonstration, PopulationRegistry
from xinglin.hospital.identity.words import IdType, Sex, name
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.signing import unseal
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What is shown of a person. The document's number is masked; the whole number leaves the vault nowhere."""

    id: UUID
    name: str
    sex: str
    sex_name: T
    birth_on: date
    id_type: str
    id_type_name: T
    id_number_masked: str
    phone_masked: str
    area: str
    registered_at: datetime

    def age_on(self, day: date) -> int:
        """Completed years on the day."""
        return age_on(self.birth_on, day)


def age_on(birth_on: date, day: date) -> int:
    """Completed years of age on the day; someone born on 29 February completes a year on 1 March of other years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def card(row: Person) -> PersonCard:
    """The card of a row."""
    number = unseal(bytes(row.id_number_sealed), NUMBER_SEAL).decode() if row.id_number_sealed else ""
    return PersonCard(
        id=row.pk,
        name=row.name,
        sex=row.sex,
        sex_name=name(Sex(row.sex)),
        birth_on=row.birth_on,
        id_type=row.id_type,
        id_type_name=name(IdType(row.id_type)),
        id_number_masked=masked(number, 6, 2),
        phone_masked=masked(row.phone, 3, 4),
        area=row.area,
        registered_at=row.registered_at,
    )


def masked(text: str, head: int, tail: int) -> str:
    """The first and last characters, stars between; all stars when it is too short to keep any."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def person(*, actor: Actor, person_id: UUID) -> PersonCard:
    """A person: oneself, a ward, or, for staff, someone whom the calling module may show them. Raises NotFound."""
    if not (actor.acts_for(person_id) or SEE_PEOPLE.held_by(actor)):
        raise NotFound
    row = Person.objects.filter(pk=person_id).first()
    if row is None:
        raise NotFound
    return card(row)


def register_demonstration() -> Demonstration | None:
    """What the made-up population register knows, for demo mode; None where a real one is bound. Public."""
    return outside(PopulationRegistry).demonstration()
