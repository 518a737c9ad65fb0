"""Actors of these tests, without any stored row: oversight knows people by id only."""

from uuid import UUID

from xinglin.hospital.kernel.access import Actor, Role, system_actor
from xinglin.hospital.kernel.ids import new_id

HOUSE = new_id()
OTHER_HOUSE = new_id()


def an_actor(role: Role, house: UUID = HOUSE) -> Actor:
    """Somebody with one role in one institution."""
    return Actor(id=new_id(), label=f"test {role.value}", roles=frozenset({role}), institution_ids=frozenset({house}))


PHYSICIAN = an_actor(Role.PHYSICIAN)
AUDITOR = an_actor(Role.AUDITOR)
REGULATOR = Actor(id=new_id(), label="test regulator", roles=frozenset({Role.REGULATOR}))
STRANGER = an_actor(Role.AUDITOR, OTHER_HOUSE)
PATIENT = an_actor(Role.PATIENT)
AFFAIRS = an_actor(Role.MEDICAL_AFFAIRS)
OTHER_AFFAIRS = an_actor(Role.MEDICAL_AFFAIRS, OTHER_HOUSE)
SYSTEM = system_actor("test-clock")
